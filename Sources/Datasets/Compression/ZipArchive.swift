internal import CCompression
internal import Tensor

/// The directory of a ZIP archive (PKWARE's APPNOTE 6.3), and its files on demand.
struct ZipArchive: Sendable {
  struct Entry: Sendable, Hashable {
    var name: String
    var isDeflated: Bool
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    /// Where the local header starts.
    var offset: Int
  }

  let file: String
  let entries: [Entry]
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], file: String) throws(FileFormatError) {
    self.bytes = bytes
    self.file = file
    let directory = try Directory(bytes, file: file)
    var reader = ByteReader(bytes[..<directory.end], file: file)
    try reader.skip(directory.offset)
    var entries: [Entry] = []
    for _ in 0..<directory.count { entries.append(try Self.entry(from: &reader)) }
    guard reader.remaining == 0 else { throw reader.malformed("the directory is longer than its entries") }
    self.entries = entries
  }

  private static func entry(from reader: inout ByteReader) throws(FileFormatError) -> Entry {
    let start = reader.offset
    guard try reader.integer(UInt32.self) == 0x0201_4B50 else {
      throw reader.malformed("an entry of the directory does not start like one", at: start)
    }
    try reader.skip(4)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    guard flags & 1 == 0 else { throw reader.malformed("an entry is encrypted", at: start + 8) }
    guard method == 0 || method == 8 else {
      throw reader.malformed("an entry is packed by method \(method), not stored or deflated", at: start + 10)
    }
    try reader.skip(4)
    let checksum = try reader.integer(UInt32.self)
    let packed = try reader.integer(UInt32.self)
    let unpacked = try reader.integer(UInt32.self)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    try reader.skip(8)
    let offset = try reader.integer(UInt32.self)
    let name = try reader.take(nameLength)
    let extra = try reader.take(extraLength)
    try reader.skip(commentLength)
    guard let name = String(validating: name, as: UTF8.self) else {
      throw reader.malformed("the name of an entry is not UTF-8", at: start + 46)
    }
    // Fields that are all ones stand in an extra field of eight bytes each.
    var wide = ByteReader(try wideField(extra, file: reader.file), file: reader.file)
    func size(_ narrow: UInt32) throws(FileFormatError) -> Int {
      guard narrow == .max else { return Int(narrow) }
      guard wide.remaining >= 8, let value = Int(exactly: try wide.integer(UInt64.self)) else {
        throw reader.malformed("the long sizes of an entry are missing or too large", at: start)
      }
      return value
    }
    let size64 = try size(unpacked)
    let packed64 = try size(packed)
    return Entry(
      name: name, isDeflated: method == 8, checksum: checksum, packedSize: packed64, size: size64,
      offset: try size(offset))
  }

  private static func wideField(_ extra: ArraySlice<UInt8>, file: String) throws(FileFormatError) -> [UInt8] {
    var reader = ByteReader(extra, file: file)
    while reader.remaining >= 4 {
      let kind = try reader.integer(UInt16.self)
      let content = try reader.take(Int(try reader.integer(UInt16.self)))
      if kind == 1 { return Array(content) }
    }
    return []
  }

  /// The unpacked bytes of an entry, whose length and checksum have been verified.
  func content(of entry: Entry) throws(FileFormatError) -> [UInt8] {
    var reader = ByteReader(bytes, file: file)
    try reader.skip(entry.offset)
    guard try reader.integer(UInt32.self) == 0x0403_4B50 else {
      throw reader.malformed("“\(entry.name)” does not start like an entry", at: entry.offset)
    }
    try reader.skip(22)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let name = try reader.take(nameLength)
    guard name.elementsEqual(entry.name.utf8) else {
      throw reader.malformed("the entry is not “\(entry.name)”, as the directory says", at: entry.offset + 30)
    }
    try reader.skip(extraLength)
    let start = reader.offset
    let packed = try reader.take(entry.packedSize)
    let content: [UInt8]
    if entry.isDeflated {
      // Deflate shrinks at most 1032 times; a larger claim is a lie told to take our memory.
      guard entry.size / 1032 <= entry.packedSize, let unpacked = Self.inflated(packed, size: entry.size) else {
        throw reader.malformed("“\(entry.name)” does not unpack to \(entry.size) bytes", at: start)
      }
      content = unpacked
    } else {
      guard entry.size == entry.packedSize else {
        throw reader.malformed("“\(entry.name)” is stored, but its two sizes differ", at: start)
      }
      content = Array(packed)
    }
    let checksum = UInt32(truncatingIfNeeded: crc32_z(0, content, content.count))
    guard checksum == entry.checksum else {
      throw reader.malformed("“\(entry.name)” does not have the checksum that the directory says", at: start)
    }
    return content
  }

  /// Nil unless `packed` is one whole deflate stream of exactly `size` bytes.
  private static func inflated(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var stream = z_stream()
    // Minus: no header.
    guard size < 1 << 32, packed.count < 1 << 32,
      inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    // A byte more than promised shows a stream that is too long.
    var isWhole = false
    var content = [UInt8](repeating: 0, count: size + 1)
    content.withUnsafeMutableBufferPointer { target in
      packed.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        isWhole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 1
      }
    }
    guard isWhole else { return nil }
    content.removeLast()
    return content
  }

  /// Where the directory is.
  private struct Directory {
    var offset: Int
    var end: Int
    var count: Int

    init(_ bytes: [UInt8], file: String) throws(FileFormatError) {
      // The end record is the last 22 bytes, or more with a comment.
      let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
      var record = bytes.count - 22
      let first = Swift.max(0, record - 0xFFFF)
      while record >= first, !bytes[record..<record + 4].elementsEqual(signature) { record -= 1 }
      guard record >= first, record >= 0 else {
        throw .malformed(
          file: file, offset: Swift.max(0, bytes.count - 22), reason: "the file does not end like a ZIP archive")
      }
      var reader = ByteReader(bytes, file: file)
      try reader.skip(record + 4)
      let disks = try reader.integer(UInt32.self)
      let here = Int(try reader.integer(UInt16.self))
      var count = Int(try reader.integer(UInt16.self))
      var size = Int(try reader.integer(UInt32.self))
      var offset = Int(try reader.integer(UInt32.self))
      guard disks == 0, here == count else {
        throw reader.malformed("archives of several parts cannot be read", at: record + 4)
      }
      guard Int(try reader.integer(UInt16.self)) == reader.remaining else {
        throw reader.malformed("the length of the comment is wrong", at: record + 20)
      }
      var end = record
      if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
        // The long record, found through its locator just before.
        var locator = ByteReader(bytes[..<record], file: file)
        try locator.skip(record - 20)
        guard try locator.integer(UInt32.self) == 0x0706_4B50 else {
          throw reader.malformed("the long form of the directory is missing", at: record)
        }
        try locator.skip(4)
        let place = try Self.integer(&locator)
        var long = ByteReader(bytes[..<(record - 20)], file: file)
        try long.skip(place)
        guard try long.integer(UInt32.self) == 0x0606_4B50 else {
          throw long.malformed("the long form of the directory does not start like one", at: place)
        }
        try long.skip(28)
        count = try Self.integer(&long)
        size = try Self.integer(&long)
        offset = try Self.integer(&long)
        end = place
      }
      guard size <= end, offset == end - size, count <= size / 46 else {
        throw reader.malformed("the directory is not where the end of the archive says", at: record)
      }
      self.offset = offset
      self.end = end
      self.count = count
    }

    private static func integer(_ reader: inout ByteReader) throws(FileFormatError) -> Int {
      guard let value = Int(exactly: try reader.integer(UInt64.self)) else {
        throw reader.malformed("a length is too large")
      }
      return value
    }
  }
}
