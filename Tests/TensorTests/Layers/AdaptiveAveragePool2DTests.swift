import Tensor
import TestSupport
import Testing

@Suite struct AdaptiveAveragePool2DTests {
  /// The definition, in double precision.
  private func naive(_ image: Tensor, _ size: Int) -> [Double] {
    let (count, height, width, channels) = (image.shape[0], image.shape[1], image.shape[2], image.shape[3])
    let x = image.scalars
    var result: [Double] = []
    for n in 0..<count {
      for i in 0..<size {
        for j in 0..<size {
          let rows = i * height / size..<((i + 1) * height + size - 1) / size
          let columns = j * width / size..<((j + 1) * width + size - 1) / size
          for c in 0..<channels {
            var sum = 0.0
            for y in rows {
              for x0 in columns { sum += Double(x[((n * height + y) * width + x0) * channels + c]) }
            }
            result.append(sum / Double(rows.count * columns.count))
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 5), (7, 7), (9, 4), (14, 14)]) func isTheMeanOfEachPart(sides: (Int, Int)) {
    var random = RandomSource(seed: 1)
    let image = Tensor(normal: [2, sides.0, sides.1, 3], using: &random)
    for size in [1, 2, 7] {
      let pooled = AdaptiveAveragePool2D(size)(image)
      #expect(mismatch(pooled, naive(image, size), shape: [2, size, size, 3]) == nil)
    }
  }

  /// What `nn.AdaptiveAvgPool2d(2)` makes of a 3 × 3 image: the parts overlap in the middle row and column.
  @Test func partsOverlap() {
    let image = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 3, 3, 1])
    #expect(AdaptiveAveragePool2D(2)(image).scalars == [3, 4, 6, 7])
  }

  @Test func gradientsFlowThrough() {
    var random = RandomSource(seed: 2)
    let weights = Tensor(normal: [2, 3, 3, 2], using: &random)
    var image = Variable(Tensor(normal: [2, 4, 5, 2], using: &random))
    let (_, gradient) = image.valueAndGradient { (AdaptiveAveragePool2D(3)($0.value) * weights).sum() }
    // The map is linear: its gradient's product with any direction is the map's value there.
    let direction = Tensor(normal: [2, 4, 5, 2], using: &random)
    let along = (AdaptiveAveragePool2D(3)(direction) * weights).sum().scalar
    #expect(abs((gradient.tensors[0] * direction).sum().scalar - along) < 1e-4)
  }
}
