/// Reads numbers and runs of bytes in order, checking every length before it is used.
package struct ByteReader {
  /// What error messages call the bytes.
  package let file: String
  package let bytes: ArraySlice<UInt8>
  /// Bytes consumed so far: the offset that errors name.
  package private(set) var offset = 0

  package init(_ bytes: ArraySlice<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  package init(_ bytes: [UInt8], file: String) { self.init(bytes[...], file: file) }

  package var remaining: Int { bytes.count - offset }

  /// Throws unless `count` more bytes follow. A negative count, as from a lying length field, is malformed.
  package func require(_ count: Int) throws(FileFormatError) {
    guard count >= 0 else { throw malformed("a length of \(count) bytes makes no sense") }
    guard count <= remaining else {
      throw .truncated(file: file, offset: offset, expected: count, found: remaining)
    }
  }

  /// The next `count` bytes.
  package mutating func take(_ count: Int) throws(FileFormatError) -> ArraySlice<UInt8> {
    try require(count)
    let start = bytes.startIndex + offset
    offset += count
    return bytes[start..<start + count]
  }

  /// Passes over `count` bytes.
  package mutating func skip(_ count: Int) throws(FileFormatError) { _ = try take(count) }

  /// The next integer.
  package mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, bigEndian: Bool = false
  ) throws(FileFormatError) -> Value {
    let taken = try take(MemoryLayout<Value>.size)
    let value = taken.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    return bigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
  }

  /// Throws if bytes are left over.
  package func end() throws(FileFormatError) {
    if remaining > 0 { throw malformed("\(remaining) bytes follow where the file should end") }
  }

  /// An error at the current offset, or at `offset`.
  package func malformed(_ reason: String, at offset: Int? = nil) -> FileFormatError {
    .malformed(file: file, offset: offset ?? self.offset, reason: reason)
  }
}
