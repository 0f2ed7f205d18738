internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct IDXTests {
  @Test("images and labels are read as they are")
  func reads() throws {
    let images = try IDX.parseImages(bigEndian(0x803, 2, 2, 3) + [0, 255, 51, 1, 2, 3, 4, 5, 6, 7, 8, 9], file: "i")
    #expect(images.shape == ImageShape(height: 2, width: 3, channels: 1))
    let first: [Float] = [0, 255, 51, 1, 2, 3].map { Float($0) / 255 }
    #expect(images.tensor(of: [0]).scalars == first)
    #expect(try IDX.parseLabels(bigEndian(0x801, 3) + [4, 0, 9], file: "l", classes: 10) == [4, 0, 9])
    #expect(try IDX.parseImages(bigEndian(0x804, 1, 1, 1, 3) + [1, 2, 3], file: "c").shape.channels == 3)
  }

  @Test("a label without a class is named by its offset")
  func label() {
    let error = failure(FileFormatError.self) {
      _ = try IDX.parseLabels(bigEndian(0x801, 3) + [4, 10, 9], file: "l", classes: 10)
    }
    #expect(error == .malformed(file: "l", offset: 9, reason: "the label is 10, but there are 10 classes"))
  }

  @Test("images and labels must be as many")
  func disagreement() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(bigEndian(0x803, 2, 1, 1) + [1, 2], to: "\(folder)/i")
      try AtomicFile.write(bigEndian(0x801, 1) + [0], to: "\(folder)/l")
      let error = failure(FileFormatError.self) {
        _ = try IDX.dataset(name: "x", images: "\(folder)/i", labels: "\(folder)/l", classNames: ["a"])
      }
      #expect(error?.description.contains("there are 1 labels, but 2 images") == true)
    }
  }
}

@Suite struct CIFARBinaryTests {
  @Test("planes become pixels, and both label bytes of CIFAR-100 are kept apart")
  func layout() throws {
    let planes =
      [UInt8](repeating: 10, count: 1024) + [UInt8](repeating: 20, count: 1024) + (0..<1024).map { UInt8($0 % 256) }
    let (images, labels) = try CIFARBinary.parse([3] + planes, file: "c")
    #expect(labels == [3] && images.shape == ImageShape(height: 32, width: 32, channels: 3))
    #expect(Array(images.bytes[..<9]) == [10, 20, 0, 10, 20, 1, 10, 20, 2])
    #expect(try CIFARBinary.parse([5, 77] + planes, file: "c", .coarse).labels == [5])
    #expect(try CIFARBinary.parse([5, 77] + planes, file: "c", .fine).labels == [77])
    #expect(throws: FileFormatError.self) { try CIFARBinary.parse([20, 77] + planes, file: "c", .fine) }
    #expect(throws: FileFormatError.self) { try CIFARBinary.parse([10] + planes, file: "c") }
    #expect(throws: FileFormatError.self) { try CIFARBinary.parse([1] + planes, file: "c", count: 2) }
  }

  @Test("names are one a line")
  func names() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("airplane\r\n  red fox \n\n", to: "\(folder)/names")
      #expect(try CIFARBinary.classNames("\(folder)/names", count: 2) == ["airplane", "red fox"])
      #expect(throws: FileFormatError.self) { try CIFARBinary.classNames("\(folder)/names", count: 3) }
    }
  }
}

@Suite struct ZipDigitsTests {
  static func line(_ values: [String]) -> [UInt8] { Array((values.joined(separator: " ") + "\n").utf8) }

  @Test("grey values move from [-1, 1] to [0, 1]")
  func reads() throws {
    let bytes = Self.line(["6.0000"] + [String](repeating: "-1", count: 255) + ["0.5 "])
    let digits = try ZipDigits.parse(bytes, file: "z", name: "z")
    #expect(digits.labels == [6] && digits.images.scalars == [Float](repeating: 0, count: 255) + [0.75])
  }

  @Test(
    "a bad value is named by line and column",
    arguments: [
      ("1.01", "in line 2, column 5, a grey value is 1.01, not in [-1, 1]"),
      ("nan", "in line 2, column 5, a number is missing"),
      ("inf", "in line 2, column 5, a number is missing"),
      ("1e999", "in line 2, column 5, a number is out of range"),
    ])
  func bad(value: String, reason: String) {
    let good = Self.line(["6"] + [String](repeating: "0", count: 256))
    let bytes = good + Self.line(["6", "0", value] + [String](repeating: "0", count: 254))
    let error = failure(FileFormatError.self) { _ = try ZipDigits.parse(bytes, file: "z", name: "z") }
    #expect(error == .malformed(file: "z", offset: good.count + 4, reason: reason))
  }

  @Test("a line with too few or too many values, or another digit, is an error")
  func counts() {
    for (digit, count) in [("6", 255), ("6", 257), ("10", 256), ("-1", 256), ("1.5", 256)] {
      #expect(throws: FileFormatError.self) {
        try ZipDigits.parse(Self.line([digit] + [String](repeating: "0", count: count)), file: "z", name: "z")
      }
    }
    #expect(throws: FileFormatError.self) { try ZipDigits.parse([], file: "z", name: "z") }
  }
}

@Suite struct DelimitedTextTests {
  @Test(
    "numbers are read as Swift reads them",
    arguments: [
      "0", "-1", "+0.5", ".25", "3.", "-0.948", "123456789012345678901", "0.1234567890123456789", "1e-3", "2.5E+10",
      "9007199254740993", "0.000000000000000000000001", "4.9e-324",
    ])
  func numbers(text: String) throws {
    var scanner = DelimitedText(Array(text.utf8), file: "n")
    // Swift wants digits after a point.
    let reference = try #require(Double(text.hasSuffix(".") ? text + "0" : text))
    #expect(try scanner.number() == reference && scanner.next == nil)
  }

  @Test("what is no number is an error", arguments: ["", "-", ".", "e5", "x", "1e", "1e+", "--1"])
  func noNumbers(text: String) {
    var scanner = DelimitedText(Array(text.utf8), file: "n")
    #expect(throws: FileFormatError.self) { try scanner.number() }
  }
}

@Suite struct LIBSVMTextTests {
  @Test("absent indices are zero and labels become ranks")
  func sparse() throws {
    let text = "1 1:0.5 3:1\n-1 2:0.25\r\n\n+3\n"
    let data = try LIBSVMText.parse(Array(text.utf8), file: "s", name: "s")
    #expect(data.labels == [1, 0, 2] && data.classNames == ["-1", "1", "3"])
    #expect(data.images.shape == [3, 1, 1, 3])
    #expect(data.images.scalars == [0.5, 0, 1, 0, 0.25, 0, 0, 0, 0])
  }

  @Test("a value range is moved to [0, 1], zeros too")
  func range() throws {
    let options = LIBSVMText.Options(imageShape: ImageShape(height: 1, width: 2, channels: 1), valueRange: -1...1)
    let data = try LIBSVMText.parse(Array("1 1:-1\n2 2:1\n".utf8), file: "s", name: "s", options: options)
    #expect(data.images.scalars == [0, 0.5, 0.5, 1])
  }

  @Test(
    "bad lines are errors",
    arguments: [
      "1 0:1", "1 2:1 2:1", "1 3:1 2:1", "1 1", "1 1:2", "1 1:nan", "x 1:1", "1 1.5:1", "1 99999999999:1", "1 1:1 x",
    ])
  func bad(line: String) {
    #expect(throws: FileFormatError.self) { try LIBSVMText.parse(Array(line.utf8), file: "s", name: "s") }
  }

  @Test("all packings hold the same, also in two streams", arguments: ["gz", "bz2", "xz"])
  func packed(ending: String) throws {
    let data = try LIBSVMText.read(Fixture.path("two.libsvm.\(ending)"), name: "s")
    #expect(data.count == 100 && data.classCounts == [50, 50])
  }
}

@Suite struct OptDigitsTests {
  @Test("values are divided by 16")
  func reads() throws {
    let text = (0..<64).map { "\($0 % 17)" }.joined(separator: ",") + ",7\n"
    let digits = try OptDigits.parse(Array(text.utf8), file: "o", name: "o")
    #expect(digits.labels == [7] && digits.images.shape == [1, 8, 8, 1])
    #expect(digits.images.scalars == (0..<64).map { Float($0 % 17) / 16 })
    for bad in [text + "1,2\n", "17" + text.dropFirst(), text.replacing(",7\n", with: ",10\n")] {
      #expect(throws: FileFormatError.self) { try OptDigits.parse(Array(bad.utf8), file: "o", name: "o") }
    }
  }
}
