internal import Tensor

/// The regular files of a POSIX tar archive.
enum TarArchive {
  /// Calls `body` with the path and contents of every regular file.
  static func forEachFile(
    in bytes: [UInt8], file: String, _ body: (String, ArraySlice<UInt8>) throws(FileFormatError) -> Void
  ) throws(FileFormatError) {
    var reader = ByteReader(bytes, file: file)
    while reader.remaining > 0 {
      let start = reader.offset
      let header = Array(try reader.take(512))
      // The archive ends with blocks of zeros.
      if header.allSatisfy({ $0 == 0 }) { return }
      let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
      guard octal(header[148..<156]) == sum else {
        throw reader.malformed("the checksum of a tar header is wrong", at: start)
      }
      guard let size = octal(header[124..<136]) else {
        throw reader.malformed("the size of a file in the tar archive is no octal number", at: start + 124)
      }
      let content = try reader.take(size)
      try reader.skip(Swift.min(reader.remaining, (512 - size % 512) % 512))
      // Type 0 or NUL is a regular file.
      if header[156] == 0 || header[156] == 0x30 {
        try body(String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self), content)
      }
    }
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    // Eleven octal digits are 8 GiB.
    guard digits.count <= 12 else { return nil }
    var value = 0
    for digit in digits {
      guard (0x30...0x37).contains(digit) else { return nil }
      value = value * 8 + Int(digit - 0x30)
    }
    return value
  }
}
