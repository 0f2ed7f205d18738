import Tensor
import TestSupport
import Testing

@Suite("Gradient norm and finiteness")
struct GradientNormTests {
  @Test("The first gradient that is not finite is named", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(value: Float) {
    // Places at the ends and inside of chunks, blocks and vectors.
    let count = elementwiseChunk + 5000
    for place in [0, 1, 17, 4095, 4096, elementwiseChunk - 1, elementwiseChunk, count - 1] {
      var weight = Tensor.ones([count])
      weight.withUnsafeMutableScalars { $0[place] = value }
      #expect(TwoParameters.gradient(weight, Tensor([1])).firstNonFinite() == "weight")
      #expect(TwoParameters.gradient(Tensor([1]), weight).firstNonFinite() == "bias.value")
      #expect(TwoParameters.gradient(weight, weight).firstNonFinite() == "weight")
    }
  }

  @Test("Large, small and subnormal numbers are finite")
  func finite() {
    let extremes: [Float] = [
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.leastNormalMagnitude, 0, -0.0,
    ]
    #expect(TwoParameters.gradient(Tensor(extremes), Tensor([])).firstNonFinite() == nil)
  }

  @Test("An update along a gradient that is not finite is refused and changes nothing")
  func refusal() throws {
    var model = TwoParameters(weight: Tensor([1]), bias: Tensor([2]))
    var optimizer = SGD<TwoParameters>(learningRate: 0.5)
    try optimizer.update(&model, alongFinite: TwoParameters.gradient(Tensor([1]), Tensor([1])))
    #expect(throws: NonFiniteGradient(step: 1, parameter: "bias.value")) {
      try optimizer.update(&model, alongFinite: TwoParameters.gradient(Tensor([1]), Tensor([.nan])))
    }
    #expect(model.weight.scalars == [0.5])
    #expect(optimizer.step == 1)
  }

  @Test("The norm is that of all gradients together", arguments: [0, 1, 15, 16, 17, 40_000, 100_003])
  func norm(count: Int) {
    var random = RandomSource(seed: count)
    let weight = Tensor(normal: [count], using: &random)
    let bias = Tensor(normal: [3], using: &random)
    let expected = (weight.scalars + bias.scalars).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let found = TwoParameters.gradient(weight, bias).norm
    #expect(abs(Double(found) - expected) <= 1e-7 * expected)
  }

  @Test("Squares that overflow single precision do not overflow the norm")
  func hugeNorm() {
    #expect(TwoParameters.gradient(Tensor([3e30]), Tensor([4e30])).norm == 5e30)
  }

  @Test("Clipping scales to the given norm, and only what exceeds it")
  func clipping() {
    var gradient = TwoParameters.gradient(Tensor([3, 0]), Tensor([-4]))
    #expect(gradient.clip(toNorm: 10) == 5)
    #expect(gradient.tensors.map(\.scalars) == [[3, 0], [-4]])
    let untouched = gradient
    #expect(gradient.clip(toNorm: 2.5) == 5)
    #expect(gradient.tensors.map(\.scalars) == [[1.5, 0], [-2]])
    #expect(untouched.tensors.map(\.scalars) == [[3, 0], [-4]])
    #expect(gradient.clip(toNorm: 0) == 2.5)
    #expect(gradient.norm == 0)
  }

  @Test("A gradient that is not finite is not clipped")
  func clippingNonFinite() {
    var gradient = TwoParameters.gradient(Tensor([3]), Tensor([.infinity]))
    #expect(gradient.clip(toNorm: 1) == .infinity)
    #expect(gradient.tensors[0].scalars == [3])
  }
}
