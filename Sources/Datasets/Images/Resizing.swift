public import Tensor

/// Changes of an image's frame. All take and return images `[N, H, W, C]`.
public enum Resizing {
  /// How a pixel of the new frame is made of old ones.
  public enum Filter: String, Sendable, Hashable, Codable, CaseIterable {
    /// The old pixel under the new one's centre; of two that meet there, the later one.
    case nearest
    /// A triangle of two old pixels' width, or of two new ones' when shrinking, so that nothing is skipped. Pixel
    /// centres are at halves; at the border the weights of absent pixels go to the others. This is what Pillow calls BILINEAR.
    case bilinear
  }

  /// Images of another size.
  public static func resized(_ images: Tensor, height: Int, width: Int, filter: Filter) -> Tensor {
    check(images)
    precondition(height > 0 && width > 0, "images cannot be resized to \(height)x\(width)")
    let shape = images.shape
    precondition(shape[1] > 0 && shape[2] > 0, "images of shape \(shape) have no pixels to resize")
    let rows = weights(from: shape[1], to: height, filter)
    let columns = weights(from: shape[2], to: width, filter)
    let channels = shape[3]
    // Pillow's order: along rows first, then along columns.
    let between = Tensor(shape: [shape[0], shape[1], width, channels]) { target in
      images.withUnsafeScalars { source in
        parallelChunks(shape[0] * shape[1], of: 256) { lines in
          for line in lines {
            combine(
              columns, source, at: line * shape[2] * channels, step: channels, count: channels, target,
              at: line * width * channels)
          }
        }
      }
    }
    return Tensor(shape: [shape[0], height, width, channels]) { target in
      between.withUnsafeScalars { source in
        parallelChunks(shape[0], of: 16) { indices in
          for index in indices {
            combine(
              rows, source, at: index * shape[1] * width * channels, step: width * channels, count: width * channels,
              target, at: index * height * width * channels)
          }
        }
      }
    }
  }

  /// Images with a border of zeros. Precondition: no side is negative.
  public static func padded(_ images: Tensor, top: Int, left: Int, bottom: Int, right: Int) -> Tensor {
    check(images)
    precondition(top >= 0 && left >= 0 && bottom >= 0 && right >= 0, "padding is not negative")
    let shape = images.shape
    return framed(images, height: top + shape[1] + bottom, width: left + shape[2] + right, top: top, left: left)
  }

  /// Images with a border of zeros of the same width on every side. Precondition: it is not negative.
  public static func padded(_ images: Tensor, by border: Int) -> Tensor {
    padded(images, top: border, left: border, bottom: border, right: border)
  }

  /// The middle of images. With an odd number of rows to remove, one more goes at the bottom; likewise at the right.
  public static func centerCropped(_ images: Tensor, height: Int, width: Int) -> Tensor {
    check(images)
    let shape = images.shape
    precondition(
      (1...Swift.max(1, shape[1])).contains(height) && (1...Swift.max(1, shape[2])).contains(width),
      "there is no \(height)x\(width) crop of images \(shape)")
    return framed(
      images, height: height, width: width, top: -((shape[1] - height) / 2), left: -((shape[2] - width) / 2))
  }

  /// Images with their first pixel moved to row `top`, column `left` of a frame of zeros.
  private static func framed(_ images: Tensor, height: Int, width: Int, top: Int, left: Int) -> Tensor {
    let shape = images.shape
    let channels = shape[3]
    return Tensor(shape: [shape[0], height, width, channels]) { target in
      target.update(repeating: 0)
      images.withUnsafeScalars { source in
        let columns = Swift.max(0, left)..<Swift.min(width, left + shape[2])
        for index in 0..<shape[0] {
          for row in Swift.max(0, top)..<Swift.min(height, top + shape[1]) {
            let from = ((index * shape[1] + row - top) * shape[2] + columns.lowerBound - left) * channels
            let to = ((index * height + row) * width + columns.lowerBound) * channels
            for i in 0..<columns.count * channels { target[to + i] = source[from + i] }
          }
        }
      }
    }
  }

  private static func check(_ images: Tensor) {
    precondition(images.rank == 4, "images are [N, H, W, C], not \(images.shape)")
  }

  // MARK: - Weights

  /// The old pixels that make one new one: the first, and the weight of it and those after it.
  struct Taps: Equatable {
    var first: Int
    var weights: [Float]
  }

  /// For every pixel along an axis of the new size, the old ones it is made of.
  static func weights(from old: Int, to new: Int, _ filter: Filter) -> [Taps] {
    let scale = Double(old) / Double(new)
    return (0..<new).map { position in
      let center = (Double(position) + 0.5) * scale
      // In integers, so that a centre between two pixels is always there.
      guard filter == .bilinear else { return Taps(first: (2 * position + 1) * old / (2 * new), weights: [1]) }
      let stretch = Swift.max(1, scale)
      let first = Swift.max(0, Int(center - stretch + 0.5))
      let last = Swift.min(old, Int(center + stretch + 0.5))
      let weights = (first..<last).map { index in
        Swift.max(0, 1 - abs((Double(index) + 0.5 - center) / stretch))
      }
      let sum = weights.reduce(0, +)
      return Taps(first: first, weights: weights.map { Float($0 / sum) })
    }
  }

  /// `target[i][k] = Σ weight * source[first + j][k]` for `k` in `0..<count`, elements being `step` apart.
  private static func combine(
    _ taps: [Taps], _ source: UnsafeBufferPointer<Float>, at start: Int, step: Int, count: Int,
    _ target: UnsafeMutableBufferPointer<Float>, at place: Int
  ) {
    for (position, tap) in taps.enumerated() {
      let to = place + position * count
      for k in 0..<count { target[to + k] = 0 }
      for (j, weight) in tap.weights.enumerated() {
        let from = start + (tap.first + j) * step
        for k in 0..<count { target[to + k] += weight * source[from + k] }
      }
    }
  }
}

// MARK: - Data sets

extension ImageDataset {
  /// Images of another size.
  public func resized(height: Int, width: Int, filter: Resizing.Filter = .bilinear) -> ImageDataset {
    processed("resized to \(height)x\(width) (\(filter.rawValue))") {
      Resizing.resized($0, height: height, width: width, filter: filter)
    }
  }

  /// Images with a border of zeros.
  public func padded(by border: Int) -> ImageDataset {
    processed("padded by \(border)") { Resizing.padded($0, by: border) }
  }

  /// The middle of the images.
  public func centerCropped(height: Int, width: Int) -> ImageDataset {
    processed("cropped to the middle \(height)x\(width)") {
      Resizing.centerCropped($0, height: height, width: width)
    }
  }
}

/// How USPS's 16x16 digits, which fill their frame, are brought to MNIST's 28x28.
///
/// The choice decides an experiment that trains on one and tests on the other: stretched, the digits are larger than
/// any of MNIST; framed like MNIST, most of the difference disappears.
public enum Framing: String, Sendable, Hashable, Codable, CaseIterable {
  /// 16 to 28, bilinear.
  case stretch
  /// 16 to 20, bilinear, then padded by 4 on every side: the margins of MNIST.
  case mnist

  /// 16x16 images in the frame of MNIST. Precondition: they are 16x16.
  public func framed(_ dataset: ImageDataset) -> ImageDataset {
    precondition(
      dataset.imageShape.height == 16 && dataset.imageShape.width == 16,
      "a framing takes 16x16 images, not \(dataset.imageShape)")
    return switch self {
    case .stretch: dataset.resized(height: 28, width: 28)
    case .mnist: dataset.resized(height: 20, width: 20).padded(by: 4)
    }
  }

  /// 28x28 images in the frame of USPS, the reverse: shrunk to 16, after cutting off the margins of 4 for ``mnist``.
  /// Precondition: they are 28x28.
  public func reversed(_ dataset: ImageDataset) -> ImageDataset {
    precondition(
      dataset.imageShape.height == 28 && dataset.imageShape.width == 28,
      "the reverse of a framing takes 28x28 images, not \(dataset.imageShape)")
    return switch self {
    case .stretch: dataset.resized(height: 16, width: 16)
    case .mnist: dataset.centerCropped(height: 20, width: 20).resized(height: 16, width: 16)
    }
  }
}
