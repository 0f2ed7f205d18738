/// Named tensors and a few texts in one file: the safetensors format.
///
/// The file is an 8-byte length, a JSON header of that length, and the elements without gaps. Checkpoints use it, and
/// so can any other library.
public struct SafeTensors: Sendable {
  /// The tensors; names are unique.
  public var tensors: [(name: String, tensor: Tensor)]
  /// Texts by name.
  public var metadata: [String: String]
  /// Whole numbers that are written as 64-bit scalars, by names that no tensor has. Reading makes tensors of them.
  public var counters: [String: Int] = [:]

  /// Precondition: names are unique and none is `__metadata__`.
  public init(_ tensors: [(name: String, tensor: Tensor)] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor called `name`. Linear in the number of tensors.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// The tensors in the file at `path`, in the order of their elements.
  public static func read(_ path: String) throws(FileFormatError) -> SafeTensors {
    try parse(try FileBytes.read(path), file: path)
  }

  /// The tensors in `bytes`; `file` is what errors call them. Elements of any type are rounded to single precision.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFormatError) -> SafeTensors {
    let stored = try arrays(in: bytes, file: file)
    return SafeTensors(stored.arrays.map { ($0.name, $0.array.tensor()) }, metadata: stored.metadata)
  }

  /// The arrays in `bytes` before conversion, for doubles and integers.
  public static func arrays(
    in bytes: [UInt8], file: String
  ) throws(FileFormatError) -> (arrays: [(name: String, array: StoredArray)], metadata: [String: String]) {
    var reader = ByteReader(bytes, file: file)
    let length = try reader.integer(UInt64.self)
    guard length <= 100_000_000 else {
      throw reader.malformed("the header would have \(length) bytes, above the format's limit", at: 0)
    }
    let header = try SafeTensorsHeader(Int(length), from: &reader)
    let start = reader.offset
    var arrays: [(name: String, array: StoredArray)] = []
    for entry in header.entries {
      guard entry.start == reader.offset - start else {
        throw reader.malformed(
          "the elements of \(entry.name) should start here, not \(entry.start) bytes after the header")
      }
      guard StoredArray.byteCount(entry.shape, entry.element) == entry.end - entry.start else {
        throw reader.malformed(
          "\(entry.name) of shape \(entry.shape) has \(entry.end - entry.start) bytes, which is not its size")
      }
      arrays.append((entry.name, try StoredArray(shape: entry.shape, element: entry.element, from: &reader)))
    }
    try reader.end()
    return (arrays, header.metadata)
  }

  /// The bytes of the file: counters, then 32-bit floats, both in the order of the names, as the reference library
  /// writes them.
  public func serialize() -> [UInt8] {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (before, after) in zip(sorted, sorted.dropFirst()) {
      precondition(before.name != after.name, "two tensors are called \(before.name)")
    }
    let counted = counters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (name, _) in sorted { precondition(counters[name] == nil, "a tensor and a counter are called \(name)") }
    var bytes = [UInt8](repeating: 0, count: 8)
    bytes +=
      SafeTensorsHeader.text(
        counters: counted.map(\.key), tensors: sorted.map { ($0.name, $0.tensor.shape) }, metadata
      ).utf8
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    withUnsafeBytes(of: UInt64(bytes.count - 8).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
    for (_, value) in counted { withUnsafeBytes(of: Int64(value).littleEndian) { bytes += $0 } }
    bytes.reserveCapacity(sorted.reduce(bytes.count) { $0 + $1.tensor.count * 4 })
    for (_, tensor) in sorted { tensor.withUnsafeScalars { bytes += UnsafeRawBufferPointer($0) } }
    return bytes
  }

  /// Writes the file at `path`, whole or not at all.
  public func write(to path: String) throws(FileFormatError) { try AtomicFile.write(serialize(), to: path) }
}
