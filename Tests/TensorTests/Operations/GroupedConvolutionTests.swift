import Tensor
import TestSupport
import Testing

/// Convolutions with gaps between the taps of the kernel, and in groups of channels.
@Suite(.traced) struct GroupedConvolutionTests {
  /// The sizes of one convolution.
  private struct Sizes {
    var kernel = (3, 3)
    var stride = 1
    var padding = 0
    var dilation = 1
    var groups = 1

    /// An axis of the output, or `nil` if the kernel does not fit.
    func output(_ size: Int, _ kernel: Int) -> Int? {
      let room = size + 2 * padding - dilation * (kernel - 1) - 1
      return room < 0 ? nil : room / stride + 1
    }

    func output(_ x: Tensor, outputs: Int) -> Shape? {
      guard let height = output(x.shape[1], kernel.0), let width = output(x.shape[2], kernel.1) else { return nil }
      return [x.shape[0], height, width, outputs]
    }

    func convolve(_ x: Tensor, _ w: Tensor) -> Tensor {
      convolution2D(x, w, stride: stride, padding: padding, dilation: dilation, groups: groups)
    }

    /// Nested loops in double precision.
    func naive(_ x: Tensor, _ w: Tensor, shape: Shape) -> [Double] {
      let (perGroup, outputsPerGroup) = (w.shape[2], w.shape[3] / groups)
      let (xs, ws) = (x.scalars, w.scalars)
      return places(in: shape).map { place in
        var sum = 0.0
        for ky in 0..<kernel.0 {
          for kx in 0..<kernel.1 {
            let (y, z) = (place[1] * stride - padding + ky * dilation, place[2] * stride - padding + kx * dilation)
            guard (0..<x.shape[1]).contains(y), (0..<x.shape[2]).contains(z) else { continue }
            let first = place[3] / outputsPerGroup * perGroup
            for c in 0..<perGroup {
              let here = xs[position(of: [place[0], y, z, first + c], in: x.shape)]
              sum += Double(here) * Double(ws[position(of: [ky, kx, c, place[3]], in: w.shape)])
            }
          }
        }
        return sum
      }
    }
  }

  private func withEverySizes(_ body: (Sizes) -> Void) {
    withEvery("kernel", in: [(1, 1), (3, 3), (2, 4), (5, 3)]) { kernel in
      withEvery("stride", in: 1...3) { stride in
        withEvery("padding", in: 0...2) { padding in
          withEvery("dilation", in: 1...3) { dilation in
            body(Sizes(kernel: kernel, stride: stride, padding: padding, dilation: dilation))
          }
        }
      }
    }
  }

  @Test func agreesWithNestedLoops() {
    var random = RandomSource(seed: 15)
    var compared = 0
    withEverySizes { sizes in
      withEvery("channels, outputs, groups", in: [(3, 4, 1), (4, 6, 2), (6, 3, 3), (4, 8, 4), (7, 7, 7)]) {
        channels, outputs, groups in
        var sizes = sizes
        sizes.groups = groups
        let x = Tensor(normal: [2, 9, 8, channels], using: &random)
        let w = Tensor(normal: [sizes.kernel.0, sizes.kernel.1, channels / groups, outputs], using: &random)
        guard let shape = sizes.output(x, outputs: outputs) else { return }
        #expect(mismatch(sizes.convolve(x, w), sizes.naive(x, w, shape: shape), shape: shape) == nil)
        compared += 1
      }
    }
    #expect(compared > 400)
  }

  /// One channel per group, with channels on both sides of every width that the loops unroll, and lines long enough
  /// for several outputs at a time.
  @Test func depthwiseAgreesWithNestedLoops() {
    var random = RandomSource(seed: 16)
    withEvery("channels", in: [2, 4, 15, 16, 21, 35]) { channels in
      withEvery("stride", in: 1...2) { stride in
        withEvery("padding", in: [0, 2]) { padding in
          withEvery("dilation", in: 1...2) { dilation in
            let sizes = Sizes(stride: stride, padding: padding, dilation: dilation, groups: channels)
            let x = Tensor(normal: [1, 7, 17, channels], using: &random)
            let w = Tensor(normal: [3, 3, 1, channels], using: &random)
            let shape = sizes.output(x, outputs: channels) ?? []
            #expect(mismatch(sizes.convolve(x, w), sizes.naive(x, w, shape: shape), shape: shape) == nil)
          }
        }
      }
    }
  }

  /// ⟨conv(x, w), y⟩ = ⟨x, dx⟩ = ⟨w, dw⟩ where dx and dw are the gradients for the cotangent y, and the transposed
  /// convolution of y is dx.
  @Test func gradientsAreAdjoints() {
    var random = RandomSource(seed: 17)
    withEverySizes { sizes in
      withEvery("channels, outputs, groups", in: [(4, 6, 2), (18, 18, 18)]) { channels, outputs, groups in
        var sizes = sizes
        sizes.groups = groups
        let x = Tensor(normal: [2, 8, 11, channels], using: &random)
        let w = Tensor(normal: [sizes.kernel.0, sizes.kernel.1, channels / groups, outputs], using: &random)
        guard let shape = sizes.output(x, outputs: outputs) else { return }
        let y = Tensor(normal: shape, using: &random)
        var operands = Operands([x, w])
        let gradient = operands.valueAndGradient {
          let output = sizes.convolve($0.tensors[0], $0.tensors[1])
          return (output * y).sum()
        }.gradient
        let expected = inner(sizes.convolve(x, w), y)
        let tolerance = 1e-4 * max(10, abs(expected))
        #expect(abs(inner(x, gradient.tensors[0]) - expected) <= tolerance)
        #expect(abs(inner(w, gradient.tensors[1]) - expected) <= tolerance)
        // The transposed convolution gives the smallest image that the convolution maps to y's size; the gradient is
        // zero in what is left of a larger one.
        let spread = transposedConvolution2D(
          y, w, stride: sizes.stride, padding: sizes.padding, dilation: sizes.dilation, groups: groups)
        let (height, width) = (min(8, spread.shape[1]), min(11, spread.shape[2]))
        let dx = gradient.tensors[0]
        for place in places(in: [2, height, width, channels]) {
          let (a, b) = (spread.at(place), dx.at(place))
          guard abs(a - b) > 1e-4 * max(1, abs(a)) else { continue }
          Issue.record("the transposed convolution is \(a) at \(place), the gradient \(b)")
          return
        }
      }
    }
  }

  private func inner(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// A group is a convolution of its own: the same as cutting the channels apart and joining the outputs.
  @Test func groupsAreSeparateConvolutions() {
    var random = RandomSource(seed: 18)
    let x = Tensor(normal: [3, 12, 10, 12], using: &random)
    let w = Tensor(normal: [3, 3, 4, 9], using: &random)
    let parts = (0..<3).map { g in
      convolution2D(
        channels(x, g * 4..<(g + 1) * 4), channels(w, g * 3..<(g + 1) * 3), stride: 2, padding: 1)
    }
    let expected = concatenate(parts, alongAxis: 3)
    let y = convolution2D(x, w, stride: 2, padding: 1, groups: 3)
    #expect(mismatch(y, expected.scalars.map(Double.init), shape: expected.shape) == nil)
  }

  private func channels(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    let last = x.rank - 1
    let width = x.shape[last]
    let scalars = x.scalars.enumerated().filter { range.contains($0.offset % width) }.map(\.element)
    return Tensor(scalars, shape: x.shape.dropLast() + [range.count])
  }

  /// The same bits for 1, 2 and 3 threads, on shapes that are cut into several units.
  @Test func bitsDoNotDependOnThreads() {
    var random = RandomSource(seed: 19)
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    withEvery("groups", in: [1, 4, 32]) { groups in
      let x = Tensor(normal: [12, 16, 16, 32], using: &random)
      let w = Tensor(normal: [3, 3, 32 / groups, 32], using: &random)
      func run(threads: Int) -> [Tensor] {
        ThreadPool.threadCount = threads
        var output = Tensor(0)
        var operands = Operands([x, w])
        let gradient = operands.valueAndGradient {
          let y = convolution2D($0.tensors[0], $0.tensors[1], stride: 1, padding: 2, dilation: 2, groups: groups)
          output = y.detached
          return y.squared().sum()
        }.gradient
        return [output] + gradient.tensors
      }
      let reference = run(threads: 1)
      withEvery("threads", in: 2...3) { threads in
        for (a, b) in zip(reference, run(threads: threads)) { #expect(bitMismatch(a, b) == nil) }
      }
    }
  }

  /// A sample's output is the same bits wherever it stands in whatever batch.
  @Test func depthwiseDoesNotDependOnTheBatch() {
    var random = RandomSource(seed: 20)
    let x = Tensor(normal: [5, 9, 9, 20], using: &random)
    let w = Tensor(normal: [3, 3, 1, 20], using: &random)
    let whole = convolution2D(x, w, padding: 1, groups: 20)
    for row in 0..<5 {
      let alone = convolution2D(x.gathered(rows: [row]), w, padding: 1, groups: 20)
      #expect(bitMismatch(alone, whole.gathered(rows: [row])) == nil)
    }
  }

  @Test func layersObeyTheLaws() {
    var random = RandomSource(seed: 21)
    let block = Sequential {
      Convolution2D(6, 6, kernel: 3, padding: 2, dilation: 2, groups: 6)
      Convolution2D(6, 8, kernel: 1)
      Convolution2D(8, 4, kernel: 3, stride: 2, padding: 1, groups: 2, bias: false)
      TransposedConvolution2D(4, 6, kernel: 4, stride: 2, padding: 1, groups: 2)
      TransposedConvolution2D(6, 3, kernel: 3, padding: 2, dilation: 2)
    }.initialized(using: &random)
    let x = Tensor(normal: [2, 10, 8, 6], using: &random)
    #expect(block(x).shape == [2, 10, 8, 3])
    #expect(moduleLawViolation(of: block) { $0.forward(x, using: &random).squared().mean() } == nil)
  }

  @Test func maxPoolingIsAsBefore() {
    var random = RandomSource(seed: 22)
    let x = Tensor(normal: [2, 7, 6, 5], using: &random)
    let y = maxPool2D(x, size: 3, stride: 2, padding: 1)
    for place in places(in: y.shape) {
      var largest = -Double.infinity
      for ky in 0..<3 {
        for kx in 0..<3 {
          let (row, column) = (place[1] * 2 - 1 + ky, place[2] * 2 - 1 + kx)
          guard (0..<7).contains(row), (0..<6).contains(column) else { continue }
          largest = max(largest, x.at([place[0], row, column, place[3]]))
        }
      }
      #expect(y.at(place) == largest)
    }
  }

  @Test func groupsMustDivideTheChannels() async {
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 3]), .zeros([3, 3, 1, 4]), groups: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 4]), .zeros([3, 3, 2, 3]), groups: 2)
    }
    await #expect(processExitsWith: .failure) {
      // A weight for one group.
      _ = convolution2D(.zeros([1, 4, 4, 4]), .zeros([3, 3, 4, 4]), groups: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = transposedConvolution2D(.zeros([1, 4, 4, 3]), .zeros([3, 3, 1, 3]), groups: 2)
    }
    await #expect(processExitsWith: .failure) { _ = Convolution2D(6, 4, kernel: 3, groups: 4) }
    await #expect(processExitsWith: .failure) { _ = TransposedConvolution2D(4, 6, kernel: 3, groups: 4) }
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 4]), .zeros([3, 3, 4, 4]), groups: 0)
    }
  }

  @Test func dilationMustFit() async {
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 1]), .zeros([3, 3, 1, 1]), dilation: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 1]), .zeros([3, 3, 1, 1]), dilation: 2)
    }
    let y = convolution2D(.ones([1, 5, 5, 1]), .ones([3, 3, 1, 1]), dilation: 2)
    #expect(y.shape == [1, 1, 1, 1])
    #expect(y.scalar == 9)
  }
}
