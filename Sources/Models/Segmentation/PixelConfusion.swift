/// How often pixels of each class were taken for each class, gathered batch by batch.
public struct PixelConfusion: Sendable, Hashable {
  /// The number of classes.
  public let classCount: Int
  /// Pixels of class `t` that were called `p`, at `t * classCount + p`.
  public private(set) var counts: [Int]

  /// Nothing seen yet. Precondition: there is a class.
  public init(classCount: Int) {
    precondition(classCount >= 1, "pixels have at least 1 class, not \(classCount)")
    self.classCount = classCount
    counts = Array(repeating: 0, count: classCount * classCount)
  }

  /// Adds pixels; those whose true byte is ``SegmentationMasks/ignored`` are passed over.
  ///
  /// - Precondition: as many predictions as pixels, both classes.
  public mutating func add(predictions: [Int], pixels: [UInt8]) {
    precondition(predictions.count == pixels.count, "\(predictions.count) predictions for \(pixels.count) pixels")
    for (prediction, pixel) in zip(predictions, pixels) where pixel != SegmentationMasks.ignored {
      precondition(
        Int(pixel) < classCount && (0..<classCount).contains(prediction), "a pixel is of none of \(classCount) classes")
      counts[Int(pixel) * classCount + prediction] += 1
    }
  }

  /// The share of pixels that were recognised; NaN if none was seen.
  public var accuracy: Double {
    Double((0..<classCount).reduce(0) { $0 + counts[$1 * classCount + $1] }) / Double(counts.reduce(0, +))
  }

  /// By class: pixels that are of it and were called it, over those that are or were; nil for a class that neither is
  /// there nor was named.
  public var intersectionsOverUnions: [Double?] {
    (0..<classCount).map { k in
      let hit = counts[k * classCount + k]
      let union = (0..<classCount).reduce(-hit) { $0 + counts[k * classCount + $1] + counts[$1 * classCount + k] }
      return union == 0 ? nil : Double(hit) / Double(union)
    }
  }

  /// The mean of the intersections over unions (Everingham et al., "The PASCAL visual object classes challenge", IJCV
  /// 2015, section 3.2) of the classes that have one; NaN if none has.
  public var meanIntersectionOverUnion: Double {
    let present = intersectionsOverUnions.compactMap { $0 }
    return present.reduce(0, +) / Double(present.count)
  }
}
