/// The JSON object at the start of a safetensors file. No more of JSON is read than the format allows.
struct SafeTensorsHeader {
  struct Entry {
    var name: String
    var element: StoredElement
    var shape: Shape
    /// Offsets from the first byte after the header.
    var start: Int
    var end: Int
  }

  /// In the order of their elements.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  static let metadataKey = "__metadata__"

  init(_ length: Int, from reader: inout ByteReader) throws(FileFormatError) {
    var text = try TextScanner(length, from: &reader)
    guard text.next == UInt8(ascii: "{") else { throw text.malformed("the header does not start with '{'") }
    var seen: Set<String> = []
    try Self.object(&text) { key, text throws(FileFormatError) in
      guard seen.insert(key).inserted else { throw text.malformed("the header has \(key) twice") }
      if key == Self.metadataKey {
        metadata = try Self.texts(&text)
      } else {
        entries.append(try Self.entry(key, &text))
      }
    }
    try text.expectEnd()
    entries.sort { ($0.start, $0.end) < ($1.start, $1.end) }
  }

  /// Calls `member` at the value of every member of an object.
  private static func object(
    _ text: inout TextScanner,
    _ member: (_ key: String, _ text: inout TextScanner) throws(FileFormatError) -> Void
  ) throws(FileFormatError) {
    try text.expect("{")
    if text.skip("}") { return }
    repeat {
      let key = try text.string(quotedBy: "\"")
      try text.expect(":")
      try member(key, &text)
    } while text.skip(",")
    try text.expect("}")
  }

  private static func texts(_ text: inout TextScanner) throws(FileFormatError) -> [String: String] {
    var found: [String: String] = [:]
    try object(&text) { key, text throws(FileFormatError) in
      let value = try text.string(quotedBy: "\"")
      guard found.updateValue(value, forKey: key) == nil else {
        throw text.malformed("the metadata has \(key) twice")
      }
    }
    return found
  }

  private static func entry(_ name: String, _ text: inout TextScanner) throws(FileFormatError) -> Entry {
    var element: StoredElement?
    var shape: Shape?
    var offsets: [Int]?
    try object(&text) { key, text throws(FileFormatError) in
      switch key {
      case "dtype" where element == nil:
        let type = try text.string(quotedBy: "\"")
        guard let known = types[type] else {
          throw text.malformed("elements of type '\(type)' cannot be read")
        }
        element = known
      case "shape" where shape == nil: shape = try text.integers("[", "]", trailingComma: false)
      case "data_offsets" where offsets == nil: offsets = try text.integers("[", "]", trailingComma: false)
      default: throw text.malformed("\(name) has an unknown or repeated key")
      }
    }
    guard let element, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw text.malformed("\(name) lacks a type, a shape or two offsets in order")
    }
    return Entry(name: name, element: element, shape: shape, start: offsets[0], end: offsets[1])
  }

  private static let types: [String: StoredElement] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
    "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .bool,
  ]

  // MARK: - Writing

  /// The header of 64-bit counters and the 32-bit float tensors that follow them.
  static func text(
    counters: [String], tensors: [(name: String, shape: Shape)], _ metadata: [String: String]
  ) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"\(metadataKey)\":{\(texts.joined(separator: ","))}")
    }
    var start = 0
    for name in counters {
      precondition(name != metadataKey, "no counter can be called \(metadataKey)")
      members.append("\(quoted(name)):{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[\(start),\(start + 8)]}")
      start += 8
    }
    for (name, shape) in tensors {
      precondition(name != metadataKey, "no tensor can be called \(metadataKey)")
      let end = start + shape.scalarCount * 4
      let sizes = shape.map { "\($0)" }.joined(separator: ",")
      members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(sizes)],\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
