internal import CCompression

/// Makes ZIP archives whose bytes depend on the contents alone: every file dates from the first moment of 1980.
struct ZipWriter {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var names: Set<String> = []

  /// Precondition: the name is new, and the archive stays below 4 GiB.
  mutating func add(_ name: String, _ content: [UInt8], deflated: Bool) {
    precondition(names.insert(name).inserted && names.count < 0xFFFF, "“\(name)” is in the archive already")
    let packed = deflated ? Self.deflated(content) : nil
    let body = packed ?? content
    let offset = bytes.count
    precondition(
      offset + body.count + directory.count + 1024 < 0xFFFF_FFFF && content.count < 0xFFFF_FFFF,
      "an archive of 4 GiB or more cannot be written")
    var common: [UInt8] = []
    common.append(UInt16(20), 0x0800, packed == nil ? 0 : 8, 0, 0x0021)
    common.append(UInt32(truncatingIfNeeded: crc32_z(0, content, content.count)))
    common.append(UInt32(body.count), UInt32(content.count))
    common.append(UInt16(name.utf8.count), 0)
    bytes.append(0x0403_4B50 as UInt32)
    bytes += common + Array(name.utf8) + body
    directory.append(0x0201_4B50 as UInt32)
    directory.append(20 as UInt16)
    directory += common
    directory.append(UInt16(0), 0, 0)
    directory.append(UInt32(0), UInt32(offset))
    directory += name.utf8
  }

  /// The archive.
  func finished() -> [UInt8] {
    var whole = bytes + directory
    whole.append(0x0605_4B50 as UInt32, 0)
    whole.append(UInt16(names.count), UInt16(names.count))
    whole.append(UInt32(directory.count), UInt32(bytes.count))
    whole.append(0 as UInt16)
    return whole
  }

  /// Nil if the library has no memory; then the content is stored.
  private static func deflated(_ content: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(content.count)))
    var isWhole = false
    let packed = [UInt8](unsafeUninitializedCapacity: bound) { target, filled in
      content.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(clamping: source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
        filled = target.count - Int(stream.avail_out)
      }
    }
    return isWhole ? packed : nil
  }
}

extension [UInt8] {
  /// Appends integers in little-endian order.
  fileprivate mutating func append<Value: FixedWidthInteger>(_ values: Value...) {
    for value in values { Swift.withUnsafeBytes(of: value.littleEndian) { self += $0 } }
  }
}
