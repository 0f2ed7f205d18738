import Tensor
import TestSupport
import Testing

@Suite(.traced) struct ConvolutionTests {
  /// Six nested loops in double precision.
  private func naive(_ x: Tensor, _ w: Tensor, stride: Int, padding: Int) -> (shape: Shape, scalars: [Double]) {
    let (height, width) = (x.shape[1], x.shape[2])
    let shape = [
      x.shape[0], (height + 2 * padding - w.shape[0]) / stride + 1, (width + 2 * padding - w.shape[1]) / stride + 1,
      w.shape[3],
    ]
    let scalars = places(in: shape).map { place in
      var sum = 0.0
      for ky in 0..<w.shape[0] {
        for kx in 0..<w.shape[1] {
          let (y, z) = (place[1] * stride - padding + ky, place[2] * stride - padding + kx)
          guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
          for c in 0..<w.shape[2] { sum += x.at([place[0], y, z, c]) * w.at([ky, kx, c, place[3]]) }
        }
      }
      return sum
    }
    return (shape, scalars)
  }

  @Test func agreesWithNestedLoops() {
    var random = RandomSource(seed: 5)
    withEvery("kernel", in: 1...5) { kernel in
      withEvery("stride", in: 1...3) { stride in
        withEvery("padding", in: 0...2) { padding in
          let x = Tensor(normal: [2, 7, 6, 3], using: &random)
          let w = Tensor(normal: [kernel, kernel, 3, 4], using: &random)
          let expected = naive(x, w, stride: stride, padding: padding)
          let y = convolution2D(x, w, stride: stride, padding: padding)
          #expect(mismatch(y, expected.scalars, shape: expected.shape) == nil)
        }
      }
    }
  }

  /// ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩: the definition of the transposed convolution.
  @Test func transposedIsTheAdjoint() {
    var random = RandomSource(seed: 6)
    withEvery("kernel", in: 1...5) { kernel in
      withEvery("stride", in: 1...3) { stride in
        withEvery("padding", in: 0..<max(1, kernel / 2 + 1)) { padding in
          withEvery("output padding", in: 0..<stride) { outputPadding in
            let y = Tensor(normal: [2, 3, 4, 3], using: &random)
            let w = Tensor(normal: [kernel, kernel, 2, 3], using: &random)
            guard 2 * stride - 2 * padding + kernel > 0 else { return }
            let spread = transposedConvolution2D(
              y, w, stride: stride, padding: padding, outputPadding: outputPadding)
            let x = Tensor(normal: spread.shape, using: &random)
            let gathered = convolution2D(x, w, stride: stride, padding: padding)
            #expect(gathered.shape == y.shape)
            let left = zip(gathered.scalars, y.scalars).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let right = zip(x.scalars, spread.scalars).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(left - right) <= 1e-4 * max(1, abs(left)))
          }
        }
      }
    }
  }

  /// Every algorithm computes the same products, for shapes on both sides of the thresholds.
  @Test(arguments: [
    [1, 9, 8, 5, 3, 1, 1, 7], [24, 16, 16, 8, 4, 2, 1, 16], [3, 33, 31, 2, 5, 2, 2, 6], [40, 4, 4, 64, 4, 1, 0, 1],
    [2, 5, 5, 6, 1, 1, 0, 9],
  ])
  func algorithmsAgree(sizes: [Int]) {
    let (n, h, w, c, kernel, stride, padding, k) = (
      sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7]
    )
    var random = RandomSource(seed: 7)
    let geometry = ConvolutionGeometry(
      input: [n, h, w, c], weight: [kernel, kernel, c, k], stride: stride, padding: padding)
    let x = Tensor(normal: geometry.inputShape, using: &random)
    let weight = Tensor(normal: geometry.weightShape, using: &random)
    let dy = Tensor(normal: geometry.outputShape, using: &random)
    for pass in ConvolutionAlgorithm.Pass.allCases {
      let reference = geometry.run(pass, x: x, weight: weight, dy: dy, by: .blocked)
      for algorithm in ConvolutionAlgorithm.allCases where geometry.isCovered(by: algorithm) {
        let other = geometry.run(pass, x: x, weight: weight, dy: dy, by: algorithm)
        // Winograd's transforms round more: 5e-5 is the bound for them, see WinogradTests.
        let tolerance = [.winograd2, .winograd4].contains(algorithm) ? 5e-5 : 1e-5
        #expect(
          mismatch(other, reference.scalars.map(Double.init), shape: reference.shape, tolerance: tolerance) == nil,
          "\(pass), \(algorithm)")
      }
    }
  }

  /// The same bits for 1, 2 and 3 threads, on shapes that every algorithm cuts into several units.
  @Test func bitsDoNotDependOnThreads() {
    var random = RandomSource(seed: 8)
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    withEvery("batch", in: [10, 64]) { batch in
      let geometry = ConvolutionGeometry(input: [batch, 16, 16, 32], weight: [4, 4, 32, 64], stride: 2, padding: 1)
      let x = Tensor(normal: geometry.inputShape, using: &random)
      let weight = Tensor(normal: geometry.weightShape, using: &random)
      let dy = Tensor(normal: geometry.outputShape, using: &random)
      withEvery("pass", in: ConvolutionAlgorithm.Pass.allCases) { pass in
        ThreadPool.threadCount = 1
        let reference = geometry.run(pass, x: x, weight: weight, dy: dy, by: .choose(geometry, pass))
        withEvery("threads", in: 2...3) { threads in
          ThreadPool.threadCount = threads
          let again = geometry.run(pass, x: x, weight: weight, dy: dy, by: .choose(geometry, pass))
          #expect(bitMismatch(reference, again) == nil)
        }
      }
    }
  }

  @Test func channelsMustAgree() async {
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 3]), .zeros([3, 3, 2, 1]))
    }
  }
}

@Suite struct PoolingTests {
  @Test func maximumOfWindows() {
    let x = Tensor([1, 5, 2, 0, -3, 4, 8, 6, 7, -1, -2, 9, 3, 1, 0, 2], shape: [1, 4, 4, 1])
    #expect(maxPool2D(x, size: 2).scalars == [5, 8, 7, 9])
    // Padding never wins, even against negative pixels.
    let negative = Tensor(repeating: -2, shape: [1, 2, 2, 1])
    #expect(maxPool2D(negative, size: 2, stride: 2, padding: 1).scalars == [-2, -2, -2, -2])
  }

  @Test func notANumberWins() {
    #expect(maxPool2D(Tensor([1, .nan, 2, 3], shape: [1, 2, 2, 1]), size: 2).scalar.isNaN)
  }

  @Test func meanOfWindows() {
    let x = Tensor((0..<16).map(Float.init), shape: [1, 4, 4, 1])
    #expect(averagePool2D(x, size: 2).scalars == [2.5, 4.5, 10.5, 12.5])
    #expect(globalAveragePool2D(x).scalars == [7.5])
  }
}
