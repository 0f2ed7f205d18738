/// Inference of convolutions and the pool behind them for some images at a time, from the first layer to the last, so
/// that activations in full resolution exist for these images alone and stay in the cache.
///
/// 256 images of 32×32 pixels with 64 channels are 67 MB, before and behind a convolution; of what the pool leaves of
/// them, 17. A group reads every weight again, which is nothing while weights are small: in later layers they are not,
/// but there images are.
struct PooledGroups {
  /// The layer behind the pool.
  let end: Int
  /// Of all images behind the pool.
  private let shape: Shape
  /// Images of a group.
  private let size: Int

  /// Bytes of all images in their largest form from which on it pays, and of a group in that form.
  private static let least = 16 << 20
  private static let cached = 4 << 20
  /// Scalars of the weights together.
  private static let mostWeights = 1 << 18

  /// The groups of images of `shape` from layer `index` on; nil if these are not convolutions of constant weights up to a
  /// pool, or nothing is gained. A function of the shapes alone.
  init?(_ layers: [any Layer], from index: Int, shape: Shape) {
    guard shape.count == 4, shape[0] > 1, layers[index] is Convolution2D else { return nil }
    var image = [1] + shape.dropFirst()
    var (largest, weights) = (image.scalarCount, 0)
    for place in index..<layers.count {
      switch layers[place] {
      case let layer as Convolution2D:
        guard !layer.weight.isTraced, !(layer.bias?.isTraced ?? false) else { return nil }
        image = layer.geometry(of: image).outputShape
        weights += layer.weight.count
      case let layer as BatchNormalization:
        guard !layer.scale.isTraced, !layer.shift.isTraced else { return nil }
      case is ReLU, is LeakyReLU: break
      case let pool as MaxPool2D:
        image = poolGeometry(image, size: pool.size, stride: pool.stride, padding: pool.padding).outputShape
        let bytes = largest * MemoryLayout<Float>.stride
        guard bytes * shape[0] >= Self.least, weights <= Self.mostWeights else { return nil }
        size = max(8, Self.cached / bytes)
        end = place + 1
        self.shape = [shape[0]] + image.dropFirst()
        return
      default: return nil
      }
      largest = max(largest, image.scalarCount)
    }
    return nil
  }

  /// What `infer` makes of the images, group by group.
  func map(_ images: Tensor, _ infer: (Tensor) -> Tensor) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let each = shape.dropFirst().reduce(1, *)
    for first in stride(from: 0, to: shape[0], by: size) {
      let range = first..<min(shape[0], first + size)
      let part = infer(images.rows(range))
      let (source, target) = (part.pointer, result.freshPointer + first * each)
      parallelChunks(part.count, of: elementwiseChunk) { range in
        (target + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
      }
      withExtendedLifetime(part) {}
    }
    return result
  }
}
