import Tensor
import TestSupport
import Testing

@Suite struct LayersTests {
  @Test func batchNormalizationKeepsRunningStatistics() {
    var random = RandomSource(seed: 1)
    var norm = BatchNormalization(2)
    let x = Tensor([1, 10, 3, 30, 5, 20], shape: [3, 2])
    let y = norm.forward(x, using: &random)
    // Means 3 and 20; biased variances 8/3 and 200/3, unbiased 4 and 100.
    #expect(mismatch(norm.runningMean, [0.3, 2], shape: [2]) == nil)
    #expect(mismatch(norm.runningVariance, [0.9 + 0.4, 0.9 + 10], shape: [2]) == nil)
    let s = (8.0 / 3 + 1e-5).squareRoot()
    #expect(
      mismatch(y.gathered(rows: [0]).reshaped(to: [2]), [-2 / s, -10 / (200.0 / 3 + 1e-5).squareRoot()], shape: [2])
        == nil)
  }

  @Test func inferenceDoesNotDependOnTheBatch() {
    var random = RandomSource(seed: 2)
    var norm = BatchNormalization(4)
    for _ in 0..<5 { _ = norm.forward(Tensor(normal: [16, 4], mean: 2, using: &random), using: &random) }
    let x = Tensor(normal: [8, 4], using: &random)
    let whole = norm(x)
    for row in 0..<8 {
      #expect(bitMismatch(norm(x.gathered(rows: [row])), whole.gathered(rows: [row])) == nil)
    }
  }

  /// In inference a convolution takes the normalisation and the rectifier behind it along; also with a traced input,
  /// as in query synthesis, and whether or not Winograd's method computes it.
  @Test(arguments: [4, 16], [true, false]) func fusedConvolutionsAgreeWithSeparateLayers(channels: Int, bias: Bool) {
    var random = RandomSource(seed: 13)
    var network = Sequential {
      Convolution2D(2, channels, kernel: 3, padding: 1, bias: bias)
      LeakyReLU(0.2)
      Convolution2D(channels, channels, kernel: 3, padding: 1, bias: bias)
      BatchNormalization(channels)
      ReLU()
      Convolution2D(channels, channels, kernel: 4, stride: 2, padding: 1, bias: bias)
      BatchNormalization(channels)
      Convolution2D(channels, 3, kernel: 1, bias: bias)
    }
    network.initialize(using: &random)
    let x = Tensor(normal: [4, 8, 8, 2], using: &random)
    for _ in 0..<5 { _ = network.forward(x * 3 + 1, using: &random) }  // running statistics of their own
    let fixed = network
    let separate = fixed.unfused(x)
    #expect(mismatch(fixed(x), separate.scalars.map(Double.init), shape: separate.shape, tolerance: 1e-5) == nil)

    var (input, other) = (InputOnly(x: x), InputOnly(x: x))
    let fused = input.valueAndGradient { fixed($0.x).squared().mean() }
    let plain = other.valueAndGradient { fixed.unfused($0.x).squared().mean() }
    for (a, b) in zip(fused.gradient.tensors, plain.gradient.tensors) {
      #expect(mismatch(a, b.scalars.map(Double.init), shape: b.shape, tolerance: 1e-5) == nil)
    }
  }

  /// Batch norm and the rectifier behind it give the same as one after the other, gradients included.
  @Test(arguments: [Float(0), 0.2]) func fusedNeighboursAgreeWithSeparateLayers(slope: Float) {
    var random = RandomSource(seed: 3)
    var network = Sequential {
      Convolution2D(2, 5, kernel: 3, padding: 1, bias: false)
      BatchNormalization(5)
      if slope == 0 { ReLU() } else { LeakyReLU(slope) }
      Flatten()
      Dense(5 * 36, 3)
    }
    network.initialize(using: &random)
    var separate = network
    let x = Tensor(normal: [4, 6, 6, 2], using: &random)
    let fused = network.valueAndGradient { $0.forward(x, using: &random).squared().mean() }
    let plain = separate.valueAndGradient { $0.unfusedForward(x, using: &random).squared().mean() }
    #expect(abs(fused.value - plain.value) <= 1e-5 * abs(plain.value))
    for (a, b) in zip(fused.gradient.tensors, plain.gradient.tensors) {
      #expect(mismatch(a, b.scalars.map(Double.init), shape: b.shape, tolerance: 1e-5) == nil)
    }
    #expect(mismatch(network(x), separate.unfused(x).scalars.map(Double.init), shape: [4, 3], tolerance: 1e-5) == nil)
  }

  @Test func dropoutKeepsTheMeanAndIsAbsentInInference() {
    var random = RandomSource(seed: 4)
    var layer = Dropout(0.3)
    let x = Tensor.ones([100, 1000])
    let y = layer.forward(x, using: &random)
    let zeros = y.scalars.count { $0 == 0 }
    #expect(abs(Double(zeros) / 1e5 - 0.3) < 0.01)
    #expect(abs(y.mean().scalar - 1) < 0.01)
    #expect(layer(x).scalars == x.scalars)
  }

  @Test func channelDropoutDropsWholeChannels() {
    var random = RandomSource(seed: 5)
    var layer = Dropout2D(0.5)
    let y = layer.forward(.ones([20, 3, 3, 8]), using: &random)
    let sums = y.sum(alongAxes: [1, 2]).scalars
    #expect(sums.allSatisfy { $0 == 0 || abs($0 - 18) < 1e-4 })
    #expect(sums.contains(0) && sums.contains { $0 > 0 })
  }

  @Test func layerNormalizationNormalisesEachSample() {
    var random = RandomSource(seed: 6)
    let y = LayerNormalization(50)(Tensor(normal: [4, 50], mean: 3, standardDeviation: 2, using: &random))
    #expect(mismatch(y.mean(alongAxes: [1]), [0, 0, 0, 0], shape: [4]) == nil)
    #expect(mismatch(y.variance(alongAxes: [1]), [1, 1, 1, 1], shape: [4], tolerance: 1e-4) == nil)
  }

  @Test func weightNormalizationSeparatesLengthFromDirection() {
    var random = RandomSource(seed: 7)
    var layer = WeightNormalized(Convolution2D(2, 3, kernel: 3).initialized(using: &random))
    let x = Tensor(normal: [2, 5, 5, 2], using: &random)
    layer.setMagnitudes()
    #expect(mismatch(layer(x), layer.wrapped(x).scalars.map(Double.init), shape: [2, 3, 3, 3], tolerance: 1e-5) == nil)
    layer.wrapped.weight = layer.wrapped.weight * 7
    let lengths = layer.effectiveWeight.squared().sum(alongAxes: [0, 1, 2]).squareRoot()
    #expect(mismatch(lengths, layer.magnitude.scalars.map(Double.init), shape: [3], tolerance: 1e-5) == nil)
  }

  @Test func spectralNormalizationFindsTheLargestSingularValue() {
    var random = RandomSource(seed: 8)
    var dense = Dense(3, 2, bias: false)
    // Singular values 5 and 2.
    dense.weight = Tensor([3, 0, 4, 0, 0, 2], shape: [3, 2])
    var layer = SpectralNormalized(dense)
    for _ in 0..<50 { _ = layer.forward(.zeros([1, 3]), using: &random) }
    #expect(mismatch(layer.normalizedWeight, [0.6, 0, 0.8, 0, 0, 0.4], shape: [3, 2], tolerance: 1e-4) == nil)
    var transposed = SpectralNormalized(
      TransposedConvolution2D(4, 3, kernel: 4, stride: 2, padding: 1).initialized(using: &random))
    for _ in 0..<3 { _ = transposed.forward(.zeros([1, 2, 2, 4]), using: &random) }
    let (_, gradient) = transposed.valueAndGradient { $0(Tensor.ones([1, 2, 2, 4])).squared().mean() }
    #expect(gradient.unused.isEmpty)
  }

  @Test func tracingByData() {
    var random = RandomSource(seed: 9)
    let frozen = Dense(3, 1).initialized(using: &random)
    var input = Variable(Tensor(normal: [2, 3], using: &random))
    let (_, gradient) = input.valueAndGradient { frozen($0.value).sum() }
    let weight = frozen.weight.scalars
    #expect(mismatch(gradient.tensors[0], (weight + weight).map(Double.init), shape: [2, 3]) == nil)
    #expect(!frozen(input.value).isTraced)
  }

  @Test func unusedParametersAreReported() {
    var network = Sequential {
      Dense(2, 2)
      Dense(2, 2)
    }
    let (_, gradient) = network.valueAndGradient { ($0.layers[0](Tensor.ones([1, 2]))).sum() }
    #expect(gradient.unused == ["1.weight", "1.bias"])
  }
}

/// An image to differentiate with respect to.
private struct InputOnly: Module {
  var x: Tensor

  mutating func visitParameters(with visitor: inout some ParameterVisitor) { visitor.visit("x", &x) }
}
