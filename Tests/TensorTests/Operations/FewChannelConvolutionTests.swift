import Tensor
import TestSupport
import Testing

@Suite(.serialized) struct FewChannelConvolutionTests {
  private func operands(_ geometry: ConvolutionGeometry, seed: Int) -> (x: Tensor, weight: Tensor, dy: Tensor) {
    var random = RandomSource(seed: seed)
    return (
      Tensor(normal: geometry.inputShape, using: &random), Tensor(normal: geometry.weightShape, using: &random),
      Tensor(normal: geometry.outputShape, using: &random)
    )
  }

  /// All three products are those of the patch matrix, whatever channels, outputs and edges leave over.
  @Test(arguments: 1...5, 1...3) func agreesWithPatches(kernel: Int, stride: Int) {
    for (channels, outputs) in [(1, 16), (2, 21), (3, 70), (4, 96), (1, 130)] {
      for padding in 0...2 {
        let geometry = ConvolutionGeometry(
          input: [3, 11, 14, channels], weight: [kernel, kernel, channels, outputs], stride: stride, padding: padding)
        let (x, weight, dy) = operands(geometry, seed: 51)
        for pass in ConvolutionAlgorithm.Pass.allCases {
          let expected = geometry.run(pass, x: x, weight: weight, dy: dy, by: .whole)
          let found = geometry.run(pass, x: x, weight: weight, dy: dy, by: .fewChannels)
          let difference = mismatch(found, expected.scalars.map(Double.init), shape: expected.shape)
          #expect(difference == nil, "\(channels) → \(outputs), padding \(padding), \(pass)")
        }
      }
    }
  }

  /// Images larger than a band, a batch of many images to a unit, and kernels that are not square.
  @Test(arguments: [
    [1, 90, 50, 3, 3, 3, 1, 1, 64], [70, 6, 6, 1, 4, 4, 2, 1, 16], [2, 40, 70, 2, 5, 3, 2, 2, 48],
    [2, 9, 9, 4, 1, 7, 1, 3, 16],
  ]) func severalBands(sizes: [Int]) {
    let geometry = ConvolutionGeometry(
      input: Array(sizes[0..<4]), weight: [sizes[4], sizes[5], sizes[3], sizes[8]], stride: sizes[6],
      padding: sizes[7])
    let (x, weight, dy) = operands(geometry, seed: 52)
    for pass in ConvolutionAlgorithm.Pass.allCases {
      #expect(ConvolutionAlgorithm.choose(geometry, pass) == .fewChannels)
      let expected = geometry.run(pass, x: x, weight: weight, dy: dy, by: .whole)
      let found = geometry.run(pass, x: x, weight: weight, dy: dy, by: .fewChannels)
      #expect(mismatch(found, expected.scalars.map(Double.init), shape: expected.shape) == nil, "\(pass)")
    }
  }

  /// The same bits for 1, 2, 3 and 8 threads.
  @Test func bitsDoNotDependOnThreads() {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let geometry = ConvolutionGeometry(input: [21, 32, 32, 3], weight: [4, 4, 3, 40], stride: 2, padding: 1)
    let (x, weight, dy) = operands(geometry, seed: 53)
    for pass in ConvolutionAlgorithm.Pass.allCases {
      ThreadPool.threadCount = 1
      let first = geometry.run(pass, x: x, weight: weight, dy: dy, by: .fewChannels)
      for threads in [2, 3, 8] {
        ThreadPool.threadCount = threads
        #expect(bitMismatch(geometry.run(pass, x: x, weight: weight, dy: dy, by: .fewChannels), first) == nil)
      }
    }
  }

  /// An infinite gradient reaches the pixels of its own patch and no others.
  @Test func infinitiesStayInTheirPatch() {
    let geometry = ConvolutionGeometry(input: [1, 8, 8, 3], weight: [3, 3, 3, 16], stride: 1, padding: 1)
    var random = RandomSource(seed: 54)
    let weight = Tensor(normal: geometry.weightShape, using: &random)
    var dy = Tensor.zeros(geometry.outputShape)
    dy.withUnsafeMutableScalars { $0[(2 * 8 + 2) * 16] = .infinity }
    let dx = geometry.run(.inputGradient, x: dy, weight: weight, dy: dy, by: .fewChannels).scalars
    for (index, value) in dx.enumerated() {
      let (y, x) = (index / 24, index / 3 % 8)
      #expect(value.isFinite == !((1...3).contains(y) && (1...3).contains(x)), "pixel \(y), \(x)")
    }
  }

  /// A batch normalisation that a transposed convolution reads has the results of one that is stored.
  @Test func readsANormalizedBatch() {
    var random = RandomSource(seed: 55)
    let (x, weight) = (
      Tensor(normal: [5, 7, 6, 32], using: &random), Tensor(normal: [4, 4, 3, 32], using: &random)
    )
    let (scale, shift) = (Tensor(normal: [32], using: &random), Tensor(normal: [32], using: &random))
    func gradients(_ result: (Tensor, Tensor) -> Tensor) -> [Tensor] {
      var found: [Tensor] = []
      var images = Variable(x)
      found += images.valueAndGradient { result($0.value, weight).squared().mean() }.gradient.tensors
      var kernel = Variable(weight)
      found += kernel.valueAndGradient { result(x, $0.value).squared().mean() }.gradient.tensors
      return found + [result(x, weight)]
    }
    let unstored = gradients {
      transposedConvolution2D(
        NormalizedBatch($0, scale: scale, shift: shift, epsilon: 1e-5, slope: 0), $1, stride: 2, padding: 1)
    }
    let stored = gradients {
      transposedConvolution2D(
        batchNormalized($0, scale: scale, shift: shift, epsilon: 1e-5, slope: 0).output, $1, stride: 2, padding: 1)
    }
    for (a, b) in zip(unstored, stored) {
      #expect(mismatch(a, b.scalars.map(Double.init), shape: b.shape) == nil)
    }
  }
}
