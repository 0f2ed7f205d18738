import Tensor
import TestSupport
import Testing

@testable import LadleCommand

@Suite struct EventFileTests {
  /// What a reader that knows only the framing finds; nil if a length or a checksum is wrong. The checksum is the bitwise
  /// definition, not the table that writes.
  private func records(_ bytes: [UInt8]) -> [[UInt8]]? {
    func masked(_ part: ArraySlice<UInt8>) -> UInt32 {
      var crc = UInt32.max
      for byte in part {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
      }
      crc = ~crc
      return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
    func integer(_ at: Int, _ size: Int) -> UInt64 { (0..<size).reduce(0) { $0 | UInt64(bytes[at + $1]) << (8 * $1) } }
    var (found, place) = ([[UInt8]](), 0)
    while place < bytes.count {
      guard place + 12 <= bytes.count, integer(place + 8, 4) == UInt64(masked(bytes[place..<place + 8])) else {
        return nil
      }
      let (start, end) = (place + 12, place + 12 + Int(integer(place, 8)))
      guard end + 4 <= bytes.count, integer(end, 4) == UInt64(masked(bytes[start..<end])) else { return nil }
      found.append(Array(bytes[start..<end]))
      place = end + 4
    }
    return found
  }

  @Test func checksumsAreThoseOfTheStandard() {
    // RFC 3720, appendix B.4.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test func eventsAreTheBytesThatProtobufWrites() throws {
    var file = EventFile(wallTime: 1.5)
    file.add([("accuracy", 0.75)], step: 300, wallTime: 2)
    let found = try #require(records(file.bytes))
    #expect(found.count == 2)
    #expect(found[0] == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x1A, 13] + Array("brain.Event:2".utf8))
    // wall_time, step 300 = 0xAC 0x02, summary of 17 bytes, value of 15: tag, simple_value.
    #expect(
      found[1] == [0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0xAC, 0x02, 0x2A, 17, 0x0A, 15, 0x0A, 8]
        + Array("accuracy".utf8) + [0x15, 0, 0, 0x40, 0x3F])
  }

  @Test func theFileIsTheOneThatTensorBoardWrites() throws {
    // See `scripts/fixtures/generate_events.py`.
    var file = EventFile(wallTime: 1_700_000_000)
    file.add([("accuracy", 0.5), ("learner.loss", -1.25)], step: 10, wallTime: 1_700_000_001.5)
    file.add([("accuracy", 0.875)], step: 1_000_000, wallTime: 1_700_000_002)
    // A PNG file of its own, because what a library compresses to is its own affair.
    let png = try FileBytes.read(fixturePath("Export/picture.png"))
    file.add(png: png, width: 3, height: 2, channels: 3, tag: "queries", step: 10, wallTime: 1_700_000_001.5)
    #expect(try FileBytes.read(fixturePath("Export/events.out.tfevents.golden")) == file.bytes)
    #expect(records(file.bytes)?.count == 4)
  }
}
