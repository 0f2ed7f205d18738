import Foundation
internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct SegmentationFolderTests {
  private func write(_ bytes: [UInt8], to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func png(_ height: Int, _ width: Int, channels: Int = 1, _ pixel: (Int) -> UInt8) -> [UInt8] {
    PNG.encode(width: width, height: height, channels: channels, (0..<height * width * channels).map(pixel))
  }

  private func cityscapes(_ root: String, _ name: String) -> (image: String, mask: String) {
    (
      "\(root)/leftImg8bit/train/\(name)_leftImg8bit.png", "\(root)/gtFine/train/\(name)_gtFine_labelTrainIds.png"
    )
  }

  private func read(_ root: String) throws(FileFormatError) -> SegmentationDataset {
    try SegmentationFolder.read(root, layout: .cityscapes, split: "train", classNames: ["a", "b", "c"])
  }

  @Test func pairsAreMatchedByName() throws {
    try withTemporaryFolder { root in
      for (place, name) in ["ulm/ulm_1", "bonn/bonn_2", "bonn/bonn_1"].enumerated() {
        let files = cityscapes(root, name)
        try write(png(4, 6, channels: 3) { _ in UInt8(10 * place) }, to: files.image)
        try write(png(4, 6) { $0 == 0 ? 255 : $0 == 1 ? 3 : UInt8(place) }, to: files.mask)
      }
      // What other tools leave beside them.
      try write([1, 2], to: "\(root)/gtFine/train/ulm/ulm_1_gtFine_polygons.json")
      let data = try read(root)
      #expect(data.count == 3)
      #expect(data.images.shape == ImageShape(height: 4, width: 6, channels: 3))
      #expect((0..<3).map { data.images.bytes[$0 * 72] } == [20, 10, 0])
      // 255 and 3, which is beyond the classes, do not count.
      #expect(
        (0..<3).map { Array(data.masks.bytes[$0 * 24..<$0 * 24 + 3]) } == [
          [255, 255, 2], [255, 255, 1], [255, 255, 0],
        ])
    }
  }

  @Test func theOtherLayoutIsReadAndResized() throws {
    try withTemporaryFolder { root in
      let picture = try Fixture.bytes("color.jpg")
      let shape = try ImageFile.decode(picture, file: "color").shape
      try write(picture, to: "\(root)/images/val/x.jpg")
      try write(
        png(shape.height, shape.width) { $0 % shape.width < shape.width / 2 ? 1 : 7 }, to: "\(root)/labels/val/x.png")
      let data = try SegmentationFolder.read(
        root, layout: .bdd100k, split: "val", classNames: ["a", "b"], size: (height: 3, width: 2))
      #expect(data.images.shape == ImageShape(height: 3, width: 2, channels: 3))
      #expect(data.masks.bytes == [1, 255, 1, 255, 1, 255])
    }
  }

  @Test func whatDoesNotFitIsOneSentence() throws {
    let gray16 = try Fixture.bytes("gray16.png")
    let gray16Shape = try ImageFile.decode(gray16, file: "gray16").shape
    let faults: [(name: String, said: String, spoil: (String, String) throws -> Void)] = [
      ("no mask", "mask of image", { _, mask in try FileManager.default.removeItem(atPath: mask) }),
      ("no image", "image of mask", { image, _ in try FileManager.default.removeItem(atPath: image) }),
      ("other size", "the mask is 5x6x1", { _, mask in try self.write(self.png(5, 6) { _ in 0 }, to: mask) }),
      (
        "coloured mask", "grey picture of 8 bits",
        { _, mask in try self.write(self.png(4, 6, channels: 3) { _ in 0 }, to: mask) }
      ),
      (
        "16 bits", "grey picture of 8 bits",
        { image, mask in
          try self.write(self.png(gray16Shape.height, gray16Shape.width) { _ in 0 }, to: image)
          try self.write(gray16, to: mask)
        }
      ),
      (
        "other pair", "no common size",
        { image, mask in
          try self.write(self.png(8, 8) { _ in 0 }, to: image)
          try self.write(self.png(8, 8) { _ in 0 }, to: mask)
        }
      ),
      (
        "no folder", "no such folder",
        { image, _ in
          try FileManager.default.removeItem(
            atPath: String(image.prefix(upTo: image.range(of: "/leftImg8bit")!.upperBound)))
        }
      ),
    ]
    for fault in faults {
      try withTemporaryFolder { root in
        for name in ["a/1", "a/2"] {
          let files = cityscapes(root, name)
          try write(png(4, 6, channels: 3) { _ in 9 }, to: files.image)
          try write(png(4, 6) { _ in 1 }, to: files.mask)
        }
        _ = try read(root)
        let files = cityscapes(root, "a/2")
        try fault.spoil(files.image, files.mask)
        let text = failure(FileFormatError.self) { _ = try read(root) }?.description ?? "no error"
        #expect(text.contains(fault.said) && text.hasPrefix(root) && text.hasSuffix("."), "\(fault.name): \(text)")
      }
    }
  }

  @Test func damagedMasksNeverCrash() throws {
    try withTemporaryFolder { root in
      let files = cityscapes(root, "a/1")
      try write(png(4, 6, channels: 3) { _ in 9 }, to: files.image)
      let mask = png(4, 6) { UInt8($0 % 3) }
      var random = RandomSource(seed: 7)
      for round in 0..<300 {
        var bytes = mask
        if round % 3 == 0 {
          bytes.removeLast(1 + random.integer(below: bytes.count))
        } else {
          bytes[round < 200 ? round % bytes.count : random.integer(below: bytes.count)] ^= UInt8(
            1 << random.integer(below: 8))
        }
        try write(bytes, to: files.mask)
        if let error = failure(FileFormatError.self, { _ = try read(root) }) {
          #expect(error.file == files.mask && error.description.hasSuffix("."))
        }
      }
    }
  }
}
