import Datasets

/// What the first bytes of a PNG file say.
struct PNGHeader {
  /// Columns.
  let width: Int
  /// Rows.
  let height: Int
  /// 1 grey or 3 colours, with one more if pixels can be transparent.
  let channels: Int

  private static let start: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)

  /// Nil if `bytes` is no PNG file that can be decoded to its end, or one of more than 20 000 pixels on a side.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 33, bytes.starts(with: Self.start) else { return nil }
    func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard (1...20_000).contains(number(16)), (1...20_000).contains(number(20)),
      let channels = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][Int(bytes[25])], (try? PNG.decode(bytes, file: "")) != nil
    else { return nil }
    (width, height, self.channels) = (number(16), number(20), channels)
  }
}
