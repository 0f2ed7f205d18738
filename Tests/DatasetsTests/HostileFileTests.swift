internal import Tensor
import Testing

@testable internal import Datasets

/// A small valid file of every format, and how it is read.
struct FormatSample: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  /// Whether every proper prefix is an error, and every extension.
  var noticesTruncation = true
  var noticesExtension = true
  /// Whether every changed byte is an error (checksums).
  var noticesChange = false
  var read: @Sendable ([UInt8]) throws(FileFormatError) -> Void

  var testDescription: String { name }

  static let all: [FormatSample] = {
    var samples: [FormatSample] = [
      FormatSample(name: "IDX images", bytes: bigEndian(0x803, 3, 2, 2) + Array(0..<12)) {
        bytes throws(FileFormatError) in
        _ = try IDX.parseImages(bytes, file: "sample")
      },
      FormatSample(name: "IDX labels", bytes: bigEndian(0x801, 5) + [0, 1, 2, 9, 4]) { bytes throws(FileFormatError) in
        _ = try IDX.parseLabels(bytes, file: "sample", classes: 10)
      },
      FormatSample(name: "CIFAR-10", bytes: record([7]) + record([2])) { bytes throws(FileFormatError) in
        _ = try CIFARBinary.parse(bytes, file: "sample", count: 2)
      },
      FormatSample(name: "CIFAR-100", bytes: record([19, 99]) + record([0, 0])) { bytes throws(FileFormatError) in
        _ = try CIFARBinary.parse(bytes, file: "sample", .fine, count: 2)
      },
      FormatSample(
        name: "zip digits",
        bytes: Array(("6.0000 " + String(repeating: "-0.5000 ", count: 256) + "\n").utf8), noticesTruncation: false,
        noticesExtension: false
      ) { bytes throws(FileFormatError) in
        _ = try ZipDigits.parse(bytes, file: "sample", name: "sample")
      },
      FormatSample(
        name: "optical digits", bytes: Array((String(repeating: "16,", count: 64) + "3\n").utf8),
        noticesTruncation: false, noticesExtension: false
      ) { bytes throws(FileFormatError) in
        _ = try OptDigits.parse(bytes, file: "sample", name: "sample")
      },
      FormatSample(
        name: "LIBSVM", bytes: Array("1 1:0.5 3:1\n-1 2:0.25\n+3 1:1e-2 7:.5\n".utf8), noticesTruncation: false,
        noticesExtension: false
      ) { bytes throws(FileFormatError) in
        _ = try LIBSVMText.parse(bytes, file: "sample", name: "sample")
      },
    ]
    for name in ["stored", "deflated"] {
      samples.append(
        FormatSample(name: "\(name) NPZ", bytes: (try? Fixture.bytes("\(name).npz")) ?? []) {
          bytes throws(FileFormatError) in
          let archive = try NPZ(bytes, file: "sample")
          for name in archive.names { _ = try archive.array(name) }
        })
    }
    for name in ["plain", "packed"] {
      samples.append(
        FormatSample(name: "\(name) MATLAB file", bytes: (try? Fixture.bytes("MATLAB/svhn-\(name).mat")) ?? []) {
          bytes throws(FileFormatError) in
          _ = try SVHN.parse(bytes, file: "sample")
        })
    }
    for (ending, compression) in [("gz", Compression.gzip), ("xz", .xz), ("bz2", .bzip2)] {
      samples.append(
        FormatSample(
          name: "packed .\(ending)", bytes: (try? Fixture.bytes("two.libsvm.\(ending)")) ?? [],
          noticesTruncation: false, noticesChange: false
        ) { bytes throws(FileFormatError) in
          _ = try compression.unpack(bytes, file: "sample")
        })
    }
    for name in ["gray.png", "color.png", "alpha.png", "gray16.png", "palette.png"] {
      samples.append(
        FormatSample(
          name: name, bytes: (try? Fixture.bytes(name)) ?? [], noticesTruncation: false, noticesExtension: false
        ) { bytes throws(FileFormatError) in
          _ = try ImageFile.decode(bytes, file: "sample")
        })
    }
    for name in ["gray.jpg", "color.jpg", "progressive.jpg"] {
      samples.append(
        FormatSample(
          name: name, bytes: (try? Fixture.bytes(name)) ?? [], noticesTruncation: false, noticesExtension: false
        ) { bytes throws(FileFormatError) in
          _ = try ImageFile.decode(bytes, file: "sample")
        })
    }
    return samples
  }()

  private static func record(_ labels: [UInt8]) -> [UInt8] { labels + (0..<3072).map { UInt8($0 % 251) } }

  /// How reading `bytes` ends; errors must be about this file and say one sentence.
  func fails(_ bytes: [UInt8]) -> Bool {
    do throws(FileFormatError) {
      try read(bytes)
      return false
    } catch {
      let text = error.description
      #expect(error.file.hasPrefix("sample") && text.hasPrefix("sample") && text.hasSuffix("."))
      return true
    }
  }
}

@Suite struct HostileFileTests {
  @Test("a valid file is read", arguments: FormatSample.all)
  func reads(sample: FormatSample) throws {
    #expect(!sample.bytes.isEmpty)
    try sample.read(sample.bytes)
  }

  @Test("a truncated file is an error and no crash", arguments: FormatSample.all)
  func truncated(sample: FormatSample) {
    let step = max(1, sample.bytes.count / 400)
    for length in stride(from: 0, to: sample.bytes.count, by: step) {
      let fails = sample.fails(Array(sample.bytes[..<length]))
      if sample.noticesTruncation || length == 0 { #expect(fails, "\(length) bytes of \(sample.bytes.count)") }
    }
  }

  @Test("a file with more at its end is an error and no crash", arguments: FormatSample.all)
  func lengthened(sample: FormatSample) {
    for extra in [[0], [0xFF], Array("x\n".utf8), Array(repeating: 0x31, count: 100), sample.bytes] as [[UInt8]] {
      let fails = sample.fails(sample.bytes + extra)
      // A packed stream twice is two streams.
      if sample.noticesExtension, !(sample.name.hasPrefix("packed") && extra == sample.bytes) {
        #expect(fails, "\(extra.count) bytes more")
      }
    }
  }

  @Test("changed bytes never crash", arguments: FormatSample.all)
  func changed(sample: FormatSample) {
    var random = RandomSource(seed: 11).stream(sample.name)
    for round in 0..<600 {
      var bytes = sample.bytes
      // Headers are where lies hurt: every byte of the first 128 gets its turn.
      let place = round < min(128, bytes.count) ? round : random.integer(below: bytes.count)
      switch round % 4 {
      case 0: bytes[place] ^= UInt8(1 << random.integer(below: 8))
      case 1: bytes[place] = UInt8(random.integer(below: 256))
      case 2: for i in place..<min(bytes.count, place + 4) { bytes[i] = 0xFF }
      default: for i in place..<min(bytes.count, place + 8) { bytes[i] = i == place ? 0x7F : 0xFF }
      }
      _ = sample.fails(bytes)
    }
  }

  @Test("sizes whose product overflows are an error")
  func overflow() {
    let huge = bigEndian(0x804, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
    let error = failure(FileFormatError.self) { _ = try IDX.parseImages(huge, file: "huge") }
    #expect(
      error
        == .malformed(
          file: "huge", offset: 4,
          reason: "the sizes [4294967295, 4294967295, 4294967295, 4294967295] are larger than any memory"))
  }

  @Test("no images of a size that overflows are an error too")
  func emptyOverflow() {
    let empty = bigEndian(0x804, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
    #expect(throws: FileFormatError.self) { try IDX.parseImages(empty, file: "empty") }
    #expect(throws: FileFormatError.self) { try IDX.parseImages(bigEndian(0x803, 5, 0, 3), file: "flat") }
  }

  @Test("a small file that unpacks to too much is an error")
  func bomb() throws {
    let packed = try Fixture.bytes("two.libsvm.gz")
    let error = failure(FileFormatError.self) { _ = try Compression.gzip.unpack(packed, file: "bomb", limit: 1000) }
    guard case .malformed("bomb", _, "it unpacks to more than 1000 bytes") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try Compression.gzip.unpack(packed, file: "fits", limit: 1100).count == 1100)
  }

  @Test("a file named .gz that is not gzip is an error")
  func notPacked() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("1 1:0\n", to: "\(folder)/x.gz")
      #expect(throws: FileFormatError.self) { try LIBSVMText.read("\(folder)/x.gz", name: "x") }
    }
  }

  @Test("a directory of an archive that claims a huge entry is an error before memory is taken")
  func lyingArchive() throws {
    var bytes = try Fixture.bytes("deflated.npz")
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 0x01, 0x02]) })
    for i in 24..<28 { bytes[start + i] = 0xFE }
    let archive = try NPZ(bytes, file: "lying")
    #expect(throws: FileFormatError.self) { try archive.array(archive.names[0]) }
  }
}
