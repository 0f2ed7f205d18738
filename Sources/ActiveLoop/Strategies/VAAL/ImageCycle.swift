internal import Models
internal import Tensor

/// Batches of some of a pool's images, pass after pass in new orders. Every batch is full: one that reaches the end of
/// a pass takes the rest from the next, so that few images are seen more than once in a batch.
struct ImageCycle {
  private let pool: UnlabelledPool
  private let indices: [Int]
  private let augmentation: ImageAugmentation
  private var random: RandomSource
  private var order: [Int] = []
  private var position = 0

  /// Precondition: there is an image.
  init(_ pool: UnlabelledPool, indices: [Int], mirror: Bool, random: RandomSource) {
    precondition(!indices.isEmpty, "batches are drawn from at least one image")
    (self.pool, self.indices, self.random) = (pool, indices, random)
    augmentation = ImageAugmentation(mirror: mirror)
  }

  /// `[count, S, S, C]` in [−1, 1]. Throws what reading the pool throws.
  mutating func next(_ count: Int) throws -> Tensor {
    var rows: [Int] = []
    while rows.count < count {
      if position == order.count { (order, position) = (random.permutation(of: indices.count), 0) }
      rows.append(indices[order[position]])
      position += 1
    }
    return augmentation(symmetric(try pool.inputs(at: rows)), using: &random)
  }
}

/// Images in [0, 1] as the models take them, in [−1, 1].
func symmetric(_ images: Tensor) -> Tensor { images * 2 - 1 }
