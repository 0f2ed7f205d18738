import Foundation

extension Report {
  /// The page: well-formed as XML too, no scripts, nothing fetched from anywhere.
  func html() -> String {
    let navigation =
      sections.count < 3
      ? ""
      : element(
        "nav", [("aria-label", "Sections")],
        sections.enumerated().map { element("a", [("href", "#s\($0.offset + 1)")], escaped($0.element.title)) }
          .joined(separator: " "))
    let header = element(
      "header", [],
      [
        element("h1", [], escaped(title)),
        subtitle.isEmpty ? "" : element("p", [("class", "subtitle")], escaped(subtitle)),
        lead.map { element("p", [("class", "lead")], escaped($0)) }.joined(separator: "\n"),
        cards, navigation,
      ].filter { !$0.isEmpty }.joined(separator: "\n"))
    let body = sections.enumerated().map { number, section in
      element(
        "section", [("id", "s\(number + 1)")],
        "\n" + element("h2", [], escaped(section.title)) + "\n"
          + section.blocks.map(\.markup).joined(separator: "\n") + "\n")
    }
    let foot = footer.isEmpty ? "" : element("footer", [], escaped(footer))
    return """
      <!DOCTYPE html>
      <html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(escaped(title))</title>
      <style>
      \(ReportStylesheet.rules)
      </style>
      </head>
      <body>
      <main>
      \(([header] + body + [foot]).joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private var cards: String {
    guard !keyFigures.isEmpty else { return "" }
    let figures = keyFigures.map { figure in
      element(
        "div", [("class", "card")],
        element("div", [("class", "value")], escaped(figure.value))
          + element("div", [("class", "label")], escaped(figure.label))
          + (figure.note.isEmpty ? "" : element("div", [("class", "note")], escaped(figure.note))))
    }
    return element("div", [("class", "cards")], figures.joined(separator: "\n"))
  }
}

extension Report.Block {
  var markup: String {
    switch self {
    case .paragraph(let text): element("p", [], escaped(text))
    case .remark(let text): element("p", [("class", "remark")], escaped(text))
    case .heading(let text): element("h3", [], escaped(text))
    case .chart(let figure, let note):
      element(
        "figure", [],
        Self.drawing(figure) + figure.legend
          + element(
            "figcaption", [], escaped([figure.explanation, note].filter { !$0.isEmpty }.joined(separator: " "))))
    case .panels(let figures, let caption):
      element(
        "figure", [],
        element("div", [("class", "panels")], figures.map { $0.svg(standalone: false) }.joined(separator: "\n"))
          + element("figcaption", [], escaped(caption)))
    case .table(let table): table.markup
    case .matrix(let matrix): matrix.markup
    case .details(let summary, let blocks):
      element(
        "details", [],
        element("summary", [], escaped(summary)) + "\n" + blocks.map(\.markup).joined(separator: "\n"))
    case .images(let images):
      element("div", [("class", "gallery")], images.map(\.markup).joined(separator: "\n"))
    case .tiles(let caption, let tiles):
      element(
        "figure", [],
        element("div", [("class", "tiles")], tiles.map(\.markup).joined(separator: "\n"))
          + element("figcaption", [], escaped(caption)))
    case .definitions(let definitions):
      element(
        "div", [("class", "wide")],
        element(
          "table", [("class", "definitions")],
          element(
            "tbody", [],
            definitions.map {
              element(
                "tr", [], element("th", [("scope", "row")], escaped($0.name)) + element("td", [], escaped($0.value)))
            }.joined(separator: "\n"))))
    case .command(let lines): element("pre", [], element("code", [], escaped(lines)))
    }
  }
}

extension Report.Block {
  /// The figure, and once more for a phone: style rules show one of them.
  private static func drawing(_ figure: any Figure) -> String {
    let full = figure.svg(standalone: false)
    guard let narrow = figure.narrow else { return element("div", [("class", "wide")], full) }
    return element("div", [("class", "wide roomy")], full)
      + element("div", [("class", "narrow")], narrow.svg(standalone: false))
  }
}

extension Report.Table {
  fileprivate var markup: String {
    let head = element(
      "thead", [],
      element(
        "tr", [],
        columns.map { element("th", [("scope", "col")] + $0.attributes, escaped($0.title)) }.joined()))
    let body = rows.map { row in
      precondition(row.count == columns.count, "a row of \(row.count) cells under \(columns.count) columns")
      let cells = zip(columns, row).enumerated().map { place, pair in
        let text = escaped(pair.1.text)
        let content = pair.1.isEmphasized ? element("strong", [], text) : text
        return place == 0
          ? element("th", [("scope", "row")] + pair.0.attributes, content)
          : element("td", pair.0.attributes, content)
      }
      return element("tr", [], cells.joined())
    }
    let table = element(
      "div", [("class", "wide"), ("tabindex", "0")],
      element("table", [], head + "\n" + element("tbody", [], body.joined(separator: "\n"))))
    // Not the table's own caption, which would be as wide as a table that is wider than the screen.
    return caption.isEmpty
      ? table : element("figure", [("class", "table")], element("figcaption", [], escaped(caption)) + "\n" + table)
  }
}

extension Report.Matrix {
  /// Columns have numbers, rows number and name: names would not fit above one another.
  fileprivate var markup: String {
    let head = element(
      "thead", [],
      element(
        "tr", [],
        element("td", [])
          + names.enumerated().map { place, name in
            element("th", [("scope", "col"), ("title", name)], "\(place + 1)")
          }.joined()))
    let body = zip(names, cells).enumerated().map { row, pair in
      let cells = pair.1.enumerated().map { column, cell -> String in
        if row == column { return element("td", [("class", "diagonal")], "") }
        // Blue for more wins, vermilion for more losses: told apart by the colour-blind, and by the numbers anyway.
        let color = cell.balance > 0 ? "0,114,178" : "213,94,0"
        let shade =
          cell.balance == 0 ? [] : [("style", "background:rgba(\(color),\(fixed(abs(cell.balance) * 0.42, 2)))")]
        return element(
          "td", [("title", "\(pair.0) against \(names[column])")] + shade,
          escaped(cell.text + (cell.isMarked ? "*" : "")))
      }
      return element(
        "tr", [], element("th", [("scope", "row")], "\(row + 1) " + escaped(pair.0)) + cells.joined())
    }
    return element(
      "div", [("class", "wide")],
      element("table", [("class", "matrix")], head + element("tbody", [], body.joined(separator: "\n"))))
  }
}

extension Report.Table.Column {
  fileprivate var attributes: [(String, String)] { isNumeric ? [("class", "number")] : [] }
}

extension Report.Tile {
  fileprivate var markup: String {
    element(
      "div", [("class", "tile")],
      element(
        "img",
        [
          ("src", "data:image/png;base64," + png), ("alt", alternative), ("class", "enlarged"),
          ("style", "border-color:\(color)"),
        ]) + lines.map { element("div", [], escaped($0)) }.joined())
  }
}

extension Report.Image {
  fileprivate var markup: String {
    let shown = shownWidth ?? width * max(1, scale)
    return element(
      "figure", [("class", "image"), ("style", "max-width:\(max(shown, 180))px")],
      element(
        "img",
        [
          ("src", "data:image/png;base64," + png.base64EncodedString()), ("alt", alternative),
          ("width", "\(shown)"), ("height", "\(height * shown / max(1, width))"),
        ] + (scale > 1 ? [("class", "enlarged")] : [])) + element("figcaption", [], escaped(caption)))
  }
}
