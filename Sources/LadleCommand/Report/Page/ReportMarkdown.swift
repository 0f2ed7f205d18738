extension Report {
  /// The page as Markdown: the same sentences and tables. `files` names the file of each of ``figures``, in order; a figure
  /// without one is its sentence alone. Pictures of samples stay in the page.
  func markdown(files: [String] = []) -> String {
    var parts = ["# \(Self.plain(title))"]
    if !subtitle.isEmpty { parts.append(Self.plain(subtitle)) }
    parts += lead.map(Self.plain)
    if !keyFigures.isEmpty {
      parts.append(
        keyFigures.map {
          "- **\($0.value)** \(Self.plain($0.label))" + ($0.note.isEmpty ? "" : " (\(Self.plain($0.note)))")
        }
        .joined(separator: "\n"))
    }
    var remaining = files[...]
    for section in sections {
      parts.append("## \(Self.plain(section.title))")
      parts += section.blocks.compactMap { Self.text($0, &remaining) }
    }
    if !footer.isEmpty { parts.append(Self.plain(footer)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func text(_ block: Block, _ files: inout ArraySlice<String>) -> String? {
    func picture(_ figure: any Figure) -> String? {
      files.popFirst().map { "![\(plain(figure.fileStem))](\($0))" }
    }
    switch block {
    case .paragraph(let text), .remark(let text): return plain(text)
    case .heading(let text): return "### \(plain(text))"
    case .chart(let figure, let note):
      let sentence = [figure.explanation, note].filter { !$0.isEmpty }.joined(separator: " ")
      return [picture(figure), plain(sentence)].compactMap { $0 }.joined(separator: "\n\n")
    case .panels(let figures, let caption):
      return (figures.compactMap(picture) + [plain(caption)]).joined(separator: "\n\n")
    case .table(let table):
      let rows = table.rows.map { $0.map { $0.isEmphasized ? "**\(plain($0.text))**" : plain($0.text) } }
      return (table.caption.isEmpty ? "" : plain(table.caption) + "\n\n")
        + grid(table.columns.map { plain($0.title) }, rows, numeric: table.columns.map(\.isNumeric))
    case .matrix(let matrix):
      let rows = zip(matrix.names, matrix.cells).enumerated().map { row, pair in
        ["\(row + 1) \(plain(pair.0))"]
          + pair.1.enumerated().map { $0.offset == row ? "" : $0.element.text + ($0.element.isMarked ? "\\*" : "") }
      }
      return grid(
        [""] + matrix.names.indices.map { "\($0 + 1)" }, rows, numeric: [false] + matrix.names.map { _ in true })
    case .definitions(let definitions):
      return grid(
        ["", ""], definitions.map { [plain($0.name), plain($0.value)] }, numeric: [false, false])
    case .details(let summary, let blocks):
      return (["**\(plain(summary))**"] + blocks.compactMap { text($0, &files) }).joined(separator: "\n\n")
    case .command(let lines): return "```\n\(lines)\n```"
    case .images, .tiles: return nil
    }
  }

  private static func grid(_ head: [String], _ rows: [[String]], numeric: [Bool]) -> String {
    let rule = numeric.map { $0 ? "---:" : "---" }
    return ([head, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// `text` without what Markdown would take for its own.
  private static func plain(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|", "*", "_", "`", "[", "]", "<", ">", "\\": result += "\\\(character)"
      case let character where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
