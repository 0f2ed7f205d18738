/// Reads the short texts in the headers of binary files, knowing at which byte of the file it is.
struct TextScanner {
  private let file: String
  private let bytes: ArraySlice<UInt8>
  /// The offset in the file of the first byte.
  private let base: Int
  private var index: Int

  /// The next `count` bytes of `reader`.
  init(_ count: Int, from reader: inout ByteReader) throws(FileFormatError) {
    file = reader.file
    base = reader.offset
    bytes = try reader.take(count)
    index = bytes.startIndex
  }

  /// The next byte, if any.
  var next: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

  func malformed(_ reason: String) -> FileFormatError {
    .malformed(file: file, offset: base + index - bytes.startIndex, reason: reason)
  }

  /// Passes over blanks, tabs and line ends.
  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
  }

  /// Passes over blanks and `character` if it is next; whether it was.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard let byte = next, byte == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  /// Passes over blanks and `character`, which must be next.
  mutating func expect(_ character: Unicode.Scalar) throws(FileFormatError) {
    guard skip(character) else { throw malformed("the header has no '\(character)' where one is due") }
  }

  /// Passes over blanks; nothing else may be left.
  mutating func expectEnd() throws(FileFormatError) {
    skipBlanks()
    guard next == nil else { throw malformed("the header goes on where it should end") }
  }

  /// Letters, as in `True`.
  mutating func word() -> String {
    skipBlanks()
    var letters = ""
    while let byte = next, (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) {
      letters.unicodeScalars.append(Unicode.Scalar(byte))
      index += 1
    }
    return letters
  }

  /// A non-negative decimal integer.
  mutating func integer() throws(FileFormatError) -> Int {
    skipBlanks()
    guard let first = next, (0x30...0x39).contains(first) else {
      throw malformed("the header has no number where one is due")
    }
    var value = 0
    while let byte = next, (0x30...0x39).contains(byte) {
      let (tens, overflowTens) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowSum) = tens.addingReportingOverflow(Int(byte) - 0x30)
      if overflowTens || overflowSum { throw malformed("a number in the header is too large") }
      value = sum
      index += 1
    }
    return value
  }

  /// A list of non-negative integers between two brackets, at most 64 of them; a comma may follow the last if
  /// `trailingComma`.
  mutating func integers(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, trailingComma: Bool
  ) throws(FileFormatError) -> [Int] {
    try expect(open)
    var values: [Int] = []
    if skip(close) { return values }
    while true {
      values.append(try integer())
      guard values.count <= 64 else { throw malformed("an array has more than 64 axes") }
      if skip(close) { return values }
      try expect(",")
      if trailingComma, skip(close) { return values }
    }
  }

  /// A string between two `quote`s, with JSON's escapes.
  mutating func string(quotedBy quote: Unicode.Scalar) throws(FileFormatError) -> String {
    try expect(quote)
    var content: [UInt8] = []
    while true {
      guard let byte = next else { throw malformed("a text in the header does not end") }
      if byte == UInt8(ascii: quote) { break }
      guard byte >= 0x20 else { throw malformed("a text in the header contains a control character") }
      index += 1
      if byte != UInt8(ascii: "\\") { content.append(byte) } else { content += try escaped().utf8 }
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw malformed("a text in the header is not UTF-8")
    }
    index += 1
    return text
  }

  private mutating func escaped() throws(FileFormatError) -> String {
    guard let byte = next else { throw malformed("a text in the header does not end") }
    index += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return String(Unicode.Scalar(byte))
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let first = try hexadecimal()
      guard (0xD800...0xDBFF).contains(first) else {
        guard let scalar = Unicode.Scalar(first) else { throw malformed("half a surrogate pair stands alone") }
        return String(Character(scalar))
      }
      guard next == UInt8(ascii: "\\") else { throw malformed("half a surrogate pair stands alone") }
      index += 1
      guard next == UInt8(ascii: "u") else { throw malformed("half a surrogate pair stands alone") }
      index += 1
      let second = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      else { throw malformed("half a surrogate pair stands alone") }
      return String(Character(scalar))
    default: throw malformed("a text in the header contains an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(FileFormatError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("an escape in the header lacks a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
