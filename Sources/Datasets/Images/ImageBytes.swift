public import Tensor

/// Rows, columns and channels of an image.
public struct ImageShape: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// 1 grey or 3 red, green, blue; other counts are allowed.
  public let channels: Int

  /// Precondition: none is negative.
  public init(height: Int, width: Int, channels: Int) {
    precondition(height >= 0 && width >= 0 && channels >= 0, "an image is not \(height)x\(width)x\(channels)")
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Scalars in one image.
  public var count: Int { height * width * channels }

  /// Height, width and channels, as `28x28x1`.
  public var description: String { "\(height)x\(width)x\(channels)" }

  func batch(_ count: Int) -> Shape { [count, height, width, channels] }
}

/// Images of one shape at a byte a scalar: a quarter of what floats take.
public struct ImageBytes: Sendable, Hashable {
  /// The shape of every image.
  public let shape: ImageShape
  /// The number of images.
  public let count: Int
  /// Image after image, each row by row with the channels of a pixel together; 0 is 0 and 255 is 1.
  public let bytes: [UInt8]

  /// Precondition: `bytes` holds `count` images of `shape`.
  public init(shape: ImageShape, count: Int, bytes: [UInt8]) {
    precondition(bytes.count == count * shape.count, "\(bytes.count) bytes are not \(count) images of \(shape)")
    self.shape = shape
    self.count = count
    self.bytes = bytes
  }

  /// The value of every byte: exactly `byte / 255`.
  static let unit: [Float] = (0...255).map { Float($0) / 255 }

  /// Images in the order given as `[N, H, W, C]` in [0, 1]; an image may occur again.
  public func tensor(of indices: [Int]) -> Tensor {
    for index in indices {
      precondition((0..<count).contains(index), "there is no image \(index) among \(count)")
    }
    return tensor(indices.count) { indices[$0] }
  }

  /// Consecutive images as `[N, H, W, C]` in [0, 1].
  public func tensor(of range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "there are no images \(range) among \(count)")
    return tensor(range.count) { range.lowerBound + $0 }
  }

  private func tensor(_ count: Int, _ index: (Int) -> Int) -> Tensor {
    let area = shape.count
    return Tensor(shape: shape.batch(count)) { target in
      Self.unit.withUnsafeBufferPointer { unit in
        bytes.withUnsafeBufferPointer { bytes in
          parallelChunks(count, of: Swift.max(1, elementwiseChunk / Swift.max(1, area))) { positions in
            for position in positions {
              let source = index(position) * area
              for i in 0..<area { target[position * area + i] = unit[Int(bytes[source + i])] }
            }
          }
        }
      }
    }
  }

  /// Images in the order given, copied.
  public func selecting(_ indices: [Int]) -> ImageBytes {
    for index in indices {
      precondition((0..<count).contains(index), "there is no image \(index) among \(count)")
    }
    let area = shape.count
    var selected: [UInt8] = []
    selected.reserveCapacity(indices.count * area)
    for index in indices { selected += bytes[index * area..<(index + 1) * area] }
    return ImageBytes(shape: shape, count: indices.count, bytes: selected)
  }
}
