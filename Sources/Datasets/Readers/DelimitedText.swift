internal import Tensor

/// Reads numbers from lines of text, knowing the line and column for errors.
struct DelimitedText {
  private let file: String
  private let bytes: [UInt8]
  private var index = 0
  private var lineStart = 0
  /// The number of the line being read, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The offset of the next byte.
  var offset: Int { index }

  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// An error at the next byte, or at `offset` of this line.
  func malformed(_ reason: String, at offset: Int? = nil) -> FileFormatError {
    let offset = offset ?? index
    return .malformed(
      file: file, offset: offset, reason: "in line \(line), column \(offset - lineStart + 1), \(reason)")
  }

  /// Passes over blanks and tabs.
  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 { index += 1 }
  }

  /// Passes over `character` if it is next; whether it was.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, byte == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  /// Whether a line ends here, be it by the end of the file.
  var isAtLineEnd: Bool { next == nil || next == 0x0A || next == 0x0D }

  /// Passes over blanks and the end of the line; anything else is an error.
  mutating func endLine() throws(FileFormatError) {
    skipBlanks()
    guard isAtLineEnd else { throw malformed("the line goes on where it should end") }
    startNextLine()
  }

  private mutating func startNextLine() {
    if next == 0x0D { index += 1 }
    if next == 0x0A { index += 1 }
    line += 1
    lineStart = index
  }

  /// Passes over empty lines; whether a line with something on it follows.
  mutating func hasLine() -> Bool {
    while true {
      skipBlanks()
      guard next != nil else { return false }
      guard isAtLineEnd else { return true }
      startNextLine()
    }
  }

  /// A decimal number, such as `-0.5` or `1e-3`; neither NaN nor infinite.
  mutating func number() throws(FileFormatError) -> Double {
    let start = index
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    var isFraction = false
    while let byte = next {
      if byte == UInt8(ascii: "."), !isFraction {
        isFraction = true
      } else if (0x30...0x39).contains(byte) {
        digits += 1
        guard digits <= 400 else { throw malformed("a number has more than 400 digits", at: start) }
        // Digits beyond the eighteenth decide the rounding; the slow path below reads them.
        if mantissa < 100_000_000_000_000_000 {
          mantissa = mantissa * 10 + UInt64(byte - 0x30)
          if isFraction { exponent -= 1 }
        } else if !isFraction {
          exponent += 1
        }
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { throw malformed("a number is missing", at: start) }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      index += 1
      if !skip("-") { _ = skip("+") }
      let first = index
      while let byte = next, (0x30...0x39).contains(byte), index - first < 6 { index += 1 }
      guard index > first else { throw malformed("a number's exponent is missing", at: start) }
      return try slowNumber(from: start)
    }
    // Both are exact, so one division rounds once (Clinger, "How to read floating point numbers accurately", 1990).
    guard digits <= 15, -exponent <= 22, exponent <= 0 else { return try slowNumber(from: start) }
    let value = Double(mantissa) / Self.powers[-exponent]
    return isNegative ? -value : value
  }

  private func slowNumber(from start: Int) throws(FileFormatError) -> Double {
    guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
      throw malformed("a number is out of range", at: start)
    }
    return value
  }

  private static let powers: [Double] = (0..<22).reduce(into: [1]) { powers, _ in
    powers.append(powers[powers.count - 1] * 10)
  }

  /// A number without a fraction in `range`; `what` is what errors call it.
  mutating func integer(in range: ClosedRange<Int>, _ what: String) throws(FileFormatError) -> Int {
    let start = index
    let value = try number()
    guard let integer = Int(exactly: value), range.contains(integer) else {
      throw malformed(
        "\(what) is \(value), not an integer from \(range.lowerBound) to \(range.upperBound)", at: start)
    }
    return integer
  }
}
