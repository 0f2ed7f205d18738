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
  /// What the present order was drawn from.
  private var source: RandomSource

  /// Where a cycle stands between two batches.
  struct Place: Codable {
    var source: RandomSource
    var random: RandomSource
    var position: Int
    /// Before the first batch there is no order.
    var hasOrder: Bool
  }

  /// Precondition: there is an image.
  init(_ pool: UnlabelledPool, indices: [Int], mirror: Bool, random: RandomSource) {
    precondition(!indices.isEmpty, "batches are drawn from at least one image")
    (self.pool, self.indices, self.random, source) = (pool, indices, random, random)
    augmentation = ImageAugmentation(mirror: mirror)
  }

  /// `[count, S, S, C]` in [−1, 1]. Throws what reading the pool throws.
  mutating func next(_ count: Int) throws -> Tensor {
    var rows: [Int] = []
    while rows.count < count {
      if position == order.count {
        source = random
        (order, position) = (random.permutation(of: indices.count), 0)
      }
      rows.append(indices[order[position]])
      position += 1
    }
    return augmentation(symmetric(try pool.inputs(at: rows)), using: &random)
  }

  /// Setting it goes on from there.
  var place: Place {
    get { Place(source: source, random: random, position: position, hasOrder: !order.isEmpty) }
    set {
      (source, random, position) = (newValue.source, newValue.random, newValue.position)
      var again = source
      order = newValue.hasOrder ? again.permutation(of: indices.count) : []
    }
  }
}

/// Images in [0, 1] as the models take them, in [−1, 1].
func symmetric(_ images: Tensor) -> Tensor { images * 2 - 1 }
