import Foundation

/// Any JSON, for settings whose type is known only by their names.
enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue {
  /// `value` as it would be written to a file.
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }

  /// UTF-8 text with sorted keys: the same value has the same bytes. On one line, or indented with a line end.
  func text(indented: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if indented { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(self), as: UTF8.self) + (indented ? "\n" : "")
  }

  /// One line, for people: strings bare, the rest as JSON.
  var shown: String {
    if case .string(let value) = self { return value }
    if case .null = self { return "none" }
    return (try? text(indented: false)) ?? "?"
  }

  /// Every leaf (a value that is not a non-empty object) under its dotted path, sorted by path.
  var leaves: [(path: String, value: JSONValue)] {
    guard case .object(let members) = self, !members.isEmpty else { return [("", self)] }
    return members.sorted { $0.key < $1.key }.flatMap { key, value in
      value.leaves.map { (path: $0.path.isEmpty ? key : "\(key).\($0.path)", value: $0.value) }
    }
  }

  /// The value at a path of keys, or nil.
  subscript(path: [Substring]) -> JSONValue? {
    get {
      guard let first = path.first else { return self }
      guard case .object(let members) = self else { return nil }
      return members[String(first)]?[Array(path.dropFirst())]
    }
    set {
      guard let first = path.first else {
        if let newValue { self = newValue }
        return
      }
      guard case .object(var members) = self else { return }
      var inner = members[String(first)] ?? .object([:])
      inner[Array(path.dropFirst())] = newValue
      members[String(first)] = inner
      self = .object(members)
    }
  }
}
