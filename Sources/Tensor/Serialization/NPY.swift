/// NumPy's `.npy` format, versions 1.0, 2.0 and 3.0 (NEP 1, and `numpy.lib.format`).
public enum NPY {
  /// The array in the file at `path`.
  public static func read(_ path: String) throws(FileFormatError) -> StoredArray {
    try parse(try FileBytes.read(path), file: path)
  }

  /// The array in `bytes`, which must be one array and nothing else; `file` is what errors call it.
  ///
  /// Any byte order, C or Fortran order; floats of 2, 4 and 8 bytes, integers of 1 to 8, booleans.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFormatError) -> StoredArray {
    var reader = ByteReader(bytes, file: file)
    let header = try header(from: &reader)
    let array = try StoredArray(
      shape: header.shape, element: header.element, isBigEndian: header.isBigEndian,
      isColumnMajor: header.isColumnMajor, from: &reader)
    try reader.end()
    return array
  }

  /// What comes before the elements.
  static func header(from reader: inout ByteReader) throws(FileFormatError) -> Header {
    let magic = try reader.take(signature.count)
    guard magic.elementsEqual(signature) else {
      throw reader.malformed("the file does not start like an .npy file", at: 0)
    }
    let version: UInt8 = try reader.integer(UInt8.self)
    let minor = try reader.integer(UInt8.self)
    guard (1...3).contains(version), minor == 0 else {
      throw reader.malformed("the .npy version is \(version).\(minor), not 1.0, 2.0 or 3.0", at: signature.count)
    }
    let length = version == 1 ? Int(try reader.integer(UInt16.self)) : Int(try reader.integer(UInt32.self))
    return try Header(length, from: &reader)
  }

  /// The bytes of a version 1.0 file of 32-bit floats, those that NumPy would write.
  public static func serialize(_ tensor: Tensor) -> [UInt8] {
    tensor.withUnsafeScalars { scalars in
      serialize("<f4", tensor.shape, UnsafeRawBufferPointer(scalars))
    }
  }

  /// The bytes of a version 1.0 file of 64-bit integers in one axis, those that NumPy would write.
  public static func serialize(_ integers: [Int]) -> [UInt8] {
    integers.map { Int64($0) }.withUnsafeBytes { serialize("<i8", [integers.count], $0) }
  }

  /// Writes the file at `path`, whole or not at all.
  public static func write(_ tensor: Tensor, to path: String) throws(FileFormatError) {
    try AtomicFile.write(serialize(tensor), to: path)
  }

  /// Writes the file at `path`, whole or not at all.
  public static func write(_ integers: [Int], to path: String) throws(FileFormatError) {
    try AtomicFile.write(serialize(integers), to: path)
  }

  private static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  private static func serialize(_ type: String, _ shape: Shape, _ content: UnsafeRawBufferPointer) -> [UInt8] {
    let sizes = shape.count == 1 ? "\(shape[0])," : shape.map { "\($0)" }.joined(separator: ", ")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // NumPy leaves room for the first axis to grow to 21 digits, and aligns the elements to 64 bytes.
    if let first = shape.first { header += String(repeating: " ", count: 21 - "\(first)".utf8.count) }
    let start = signature.count + 4
    header += String(repeating: " ", count: 63 - (start + header.utf8.count) % 64) + "\n"
    var bytes = signature + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
    bytes.reserveCapacity(start + header.utf8.count + content.count)
    bytes += header.utf8
    bytes += content
    return bytes
  }
}

extension NPY {
  /// The Python dictionary before the elements: exactly the keys `descr`, `fortran_order` and `shape`.
  struct Header: Sendable {
    var shape: Shape = []
    var element = StoredElement.float32
    var isBigEndian = false
    var isColumnMajor = false

    init(_ length: Int, from reader: inout ByteReader) throws(FileFormatError) {
      var text = try TextScanner(length, from: &reader)
      var seen: Set<String> = []
      try text.expect("{")
      while !text.skip("}") {
        let key = try Self.quoted(&text)
        guard seen.insert(key).inserted else { throw text.malformed("the header has \(key) twice") }
        try text.expect(":")
        switch key {
        case "descr": try read(type: try Self.quoted(&text), text)
        case "fortran_order":
          switch text.word() {
          case "True": isColumnMajor = true
          case "False": isColumnMajor = false
          default: throw text.malformed("fortran_order is neither True nor False")
          }
        case "shape": shape = try text.integers("(", ")", trailingComma: true)
        default: throw text.malformed("the header has an unknown key")
        }
        if !text.skip(",") {
          try text.expect("}")
          break
        }
      }
      try text.expectEnd()
      guard seen.count == 3 else { throw text.malformed("the header lacks descr, fortran_order or shape") }
    }

    private static func quoted(_ text: inout TextScanner) throws(FileFormatError) -> String {
      text.skipBlanks()
      return try text.string(quotedBy: text.next == UInt8(ascii: "\"") ? "\"" : "'")
    }

    /// Such as `<f4`: byte order, kind, bytes.
    private mutating func read(type: String, _ text: TextScanner) throws(FileFormatError) {
      guard let found = Self.types[String(type.dropFirst())], let order = type.first,
        order == "<" || order == ">" || (order == "|" && found.size == 1)
      else { throw text.malformed("elements of type '\(type)' are not numbers that can be read") }
      element = found
      isBigEndian = order == ">"
    }

    private static let types: [String: StoredElement] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]
  }
}
