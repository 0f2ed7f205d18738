import Foundation
internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct SHA256Tests {
  @Test(
    "digests are those of FIPS 180-4's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
      (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func vectors(text: String, digest: String) {
    #expect(SHA256.hexadecimal(Array(text.utf8)) == digest)
  }

  @Test("pieces make the same digest as the whole")
  func pieces() {
    let bytes = (0..<1000).map { UInt8($0 % 256) }
    let whole = SHA256.hexadecimal(bytes)
    for size in [1, 7, 55, 56, 63, 64, 65, 128, 200] {
      var digest = SHA256()
      for start in stride(from: 0, to: 1000, by: size) { digest.update(Array(bytes[start..<min(1000, start + size)])) }
      #expect(digest.hexadecimal == whole && digest.hexadecimal == whole)
    }
  }
}

@Suite struct DatasetLocatorTests {
  @Test("a missing data set says where it was looked for and what fetches it")
  func missing() throws {
    try withTemporaryFolder { folder in
      let locator = DatasetLocator(directories: [folder, "/nowhere"])
      #expect(!locator.has(.usps))
      let error = failure(DatasetError.self) { _ = try locator.load(.usps, .test) }
      #expect(error == .missing(.usps, file: "usps/zip.test.gz", lookedIn: [folder, "/nowhere"]))
      #expect(error?.description.contains("ladle datasets fetch usps") == true)
      #expect(error?.description.contains("\(folder), /nowhere") == true)
    }
  }

  @Test("files are found packed or not, in the first directory that has them")
  func unpacked() throws {
    try withTemporaryFolder { folder in
      let line = "3 " + [String](repeating: "1", count: 256).joined(separator: " ") + "\n"
      try FileManager.default.createDirectory(atPath: "\(folder)/b/usps", withIntermediateDirectories: true)
      try AtomicFile.write(line, to: "\(folder)/b/usps/zip.test")
      let locator = DatasetLocator(directories: ["\(folder)/a", "\(folder)/b"])
      #expect(try locator.load(.usps, .test).labels == [3])
      let problems = locator.verify(.usps).map(\.problem)
      guard case .missing = problems[0], case .wrongChecksum(let file, _, _) = problems[1] else {
        Issue.record("\(problems)")
        return
      }
      #expect(file == "\(folder)/b/usps/zip.test")
    }
  }

  @Test("SVHN's files are found and read by name")
  func houseNumbers() throws {
    try withTemporaryFolder { folder in
      let files = try (Fixture.bytes("MATLAB/svhn-packed.mat"), Fixture.bytes("MATLAB/svhn-plain.mat"))
      try FileManager.default.createDirectory(atPath: folder + "/svhn", withIntermediateDirectories: true)
      try AtomicFile.write(files.0, to: folder + "/svhn/train_32x32.mat")
      try AtomicFile.write(files.1, to: folder + "/svhn/test_32x32.mat")
      let locator = DatasetLocator(directories: [folder])
      let (train, test) = try (locator.load(.svhn, .train), locator.load(.svhn, .test))
      #expect(train.labels == [0, 1, 9] && test.labels == [0])
      #expect(train.name == "svhn-train" && train.imageShape == ImageShape(height: 32, width: 32, channels: 3))
      // A fixture is not the real file.
      #expect(locator.verify(.svhn).allSatisfy { $0.problem != nil })
    }
  }

  @Test("every entry is complete")
  func entries() {
    #expect(DatasetCatalog.entries.map(\.dataset) == KnownDataset.allCases)
    for entry in DatasetCatalog.entries {
      #expect(!entry.title.isEmpty && !entry.citation.isEmpty && !entry.licence.isEmpty)
      for file in entry.files {
        #expect(file.sha256.count == 64 && file.byteCount > 0)
        #expect(file.urls.isEmpty == (entry.archiveURL != nil))
        #expect((file.contentSHA256 != nil) == (file.contentName != file.name))
      }
    }
  }
}

@Suite struct DatasetFetcherTests {
  struct Offline: Error, CustomStringConvertible {
    var description: String { "the network is down" }
  }

  @Test("a download that fails leaves nothing")
  func offline() throws {
    try withTemporaryFolder { folder in
      let fetcher = DatasetFetcher(directory: folder) { _, path in
        try AtomicFile.write("half", to: path)
        throw Offline()
      }
      for dataset in KnownDataset.allCases {
        let error = failure(DatasetError.self) { try fetcher.fetch(dataset) }
        #expect(error?.description.contains("the network is down") == true)
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(dataset.rawValue)")
        #expect(left.isEmpty)
      }
    }
  }

  @Test("a corrupted download is refused and leaves nothing")
  func corrupted() throws {
    try withTemporaryFolder { folder in
      let fetcher = DatasetFetcher(directory: folder) { _, path in try AtomicFile.write("wrong", to: path) }
      let error = failure(DatasetError.self) { try fetcher.fetch(.optdigits) }
      guard case .wrongChecksum = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/optdigits")
      #expect(left.isEmpty)
    }
  }

  @Test("intact files are fetched once", .enabled(if: PublicData.locator != nil, "skipped: no data"))
  func fetched() throws {
    let source = try #require(PublicData.locator)
    try withTemporaryFolder { folder in
      for dataset in [KnownDataset.optdigits, .usps] {
        let entry = DatasetCatalog.entry(dataset)
        var urls: [String] = []
        let fetcher = DatasetFetcher(directory: folder) { url, path in
          urls.append(url)
          let file = try #require(entry.files.first { $0.urls.contains(url) })
          var bytes = try FileBytes.read(try #require(source.path(of: file, in: entry)))
          // Packed by another tool: the time in the gzip header differs, the contents do not.
          if file.name.hasSuffix(".gz") { bytes[4] ^= 1 }
          try AtomicFile.write(bytes, to: path)
        }
        #expect(try fetcher.fetch(dataset).count == 2 && urls.count == 2)
        #expect(try fetcher.fetch(dataset).isEmpty && urls.count == 2)
        // One damaged file is fetched again.
        let last = "\(folder)/\(dataset.rawValue)/\(entry.files[1].name)"
        try AtomicFile.write("damaged", to: last)
        #expect(try fetcher.fetch(dataset) == [last] && urls.count == 3)
        #expect(DatasetLocator(directories: [folder]).verify(dataset).allSatisfy { $0.problem == nil })
      }
    }
  }

  @Test("tar archives are read, and damaged ones are errors")
  func tar() throws {
    func header(_ name: String, _ size: String, type: UInt8 = 0x30) -> [UInt8] {
      var header = [UInt8](repeating: 0, count: 512)
      header.replaceSubrange(0..<name.utf8.count, with: name.utf8)
      header.replaceSubrange(124..<124 + size.utf8.count, with: size.utf8)
      header[156] = type
      let sum = header.reduce(0) { $0 + Int($1) } + 8 * 32
      let digits = String(sum, radix: 8)
      header.replaceSubrange(148..<148 + digits.utf8.count, with: digits.utf8)
      return header
    }
    func files(_ bytes: [UInt8]) throws -> [String] {
      var found: [String] = []
      try TarArchive.forEachFile(in: bytes, file: "t") { name, content in
        found.append("\(name)=\(String(decoding: content, as: UTF8.self))")
      }
      return found
    }
    let body = Array("hello".utf8) + [UInt8](repeating: 0, count: 507)
    let archive =
      header("d/", "0", type: 0x35) + header("d/a", "00000000005") + body + [UInt8](repeating: 0, count: 1024)
    #expect(try files(archive) == ["d/a=hello"])
    for bad in [header("a", "777777777777"), header("a", "9"), Array(archive[..<600]), [1] + archive] {
      #expect(throws: FileFormatError.self) { try files(bad) }
    }
  }
}
