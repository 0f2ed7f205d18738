public import Tensor

/// Images with the classes of their pixels.
public struct SegmentationDataset: Sendable, Hashable {
  /// The byte of a pixel that belongs to no class and does not count.
  public static let ignored: UInt8 = 255

  /// The images.
  public let images: ImageBytes
  /// The masks, one channel: a class, or ``ignored``.
  public let masks: ImageBytes
  /// The classes, in the order of their numbers.
  public let classNames: [String]

  /// Precondition: as many masks as images, of their height and width, every byte a class or ``ignored``.
  public init(images: ImageBytes, masks: ImageBytes, classNames: [String]) {
    precondition(
      images.count == masks.count && images.shape.height == masks.shape.height
        && images.shape.width == masks.shape.width && masks.shape.channels == 1,
      "\(masks.count) masks of \(masks.shape) for \(images.count) images of \(images.shape)")
    precondition(
      masks.bytes.allSatisfy { Int($0) < classNames.count || $0 == Self.ignored },
      "a pixel is of none of \(classNames.count) classes")
    (self.images, self.masks, self.classNames) = (images, masks, classNames)
  }

  /// The number of images.
  public var count: Int { images.count }

  /// Images of a range, `[N, H, W, C]` in [0, 1], and masks in the palette of ``colour(of:)``, `[N, H, W, 3]`: what a
  /// sheet shows.
  public func pictures(_ range: Range<Int>) -> (images: Tensor, masks: Tensor) {
    let area = masks.shape.count
    let coloured = Tensor(shape: [range.count, masks.shape.height, masks.shape.width, 3]) { target in
      for i in 0..<range.count * area {
        let colour = Self.colour(of: masks.bytes[range.lowerBound * area + i])
        for channel in 0..<3 { target[3 * i + channel] = ImageBytes.unit[Int(colour.part(channel))] }
      }
    }
    return (images.tensor(of: range), coloured)
  }

  /// The colour of a class in pictures: black for 0, white for ``ignored``; every seven classes the colours are darker.
  public static func colour(of pixel: UInt8) -> ImageSheet.Color {
    if pixel == 0 { return .gray(0) }
    if pixel == ignored { return .gray(255) }
    // The bits of 1 to 7 are red, green and blue.
    let (bits, level) = (Int(pixel - 1) % 7 + 1, UInt8(230 - 30 * (Int(pixel - 1) / 7 % 6)))
    return ImageSheet.Color(
      red: bits & 1 == 0 ? 0 : level, green: bits & 2 == 0 ? 0 : level, blue: bits & 4 == 0 ? 0 : level)
  }
}
