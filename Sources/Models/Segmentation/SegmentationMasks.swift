/// The classes of all pixels of some images, a byte a pixel.
public struct SegmentationMasks: Sendable, Hashable {
  /// The byte of a pixel that belongs to no class and does not count: 255, as in Cityscapes and BDD100K.
  public static let ignored: UInt8 = 255

  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// The number of classes, at most 255.
  public let classCount: Int
  /// The number of masks.
  public let count: Int
  /// Mask after mask, row by row: a class, or ``ignored``.
  public let bytes: [UInt8]

  /// Precondition: sizes are positive, `bytes` holds whole masks, and every byte is below `classCount` or ``ignored``.
  public init(height: Int, width: Int, classCount: Int, bytes: [UInt8]) {
    precondition(height > 0 && width > 0 && (1...255).contains(classCount), "masks have pixels and 1 to 255 classes")
    precondition(bytes.count % (height * width) == 0, "\(bytes.count) bytes are not masks of \(height)x\(width)")
    precondition(
      bytes.allSatisfy { Int($0) < classCount || $0 == Self.ignored }, "a pixel is of none of \(classCount) classes")
    (self.height, self.width, self.classCount, self.bytes) = (height, width, classCount, bytes)
    count = bytes.count / (height * width)
  }

  /// The pixels of masks `indices`, one after the other. Precondition: there are such masks.
  public func pixels(of indices: [Int]) -> [UInt8] {
    let area = height * width
    return indices.flatMap { index in
      precondition((0..<count).contains(index), "there is no mask \(index) among \(count)")
      return bytes[index * area..<(index + 1) * area]
    }
  }
}
