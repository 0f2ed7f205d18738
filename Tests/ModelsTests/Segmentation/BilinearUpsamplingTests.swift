import Models
import Tensor
import TestSupport
import Testing

@Suite struct BilinearUpsamplingTests {
  /// Each new pixel from its centre's place among the old ones, in double.
  private func naive(_ image: Tensor, _ factor: Int) -> [Double] {
    let (count, height, width, channels) = (image.shape[0], image.shape[1], image.shape[2], image.shape[3])
    let x = image.scalars
    func taps(_ place: Int, _ side: Int) -> [(Int, Double)] {
      let centre = min(Double(side - 1), max(0, (Double(place) + 0.5) / Double(factor) - 0.5))
      let low = Int(centre)
      return [(low, 1 - (centre - Double(low))), (min(low + 1, side - 1), centre - Double(low))]
    }
    var result: [Double] = []
    for n in 0..<count {
      for i in 0..<height * factor {
        for j in 0..<width * factor {
          for c in 0..<channels {
            var sum = 0.0
            for (y, v) in taps(i, height) {
              for (z, u) in taps(j, width) { sum += u * v * Double(x[((n * height + y) * width + z) * channels + c]) }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [(1, 1), (2, 3), (5, 4)]) func isTheMeanOfNeighbours(sides: (Int, Int)) {
    var random = RandomSource(seed: 1)
    let image = Tensor(normal: [2, sides.0, sides.1, 3], using: &random)
    for factor in 1...4 {
      let shape: Shape = [2, sides.0 * factor, sides.1 * factor, 3]
      #expect(mismatch(BilinearUpsampling(factor)(image), naive(image, factor), shape: shape) == nil)
    }
  }

  /// What `interpolate(scale_factor=2, mode="bilinear", align_corners=False)` makes of a row 0, 4.
  @Test func repeatsTheBorder() {
    let row = Tensor([0, 4], shape: [1, 1, 2, 1])
    #expect(BilinearUpsampling(2)(row).scalars == [0, 1, 3, 4, 0, 1, 3, 4])
  }

  @Test func gradientsAgreeWithDifferences() {
    var random = RandomSource(seed: 2)
    let image = Tensor(normal: [2, 3, 2, 2], using: &random)
    #expect(gradientMismatch(of: { BilinearUpsampling(3)($0[0]) }, at: [image]) == nil)
  }
}
