import Foundation
import Tensor
import Yams

/// A YAML document as it stands, with the line of everything in it, so that a sentence about a value can say where it is.
struct YAMLValue: Sendable {
  /// One key of a mapping.
  struct Entry: Sendable {
    var key: String
    var line: Int
    var value: YAMLValue
  }

  enum Content: Sendable {
    /// The text, and whether it stood without quotation marks: `3` is a number, `"3"` is not.
    case scalar(String, isPlain: Bool)
    case list([YAMLValue])
    case mapping([Entry])
  }

  var content: Content
  /// Counted from 1.
  var line: Int
}

// MARK: - Reading

extension YAMLValue {
  /// Files above this size are refused: a sweep is a page of text.
  private static let largestFile = 1 << 20
  private static let mostValues = 100_000

  /// Reads the one document of the file at `path`.
  init(file path: String) throws(CommandFailure) {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path)
    } catch {
      throw CommandFailure(.world, "\(path) cannot be read; give the path of a sweep file.")
    }
    guard bytes.count <= Self.largestFile else {
      throw CommandFailure(.usage, "\(path) has \(bytes.count) bytes, and a sweep file has at most 1 MiB.")
    }
    guard let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains("\0") else {
      throw CommandFailure(.usage, "\(path) is not a text in UTF-8.")
    }
    try self.init(text: text, file: path)
  }

  /// Reads the one document in `text`; `file` is for sentences.
  init(text: String, file: String) throws(CommandFailure) {
    // An alias may stand for as much as one likes, and so may a key made of aliases, which the parser hashes.
    if text.contains(/(^|[\s\[{,:\-?])&[\w-]/), text.contains(/(^|[\s\[{,:\-?])\*[\w-]/) {
      throw CommandFailure(.usage, "\(file) has anchors (&) and aliases (*), which are not read; write the values out.")
    }
    let node: Yams.Node?
    do {
      // Without a resolver every scalar stays the text it is.
      node = try Parser(yaml: text, resolver: .basic).singleRoot()
    } catch {
      throw Self.failure(error, file)
    }
    guard let node else {
      throw CommandFailure(.usage, "\(file) is empty; a sweep needs at least a system and a dataset.")
    }
    var count = 0
    self = try Self.value(node, file, &count)
  }

  private static func value(_ node: Yams.Node, _ file: String, _ count: inout Int) throws(CommandFailure) -> YAMLValue {
    count += 1
    guard count <= mostValues else { throw CommandFailure(.usage, "\(file) holds more than \(mostValues) values.") }
    let line = node.mark?.line ?? 1
    switch node {
    case .scalar(let scalar):
      return YAMLValue(
        content: .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any), line: line)
    case .sequence(let sequence):
      var list: [YAMLValue] = []
      for item in sequence { list.append(try value(item, file, &count)) }
      return YAMLValue(content: .list(list), line: line)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, item) in mapping {
        guard case .scalar(let name) = key else {
          throw CommandFailure(.usage, "\(file), line \(key.mark?.line ?? line): a key must be a word.")
        }
        entries.append(Entry(key: name.string, line: name.mark?.line ?? line, value: try value(item, file, &count)))
      }
      return YAMLValue(content: .mapping(entries), line: line)
    case .alias:
      throw CommandFailure(.usage, "\(file), line \(line): aliases are not read; write the value out.")
    }
  }

  /// What the parser says, as one sentence.
  private static func failure(_ error: any Error, _ file: String) -> CommandFailure {
    let (problem, line): (String, Int?) =
      switch error as? YamlError {
      case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
        .composer(let context, let problem, let mark, _):
        ((context.map { "\($0.text), " } ?? "") + problem, mark.line)
      case .reader(let problem, _, _, _): (problem, nil)
      case .duplicatedKeysInMapping(let names, let context):
        ("the key \(listed(names.sorted().map { "“\($0)”" })) is there twice", context.mark.line)
      default: ("it cannot be understood", nil)
      }
    // The library's own words here are about a function of its interface.
    let text =
      problem.contains("nesting level")
      ? "it is nested too deeply" : problem.split(whereSeparator: \.isNewline).joined(separator: " ")
    return CommandFailure(.usage, "\(file)\(line.map { ", line \($0)" } ?? "") is not YAML: \(text).")
  }
}

// MARK: - Seen as something

extension YAMLValue {
  /// The text of a scalar, or nil.
  var scalar: String? { if case .scalar(let text, _) = content { text } else { nil } }

  /// A whole number without quotation marks, or nil.
  var integer: Int? {
    if case .scalar(let text, isPlain: true) = content { Int(text) } else { nil }
  }

  /// A finite number without quotation marks, or nil.
  var number: Double? {
    guard case .scalar(let text, isPlain: true) = content, let number = Double(text), number.isFinite else {
      return nil
    }
    return number
  }

  /// The items of a list, or nil.
  var items: [YAMLValue]? { if case .list(let items) = content { items } else { nil } }

  /// The keys of a mapping, or nil.
  var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }

  /// As a setting's value is written after `--set`: bare text, or JSON for lists.
  var settingText: String? {
    switch content {
    case .scalar(let text, let isPlain): isPlain && ["", "~", "null", "Null", "NULL"].contains(text) ? "none" : text
    case .list: json.flatMap { try? $0.text(indented: false) }
    case .mapping: nil
    }
  }

  /// As JSON, or nil for what has mappings in it.
  private var json: JSONValue? {
    switch content {
    case .scalar(let text, isPlain: true):
      if let integer = Int(text) { return .integer(integer) }
      if let number = Double(text), number.isFinite { return .number(number) }
      if ["true", "false"].contains(text) { return .boolean(text == "true") }
      return ["", "~", "null"].contains(text) ? .null : .string(text)
    case .scalar(let text, isPlain: false): return .string(text)
    case .list(let items):
      let values = items.map(\.json)
      return values.contains(nil) ? nil : .array(values.compactMap { $0 })
    case .mapping: return nil
    }
  }

  /// For sentences: the text, or what kind of thing it is.
  var shown: String {
    switch content {
    case .scalar(let text, _): "“\(text.count > 60 ? text.prefix(60) + "…" : text)”"
    case .list(let items): "a list of \(items.count)"
    case .mapping: "a group of keys"
    }
  }
}
