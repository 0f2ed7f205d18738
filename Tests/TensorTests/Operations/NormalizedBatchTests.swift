import Tensor
import TestSupport
import Testing

/// A batch normalisation that its reader applies has the results of one that is stored.
@Suite struct NormalizedBatchTests {
  private struct Parts: Module {
    var x, scale, shift, weight: Tensor

    mutating func visitParameters(with visitor: inout some ParameterVisitor) {
      visitor.visit("x", &x)
      visitor.visit("scale", &scale)
      visitor.visit("shift", &shift)
      visitor.visit("weight", &weight)
    }
  }

  /// The reader of an unstored batch, and the operation on a stored one.
  struct Reader: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var unstored: @Sendable (NormalizedBatch, Tensor) -> Tensor
    var stored: @Sendable (Tensor, Tensor) -> Tensor
  }

  static let readers = [
    Reader(
      testDescription: "convolution by Winograd's method",
      unstored: { convolution2D($0, $1, padding: 1) }, stored: { convolution2D($0, $1, padding: 1) }),
    Reader(
      testDescription: "convolution with stride 2",
      unstored: { convolution2D($0, $1, stride: 2, padding: 1) },
      stored: { convolution2D($0, $1, stride: 2, padding: 1) }),
    Reader(
      testDescription: "transposed convolution",
      unstored: { transposedConvolution2D($0, $1, stride: 2, padding: 1, outputPadding: 1) },
      stored: { transposedConvolution2D($0, $1, stride: 2, padding: 1, outputPadding: 1) }),
    Reader(
      testDescription: "convolution by patches, with dilation",
      unstored: { convolution2D($0, $1, padding: 2, dilation: 2) },
      stored: { convolution2D($0, $1, padding: 2, dilation: 2) }),
    Reader(
      testDescription: "max pool",
      unstored: { x, _ in maxPool2D(x, size: 3, stride: 2, padding: 1) },
      stored: { x, _ in maxPool2D(x, size: 3, stride: 2, padding: 1) }),
    Reader(
      testDescription: "sum with a shortcut", unstored: { x, _ in rectifiedSum(x, shortcut) },
      stored: { x, _ in (x + shortcut).relu() }),
  ]

  private static let shortcut: Tensor = {
    var random = RandomSource(seed: 41)
    return Tensor(normal: [3, 9, 9, 20], using: &random)
  }()

  @Test(arguments: readers, [Float(0), 0.2, 1]) func resultsAreThoseOfAStoredBatch(reader: Reader, slope: Float) {
    // The sum takes a batch without an activation.
    let slope = reader.testDescription.hasPrefix("sum") ? 1 : slope
    var random = RandomSource(seed: 42)
    var parts = Parts(
      x: Tensor(normal: [3, 9, 9, 20], using: &random), scale: Tensor(normal: [20], using: &random),
      shift: Tensor(normal: [20], using: &random), weight: Tensor(normal: [3, 3, 20, 20], using: &random))
    func gradient(_ result: (Parts) -> Tensor) -> (Float, [Tensor]) {
      let (value, gradient) = parts.valueAndGradient { (result($0) * 0.1).squared().mean() }
      return (value, gradient.tensors)
    }
    let unstored = gradient {
      reader.unstored(NormalizedBatch($0.x, scale: $0.scale, shift: $0.shift, epsilon: 1e-5, slope: slope), $0.weight)
    }
    let stored = gradient {
      reader.stored(
        batchNormalized($0.x, scale: $0.scale, shift: $0.shift, epsilon: 1e-5, slope: slope).output, $0.weight)
    }
    #expect(unstored.0 == stored.0)
    for (a, b) in zip(unstored.1, stored.1) {
      #expect(mismatch(a, b.scalars.map(Double.init), shape: b.shape) == nil)
    }
  }

  /// The zeros around an image are not normalised: with a shift of 1 they would count.
  @Test func paddingStaysZero() {
    let x = Tensor.zeros([1, 6, 6, 16])
    let batch = NormalizedBatch(x, scale: .ones([16]), shift: .ones([16]), epsilon: 1e-5, slope: 0)
    let y = convolution2D(batch, .ones([3, 3, 16, 16]), padding: 1)
    #expect(abs(y.scalars[0] - 4 * 16) < 1e-3)
    #expect(abs(y.scalars[(6 + 1) * 16] - 9 * 16) < 1e-3)
  }
}
