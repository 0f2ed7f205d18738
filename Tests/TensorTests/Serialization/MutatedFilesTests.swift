import Tensor
import TestSupport
import Testing

/// Damaged files: each variant is a typed error, or a sound reading whose numbers agree with its shape. A crash, which
/// is what these tests are after, ends the whole run.
@Suite("Mutated files")
struct MutatedFilesTests {
  private static let names = [
    "f4.npy", "f8-big-endian-fortran.npy", "i8.npy", "version-2.npy", "version-3.npy", "empty.npy",
    "types.safetensors", "golden.safetensors",
  ]

  /// Whether the bytes were read.
  private func isReadable(_ bytes: [UInt8], _ name: String) -> Bool {
    do throws(FileFormatError) {
      if name.hasSuffix(".npy") {
        let array = try NPY.parse(bytes, file: name)
        #expect(array.tensor().scalars.count == array.shape.scalarCount)
        #expect(array.doubles().count == array.shape.scalarCount)
        _ = try? array.integers()
      } else {
        for (_, tensor) in try SafeTensors.parse(bytes, file: name).tensors {
          #expect(tensor.scalars.count == tensor.shape.scalarCount)
        }
      }
      return true
    } catch {
      #expect(error.file == name)
      #expect(error.description.hasPrefix(name))
      switch error {
      case .truncated(_, let offset, let expected, let found):
        #expect(offset >= 0 && offset + found == bytes.count && found < expected)
      case .malformed(_, let offset, _): #expect((0...bytes.count).contains(offset))
      case .unreadable, .unwritable: Issue.record("\(error)")
      }
      return false
    }
  }

  @Test("Truncated at every length", arguments: names)
  func truncated(name: String) throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/\(name)"))
    #expect(isReadable(bytes, name))
    for length in 0..<bytes.count {
      #expect(!isReadable(Array(bytes[..<length]), name), "the first \(length) bytes")
    }
  }

  @Test("Lengthened", arguments: names)
  func lengthened(name: String) throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/\(name)"))
    for extra in [1, 2, 4, 8, 100, 4096] {
      #expect(!isReadable(bytes + [UInt8](repeating: 0, count: extra), name), "\(extra) more bytes")
    }
  }

  @Test("Every header byte replaced", arguments: names)
  func flipped(name: String) throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/\(name)"))
    let header = name.hasSuffix(".npy") ? 128 : 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var readable = 0
    for place in 0..<min(header, bytes.count) {
      for mask: UInt8 in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF] {
        var changed = bytes
        changed[place] ^= mask
        if isReadable(changed, name) { readable += 1 }
      }
      for value: UInt8 in [0, 0x20, 0x22, 0x27, 0x30, 0x39, 0x5D, 0x7D, 0xFF] {
        var changed = bytes
        changed[place] = value
        if isReadable(changed, name) { readable += 1 }
      }
    }
    // Most of an .npy header is padding: a blank for a blank reads as before. But most damage is noticed.
    #expect(readable < header * 18 / 2)
  }

  @Test("Random bytes inserted, removed and swapped", arguments: names)
  func shuffled(name: String) throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/\(name)"))
    var random = RandomSource(seed: 20)
    var readable = 0
    for _ in 0..<500 {
      var changed = bytes
      for _ in 0...random.integer(below: 3) where changed.count > 1 {
        let place = random.integer(below: changed.count)
        switch random.integer(below: 4) {
        case 0: changed.insert(UInt8(random.integer(below: 256)), at: place)
        case 1: changed.remove(at: place)
        case 2: changed.swapAt(place, random.integer(below: changed.count))
        default: changed[place] = UInt8(random.integer(below: 256))
        }
      }
      if isReadable(changed, name) { readable += 1 }
    }
    #expect(readable < 500)
  }
}
