public import Tensor

/// Real numeric arrays in a MATLAB file of level 5 (MATLAB 5 to 7.2; "MAT-File Format", The MathWorks), packed by zlib or
/// not, little-endian.
///
/// Text, cells, structures, sparse and complex arrays are errors that say so.
public struct MATLABFile: Sendable {
  /// An array, its first index fastest.
  public struct Array: Sendable, Hashable {
    /// The sizes; two or more.
    public let shape: [Int]
    /// The elements.
    public let elements: Elements
  }

  /// Elements as they are stored: MATLAB stores whole numbers in as few bytes as they need.
  public enum Elements: Sendable, Hashable {
    /// Whole numbers from 0 to 255.
    case bytes([UInt8])
    /// All others; 64-bit integers beyond 2⁵³ are rounded.
    case numbers([Double])

    /// How many.
    public var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .numbers(let numbers): numbers.count
      }
    }
  }

  /// The arrays by name.
  public let arrays: [String: Array]

  /// The arrays of the file at `path`.
  public static func read(_ path: String) throws(FileFormatError) -> MATLABFile {
    try MATLABFile(try Compression.read(path), file: path)
  }

  /// The arrays in a file's bytes; `file` is what errors call them.
  ///
  /// - Complexity: O(bytes), unpacked.
  public init(_ bytes: [UInt8], file: String) throws(FileFormatError) {
    var reader = ByteReader(bytes, file: file)
    try reader.skip(124)
    let version = try reader.integer(UInt16.self)
    let mark = try reader.integer(UInt16.self)
    guard mark != 0x494D else { throw reader.malformed("the file is big-endian, which is not read", at: 126) }
    // "IM" as a little-endian number.
    guard mark == 0x4D49 else { throw reader.malformed("there is no mark of a MATLAB file of level 5", at: 126) }
    guard version == 0x0100 else {
      throw reader.malformed("the version is \(version), where 256 stands for level 5", at: 124)
    }
    var arrays: [String: Array] = [:]
    while reader.remaining > 0 {
      let offset = reader.offset
      let (type, content) = try Self.element(&reader, isPadded: false)
      let found: (name: String, array: Array)
      switch type {
      case ElementType.compressed:
        let unpacked = try Self.unpacked(content, file: file, offset: offset)
        var inner = ByteReader(unpacked, file: "\(file), unpacked from byte \(offset)")
        let (innerType, matrix) = try Self.element(&inner, isPadded: false)
        guard innerType == ElementType.matrix else {
          throw inner.malformed("an element of type \(innerType) stands where an array should", at: 0)
        }
        try inner.end()
        found = try Self.array(ByteReader(matrix, file: inner.file))
      case ElementType.matrix:
        found = try Self.array(ByteReader(content, file: "\(file), array at byte \(offset)"))
      default:
        throw reader.malformed("an element of type \(type) stands where an array should", at: offset)
      }
      guard arrays.updateValue(found.array, forKey: found.name) == nil else {
        throw reader.malformed("a second array is named “\(found.name)”", at: offset)
      }
    }
    self.arrays = arrays
  }

  // MARK: - Elements

  /// The types of elements that are named here.
  private enum ElementType {
    static let int8: UInt32 = 1
    static let int32: UInt32 = 5
    static let uint32: UInt32 = 6
    static let matrix: UInt32 = 14
    static let compressed: UInt32 = 15
  }

  /// The next element: type and content. Inside arrays elements are padded to 8 bytes.
  private static func element(
    _ reader: inout ByteReader, isPadded: Bool
  ) throws(FileFormatError) -> (type: UInt32, content: ArraySlice<UInt8>) {
    let offset = reader.offset
    let first = try reader.integer(UInt32.self)
    if first >> 16 != 0 {
      // The short form: size and type in four bytes, content in the next four.
      let size = Int(first >> 16)
      guard size <= 4 else { throw reader.malformed("a short element has \(size) bytes, more than 4", at: offset) }
      let content = try reader.take(4)
      return (first & 0xFFFF, content.prefix(size))
    }
    let size = Int(try reader.integer(UInt32.self))
    let content = try reader.take(size)
    if isPadded { try reader.skip(min(reader.remaining, (8 - size % 8) % 8)) }
    return (first, content)
  }

  private static func unpacked(
    _ content: ArraySlice<UInt8>, file: String, offset: Int
  ) throws(FileFormatError) -> [UInt8] {
    do throws(FileFormatError) {
      return try Compression.unpackZlib([UInt8](content), file: file)
    } catch {
      throw .malformed(file: file, offset: offset, reason: "a packed array is damaged or too large")
    }
  }

  // MARK: - Arrays

  /// Flags, sizes, name, elements.
  private static func array(_ source: ByteReader) throws(FileFormatError) -> (name: String, array: Array) {
    var reader = source
    let (flagsType, flagBytes) = try element(&reader, isPadded: true)
    var flags = ByteReader(flagBytes, file: reader.file)
    guard flagsType == ElementType.uint32, flagBytes.count == 8 else {
      throw reader.malformed("the array's flags are not two numbers of 4 bytes", at: 0)
    }
    let flag = try flags.integer(UInt32.self)
    guard (6...15).contains(flag & 0xFF) else {
      throw reader.malformed("an array of class \(flag & 0xFF) is not one of numbers", at: 8)
    }
    guard flag & 0x800 == 0 else { throw reader.malformed("complex numbers are not read", at: 8) }
    let shapeOffset = reader.offset
    let shape = try sizes(&reader)
    let nameOffset = reader.offset
    let (nameType, nameBytes) = try element(&reader, isPadded: true)
    guard nameType == ElementType.int8, let name = String(validating: nameBytes, as: UTF8.self) else {
      throw reader.malformed("the array's name is not text", at: nameOffset)
    }
    let dataOffset = reader.offset
    let (type, content) = try element(&reader, isPadded: true)
    try reader.end()
    guard let numbers = elements(type, content) else {
      throw reader.malformed("\(content.count) bytes are no elements of type \(type)", at: dataOffset)
    }
    var count = 1
    for size in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { throw reader.malformed("the sizes \(shape) are larger than any memory", at: shapeOffset) }
      count = product
    }
    guard count == numbers.count else {
      throw reader.malformed("\(numbers.count) elements do not fill the sizes \(shape)", at: dataOffset)
    }
    return (name, Array(shape: shape, elements: numbers))
  }

  private static func sizes(_ reader: inout ByteReader) throws(FileFormatError) -> [Int] {
    let offset = reader.offset
    let (type, content) = try element(&reader, isPadded: true)
    guard type == ElementType.int32, content.count % 4 == 0, (8...128).contains(content.count) else {
      throw reader.malformed("the sizes are not 2 to 32 numbers of 4 bytes", at: offset)
    }
    var numbers = ByteReader(content, file: reader.file)
    var shape: [Int] = []
    while numbers.remaining > 0 { shape.append(Int(try numbers.integer(Int32.self))) }
    guard shape.allSatisfy({ $0 >= 0 }) else { throw reader.malformed("a size in \(shape) is negative", at: offset) }
    return shape
  }

  /// Nil if the type is unknown or the bytes are no whole number of elements.
  private static func elements(_ type: UInt32, _ content: ArraySlice<UInt8>) -> Elements? {
    func whole<Value: FixedWidthInteger>(_: Value.Type) -> Elements? {
      values(content, of: Value.self).map { .numbers($0.map { Double(Value(littleEndian: $0)) }) }
    }
    switch type {
    case 1: return whole(Int8.self)
    case 2: return .bytes([UInt8](content))
    case 3: return whole(Int16.self)
    case 4: return whole(UInt16.self)
    case 5: return whole(Int32.self)
    case 6: return whole(UInt32.self)
    case 7:
      return values(content, of: UInt32.self).map {
        .numbers($0.map { Double(Float(bitPattern: UInt32(littleEndian: $0))) })
      }
    case 9:
      return values(content, of: UInt64.self).map { .numbers($0.map { Double(bitPattern: UInt64(littleEndian: $0)) }) }
    case 12: return whole(Int64.self)
    case 13: return whole(UInt64.self)
    default: return nil
    }
  }

  private static func values<Value: FixedWidthInteger>(_ content: ArraySlice<UInt8>, of: Value.Type) -> [Value]? {
    let size = MemoryLayout<Value>.size
    guard content.count % size == 0 else { return nil }
    return content.withUnsafeBytes { bytes in
      (0..<content.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Value.self) }
    }
  }
}
