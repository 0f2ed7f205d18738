internal import Tensor

/// Ways in which a file that was right can be wrong.
enum Damage {
  /// What kind of file is damaged: text has lines and numbers besides bytes.
  enum Content { case text, binary }

  /// `count` damaged variants of `bytes`, the same for the same name, made as they are asked for.
  static func variants(of bytes: [UInt8], named name: String, _ content: Content, count: Int) -> some Sequence<[UInt8]>
  {
    let root = RandomSource(seed: 5).stream(name)
    // In turn, so that every kind has its share.
    let kinds = content == .text ? textual + binary : binary
    return (0..<count).lazy.map { index in
      var random = root.stream("variant", index)
      return kinds[index % kinds.count](bytes, &random)
    }
  }

  private typealias Kind = @Sendable ([UInt8], inout RandomSource) -> [UInt8]

  private static func place(in bytes: [UInt8], _ random: inout RandomSource) -> Int {
    bytes.isEmpty ? 0 : random.integer(below: bytes.count)
  }

  // MARK: - Of bytes

  private static let binary: [Kind] = [
    { bytes, random in Array(bytes[..<place(in: bytes, &random)]) },
    { bytes, random in
      var changed = bytes
      for _ in 0...random.integer(below: 3) where !bytes.isEmpty {
        changed[place(in: bytes, &random)] ^= 1 << UInt8(random.integer(below: 8))
      }
      return changed
    },
    { bytes, random in
      var changed = bytes
      let start = place(in: bytes, &random)
      for index in start..<min(bytes.count, start + lengths[random.integer(below: lengths.count)]) {
        changed[index] = UInt8(random.integer(below: 256))
      }
      return changed
    },
    { bytes, random in
      let extra = (0..<lengths[random.integer(below: lengths.count)]).map { _ in UInt8(random.integer(below: 256)) }
      var changed = bytes
      changed.insert(contentsOf: extra, at: place(in: bytes, &random))
      return changed
    },
    { bytes, random in
      let start = place(in: bytes, &random)
      let end = min(bytes.count, start + lengths[random.integer(below: lengths.count)])
      return Array(bytes[..<start] + bytes[end...])
    },
    // Sizes and counts, which stand at the beginning, that are huge, negative or nothing.
    { bytes, random in
      var changed = bytes
      let start = random.integer(below: max(1, min(32, bytes.count)))
      for (index, byte) in numbers[random.integer(below: numbers.count)].enumerated()
      where start + index < bytes.count {
        changed[start + index] = byte
      }
      return changed
    },
    { bytes, random in
      random.integer(below: 2) == 0
        ? bytes + bytes : bytes + [UInt8](repeating: 0x41, count: 1 + random.integer(below: 100))
    },
    { _, random in whole[random.integer(below: whole.count)] },
  ]

  private static let lengths = [1, 2, 4, 8, 32, 100]

  private static let numbers: [[UInt8]] = [
    [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0, 0, 0], [0, 0, 0, 0],
    [UInt8](repeating: 0xFF, count: 8), [UInt8](repeating: 0, count: 8),
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
  ]

  private static let whole: [[UInt8]] = [
    [], [0], Array("\n".utf8), [0xFF, 0xFE], [0xEF, 0xBB, 0xBF], Array("null\n".utf8), Array("{}\n".utf8),
    Array("[]".utf8), [UInt8](repeating: 0, count: 4096), Array(String(repeating: "[", count: 100_000).utf8),
    Array(String(repeating: "{\"a\":", count: 100_000).utf8), Array(String(repeating: "- ", count: 100_000).utf8),
  ]

  // MARK: - Of text

  private static let textual: [Kind] = [
    number, number, number, number,
    lines { lines, random in lines.remove(at: random.integer(below: lines.count)) },
    lines { lines, random in
      let index = random.integer(below: lines.count)
      lines.insert(lines[index], at: index)
    },
    lines { lines, random in lines.swapAt(random.integer(below: lines.count), random.integer(below: lines.count)) },
    { bytes, random in
      var changed = bytes
      changed.insert(contentsOf: notUTF8[random.integer(below: notUTF8.count)], at: place(in: bytes, &random))
      return changed
    },
  ]

  private static func lines(
    _ change: @escaping @Sendable (inout [ArraySlice<UInt8>], inout RandomSource) -> Void
  ) -> Kind {
    { bytes, random in
      var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      change(&lines, &random)
      return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
  }

  private static let notUTF8: [[UInt8]] = [[0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80]]

  /// One of the numbers in the text becomes something else.
  private static let number: Kind = { bytes, random in
    var spans: [Range<Int>] = []
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      let belongs = (0x30...0x39).contains(byte) || (start != nil && [0x2E, 0x65, 0x2D, 0x2B].contains(byte))
      if belongs, start == nil { start = index }
      if !belongs, let first = start {
        spans.append(first..<index)
        start = nil
      }
    }
    guard !spans.isEmpty else { return bytes }
    let span = spans[random.integer(below: spans.count)]
    return Array(bytes[..<span.lowerBound] + odd[random.integer(below: odd.count)].utf8 + bytes[span.upperBound...])
  }

  private static let odd = [
    "-1", "0", "7", "1000000000", "9223372036854775807", "-9223372036854775808", "4611686018427387904",
    "18446744073709551616", "1e308", "-1e308", "1e-320", "1e999", "NaN", "Infinity", "0.5", "\"\"", "\"a\"", "null",
    "[]",
    "true",
  ]
}
