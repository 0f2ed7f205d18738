import Foundation
internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct ImageFileTests {
  static let expected = try? NPZ(Fixture.path("expected.npz"))

  @Test(
    "PNG pictures are decoded as Pillow decodes them",
    arguments: [("gray", 1), ("color", 3), ("gray16", 1), ("palette", 3)])
  func png(name: String, channels: Int) throws {
    let picture = try ImageFile.read(Fixture.path("\(name).png"))
    let expected = try #require(try Self.expected?.array(name))
    #expect([picture.shape.height, picture.shape.width] == Array(expected.shape[..<2]))
    #expect(picture.shape.channels == channels)
    #expect(try picture.bytes.map { Int($0) } == expected.integers())
  }

  @Test("transparent pixels are laid over black")
  func alpha() throws {
    let picture = try ImageFile.read(Fixture.path("alpha.png"))
    let expected = try #require(try Self.expected?.array("alpha")).integers()
    #expect(picture.shape == ImageShape(height: 4, width: 7, channels: 3))
    #expect(zip(picture.bytes, expected).allSatisfy { abs(Int($0) - $1) <= 1 })
  }

  @Test("JPEG pictures are decoded as Pillow decodes them", arguments: ["gray", "color", "progressive"])
  func jpeg(name: String) throws {
    let picture = try ImageFile.read(Fixture.path("\(name).jpg"))
    let expected = try #require(try Self.expected?.array("\(name)_jpg")).integers()
    #expect(picture.shape == ImageShape(height: 20, width: 24, channels: name == "gray" ? 1 : 3))
    #expect(picture.bytes.count == expected.count)
    #expect(zip(picture.bytes, expected).allSatisfy { abs(Int($0) - $1) <= 2 })
  }

  @Test("CMYK is an error that says what to do")
  func cmyk() {
    let error = failure(FileFormatError.self) { _ = try ImageFile.read(Fixture.path("cmyk.jpg")) }
    #expect(error?.description.contains("convert the picture to RGB") == true)
  }

  @Test("what is encoded is decoded", arguments: [1, 3], [(1, 1), (5, 3), (300, 7)])
  func roundTrip(channels: Int, size: (Int, Int)) throws {
    var random = RandomSource(seed: 3)
    let pixels = (0..<size.0 * size.1 * channels).map { _ in UInt8(random.integer(below: 256)) }
    let file = PNG.encode(width: size.0, height: size.1, channels: channels, pixels)
    let picture = try PNG.decode(file, file: "p")
    #expect(picture.bytes == pixels)
    #expect(picture.shape == ImageShape(height: size.1, width: size.0, channels: channels))
  }

  @Test("transparent pixels survive encoding")
  func roundTripAlpha() throws {
    let file = PNG.encode(width: 2, height: 1, channels: 2, [200, 255, 200, 0])
    #expect(try PNG.decode(file, file: "p").bytes == [200, 0])
    let color = PNG.encode(width: 1, height: 1, channels: 4, [10, 20, 30, 255])
    #expect(try PNG.decode(color, file: "p").bytes == [10, 20, 30])
  }
}

@Suite struct ImageSheetTests {
  @Test("tiles lie row by row with padding between and around")
  func layout() {
    let images = Tensor([0, 1, 0.5, 2, -1, .nan], shape: [3, 1, 2, 1])
    let sheet = ImageSheet(images, columns: 2, padding: 1, background: .gray(9))
    #expect((sheet.width, sheet.height, sheet.channels) == (7, 5, 1))
    #expect(
      sheet.pixels == [
        9, 9, 9, 9, 9, 9, 9,
        9, 0, 255, 9, 128, 255, 9,
        9, 9, 9, 9, 9, 9, 9,
        9, 0, 0, 9, 9, 9, 9,
        9, 9, 9, 9, 9, 9, 9,
      ])
  }

  @Test("pixels become squares and borders lie in the padding")
  func borders() throws {
    let red = ImageSheet.Color(red: 255, green: 0, blue: 0)
    let sheet = ImageSheet(Tensor.ones([2, 1, 1, 1]), columns: 2, padding: 1, scale: 2, borders: [red, nil])
    #expect((sheet.width, sheet.height, sheet.channels) == (7, 4, 3))
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      Array(sheet.pixels[(row * 7 + column) * 3..<(row * 7 + column) * 3 + 3])
    }
    #expect(pixel(0, 0) == [255, 0, 0] && pixel(1, 1) == [255, 255, 255] && pixel(2, 2) == [255, 255, 255])
    #expect(pixel(0, 6) == [64, 64, 64] && pixel(1, 4) == [255, 255, 255])
    #expect(try PNG.decode(sheet.png, file: "s").bytes == sheet.pixels)
  }

  @Test("no images make an empty sheet")
  func empty() {
    #expect(ImageSheet(Tensor.zeros([0, 4, 4, 1])).pixels.allSatisfy { $0 == 64 })
  }
}

@Suite struct ImageFolderTests {
  static func write(_ folder: String, _ files: [(String, [UInt8])]) throws {
    for (name, bytes) in files {
      let place = "\(folder)/\(name)"
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: place).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try AtomicFile.write(bytes, to: place)
    }
  }

  @Test("folders are classes in the order of their names")
  func classes() throws {
    try withTemporaryFolder { folder in
      let gray = PNG.encode(width: 2, height: 2, channels: 1, [0, 85, 170, 255])
      let color = PNG.encode(width: 2, height: 2, channels: 3, Array(0..<12))
      try Self.write(
        folder,
        [
          ("dog/a.PNG", gray), ("cat/2.png", color), ("cat/1.png", gray), ("cat/.hidden.png", [1]),
          ("cat/notes.txt", [1]), ("empty/notes.txt", [1]),
        ])
      let data = try ImageFolder.read(folder, name: "pets")
      #expect(data.classNames == ["cat", "dog"] && data.labels == [0, 0, 1])
      #expect(data.imageShape == ImageShape(height: 2, width: 2, channels: 3))
      #expect(
        data.images(at: [2]).scalars.map { ($0 * 255).rounded() } == [
          0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255,
        ])
      let made = try ImageFolder.read(folder, options: .init(size: (4, 4), channels: 1))
      #expect(made.images.shape == [3, 4, 4, 1])
      #expect(made.preprocessing == ["resized to 4x4 (bilinear)", "made grey"])
    }
  }

  @Test("different sizes, no pictures, and damaged pictures are errors")
  func errors() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FileFormatError.self) { try ImageFolder.read(folder) }
      try Self.write(folder, [("a/1.png", PNG.encode(width: 2, height: 1, channels: 1, [0, 1]))])
      try Self.write(folder, [("a/2.png", PNG.encode(width: 1, height: 2, channels: 1, [0, 1]))])
      let error = failure(FileFormatError.self) { _ = try ImageFolder.read(folder) }
      #expect(error?.description.contains("no common size is given") == true)
      #expect(try ImageFolder.read(folder, options: .init(size: (2, 2))).count == 2)
      try Self.write(folder, [("a/3.jpg", [0xFF, 0xD8, 0xFF])])
      #expect(throws: FileFormatError.self) { try ImageFolder.read(folder, options: .init(size: (2, 2))) }
      #expect(throws: FileFormatError.self) { try ImageFolder.read("\(folder)/nowhere") }
    }
  }
}
