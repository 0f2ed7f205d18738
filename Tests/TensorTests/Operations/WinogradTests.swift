import Tensor
import TestSupport
import Testing

@Suite(.serialized) struct WinogradTests {
  struct Layer: Sendable, CustomTestStringConvertible {
    var batch, size, channels, outputs, kernel, stride, padding: Int

    var testDescription: String {
      "\(batch) images \(size)², \(channels) → \(outputs), \(kernel)×\(kernel) stride \(stride) padding \(padding)"
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        input: [batch, size, size, channels], weight: [kernel, kernel, channels, outputs], stride: stride,
        padding: padding)
    }

    func operands(seed: Int) -> (x: Tensor, weight: Tensor, dy: Tensor) {
      var random = RandomSource(seed: seed)
      return (
        Tensor(normal: geometry.inputShape, using: &random), Tensor(normal: geometry.weightShape, using: &random),
        Tensor(normal: geometry.outputShape, using: &random)
      )
    }
  }

  /// The layers of VGG-16, DCGAN, VAAL's autoencoder, ResNet-18 and ARAL: kernel, stride, padding, size, channels.
  static let networks: [Layer] = [
    Layer(batch: 2, size: 32, channels: 64, outputs: 64, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 2, size: 16, channels: 64, outputs: 128, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 2, size: 8, channels: 256, outputs: 256, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 2, size: 4, channels: 512, outputs: 512, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 2, size: 2, channels: 512, outputs: 512, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 2, size: 16, channels: 64, outputs: 128, kernel: 4, stride: 2, padding: 1),
    Layer(batch: 2, size: 8, channels: 512, outputs: 1024, kernel: 4, stride: 2, padding: 1),
    Layer(batch: 1, size: 32, channels: 128, outputs: 256, kernel: 4, stride: 2, padding: 1),
    Layer(batch: 2, size: 16, channels: 128, outputs: 256, kernel: 3, stride: 2, padding: 1),
    Layer(batch: 2, size: 16, channels: 128, outputs: 256, kernel: 5, stride: 2, padding: 2),
  ]

  /// Every algorithm within 5e-5 of a direct convolution in double precision, relative to the largest value.
  @Test(arguments: networks) func errorIsBounded(layer: Layer) {
    let geometry = layer.geometry
    let (x, weight, dy) = layer.operands(seed: 31)
    let reference = DirectConvolution(geometry, x: x, weight: weight, dy: dy)
    for algorithm in ConvolutionAlgorithm.allCases where geometry.isCovered(by: algorithm) {
      for pass in ConvolutionAlgorithm.Pass.allCases {
        let result = geometry.run(pass, x: x, weight: weight, dy: dy, by: algorithm)
        let error = reference.relativeError(of: result, in: pass)
        #expect(error < 5e-5, "\(algorithm), \(pass): \(error)")
      }
    }
  }

  /// Sizes that tiles do not divide, channels that lines do not, kernels with phases of unequal length.
  @Test(arguments: [1, 2], [2, 3, 4, 5, 6]) func oddShapes(stride: Int, kernel: Int) {
    for (size, channels, outputs, batch) in [(9, 20, 37, 1), (6, 16, 5, 9), (13, 3, 16, 2)] {
      for padding in 0...2 where size + 2 * padding >= kernel {
        let layer = Layer(
          batch: batch, size: size, channels: channels, outputs: outputs, kernel: kernel, stride: stride,
          padding: padding)
        let geometry = layer.geometry
        guard geometry.isCovered(by: .winograd4) else { continue }
        let (x, weight, dy) = layer.operands(seed: 32)
        let reference = DirectConvolution(geometry, x: x, weight: weight, dy: dy)
        for tile in [2, 4] {
          for schedule in WinogradSchedule.allCases {
            guard let swept = geometry.sweep(x: x, weight: weight, dy: dy, tile: tile, schedule) else { continue }
            for (pass, result) in zip(ConvolutionAlgorithm.Pass.allCases, [swept.y, swept.dx, swept.dw]) {
              let error = reference.relativeError(of: result, in: pass)
              #expect(error < 5e-5, "\(layer.testDescription), tile \(tile), \(schedule), \(pass): \(error)")
            }
          }
        }
      }
    }
  }

  /// Images that are one tile whose border is zero, 2×2 and smaller, and the same with other borders, which are not.
  @Test(arguments: [(2, 1), (1, 1), (2, 2), (2, 0)]) func smallestImages(size: Int, padding: Int) {
    for (channels, outputs, batch) in [(16, 16, 1), (20, 37, 9), (48, 24, 33)] where size + 2 * padding >= 3 {
      let layer = Layer(
        batch: batch, size: size, channels: channels, outputs: outputs, kernel: 3, stride: 1, padding: padding)
      let (x, weight, dy) = layer.operands(seed: 38)
      let reference = DirectConvolution(layer.geometry, x: x, weight: weight, dy: dy)
      for schedule in WinogradSchedule.allCases {
        guard let swept = layer.geometry.sweep(x: x, weight: weight, dy: dy, tile: 2, schedule) else { continue }
        for (pass, result) in zip(ConvolutionAlgorithm.Pass.allCases, [swept.y, swept.dx, swept.dw]) {
          let error = reference.relativeError(of: result, in: pass)
          #expect(error < 5e-6, "\(layer.testDescription), \(schedule), \(pass): \(error)")
        }
      }
    }
  }

  /// A weight whose transform is kept serves images of 2×2 and larger ones, which take different ones.
  @Test func smallestImagesShareWeights() {
    var random = RandomSource(seed: 39)
    let weight = Tensor(normal: [3, 3, 128, 128], using: &random)
    for size in [2, 6, 2, 6, 2] {
      let layer = Layer(batch: 16, size: size, channels: 128, outputs: 128, kernel: 3, stride: 1, padding: 1)
      #expect(ConvolutionAlgorithm.choose(layer.geometry, .forward) == .winograd2)
      let x = Tensor(normal: [16, size, size, 128], using: &random)
      let direct = withDirectConvolutions { convolution2D(x, weight, padding: 1) }
      #expect(relativeError(convolution2D(x, weight, padding: 1), direct) < 1e-5)
    }
  }

  /// The same bits for 1, 2, 3 and 8 threads, with few and with many tiles, in one sweep and in several.
  @Test(arguments: [
    Layer(batch: 64, size: 16, channels: 32, outputs: 48, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 3, size: 33, channels: 32, outputs: 16, kernel: 3, stride: 1, padding: 1),
    Layer(batch: 10, size: 8, channels: 64, outputs: 96, kernel: 4, stride: 2, padding: 1),
    Layer(batch: 70, size: 2, channels: 48, outputs: 80, kernel: 3, stride: 1, padding: 1),
  ]) func bitsDoNotDependOnThreads(layer: Layer) throws {
    let (x, weight, dy) = layer.operands(seed: 33)
    let tile = layer.size == 2 ? 2 : 4
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    for schedule in WinogradSchedule.allCases {
      ThreadPool.threadCount = 1
      let first = try #require(layer.geometry.sweep(x: x, weight: weight, dy: dy, tile: tile, schedule))
      for threads in [2, 3, 8] {
        ThreadPool.threadCount = threads
        let again = try #require(layer.geometry.sweep(x: x, weight: weight, dy: dy, tile: tile, schedule))
        #expect(bitMismatch(first.y, again.y) == nil)
        #expect(bitMismatch(first.dx, again.dx) == nil)
        #expect(bitMismatch(first.dw, again.dw) == nil)
      }
    }
  }

  /// Weights so large that their transform is made group by group: the same bits as from the whole transform, which is
  /// kept when it is asked for again.
  @Test func groupsHaveTheBitsOfTheWhole() throws {
    let layer = Layer(batch: 24, size: 4, channels: 256, outputs: 272, kernel: 3, stride: 1, padding: 1)
    let (x, weight, dy) = layer.operands(seed: 37)
    let whole = try #require(layer.geometry.sweep(x: x, weight: weight, dy: dy, tile: 4, .together))
    let grouped = try #require(layer.geometry.sweep(x: x, weight: weight, dy: dy, tile: 4, .inGroups))
    #expect(bitMismatch(whole.y, grouped.y) == nil)
    #expect(bitMismatch(whole.dx, grouped.dx) == nil)
    #expect(bitMismatch(whole.dw, grouped.dw) == nil)
    let first = convolution2D(x, weight, padding: 1)
    for _ in 0..<2 { #expect(bitMismatch(convolution2D(x, weight, padding: 1), first) == nil) }
  }

  /// An image's result is the same bits alone and in any batch.
  @Test func bitsDoNotDependOnTheBatch() throws {
    let layer = Layer(batch: 40, size: 12, channels: 24, outputs: 40, kernel: 3, stride: 1, padding: 1)
    let (x, weight, _) = layer.operands(seed: 34)
    let whole = layer.geometry.run(.forward, x: x, weight: weight, dy: x, by: .winograd4)
    for range in [0..<1, 3..<10, 25..<40] {
      var part = layer
      part.batch = range.count
      let images = x.rows(range)
      let y = part.geometry.run(.forward, x: images, weight: weight, dy: images, by: .winograd4)
      #expect(bitMismatch(y, whole.rows(range)) == nil, "\(range)")
    }
  }

  /// Twenty steps with Winograd's method follow those with direct convolutions: losses within 1e-3 of each other.
  @Test func trainingFollowsTheDirectAlgorithm() {
    func losses() -> [Float] {
      var random = RandomSource(seed: 36)
      var network = Sequential {
        Convolution2D(3, 32, kernel: 3, padding: 1)
        LeakyReLU(0.2)
        Convolution2D(32, 32, kernel: 3, padding: 1, bias: false)
        BatchNormalization(32)
        ReLU()
        Convolution2D(32, 64, kernel: 4, stride: 2, padding: 1, bias: false)
        BatchNormalization(64)
        ReLU()
        TransposedConvolution2D(64, 32, kernel: 4, stride: 2, padding: 1, bias: false)
        BatchNormalization(32)
        ReLU()
        Convolution2D(32, 64, kernel: 5, stride: 2, padding: 2)
        ReLU()
        GlobalAveragePool2D()
        Dense(64, 10)
      }
      network.initialize(using: &random)
      var optimizer = SGD<Sequential>(learningRate: 0.02, momentum: 0.9)
      return (0..<20).map { _ in
        let labels = (0..<16).map { _ in Int.random(in: 0..<10, using: &random) }
        let noise = Tensor(normal: [16, 16, 16, 3], using: &random)
        let x = noise + Tensor(labels.map { Float($0) / 5 - 1 }, shape: [16, 1, 1, 1])
        let (loss, gradient) = network.valueAndGradient {
          crossEntropy(logits: $0.forward(x, using: &random), labels: labels)
        }
        optimizer.update(&network, along: gradient)
        return loss
      }
    }
    let (fast, direct) = (losses(), withDirectConvolutions { losses() })
    #expect(fast != direct, "both runs took the same algorithm")
    #expect(direct[19] < direct[0])
    for (step, (a, b)) in zip(fast, direct).enumerated() {
      #expect(abs(a - b) <= 1e-3 * abs(b), "step \(step): \(a), \(b)")
    }
  }

  /// A transformed weight is kept while the weight stays and dropped when it changes.
  @Test func transformedWeightsFollowTheWeight() {
    let layer = Layer(batch: 2, size: 8, channels: 16, outputs: 16, kernel: 3, stride: 1, padding: 1)
    var (x, weight, _) = layer.operands(seed: 35)
    var results: [Tensor] = []
    for _ in 0..<3 { results.append(convolution2D(x, weight, padding: 1)) }
    #expect(bitMismatch(results[0], results[2]) == nil)
    weight.withUnsafeMutableScalars { scalars in for i in scalars.indices { scalars[i] *= 2 } }
    let doubled = convolution2D(x, weight, padding: 1)
    #expect(mismatch(doubled, results[0].scalars.map { 2 * Double($0) }, shape: doubled.shape) == nil)
    // A copy that is changed leaves the original's transform alone.
    var other = weight
    other.withUnsafeMutableScalars { $0[0] += 1 }
    #expect(bitMismatch(convolution2D(x, weight, padding: 1), doubled) == nil)
    #expect(bitMismatch(convolution2D(x, other, padding: 1), doubled) != nil)
    x.withUnsafeMutableScalars { $0[0] += 1 }
    #expect(bitMismatch(convolution2D(x, weight, padding: 1), doubled) != nil)
  }
}

/// A convolution and its gradients by nested loops in double precision.
private struct DirectConvolution {
  let y, dx, dw: [Double]

  init(_ g: ConvolutionGeometry, x: Tensor, weight: Tensor, dy: Tensor) {
    let (xs, ws, ds) = (x.scalars.map(Double.init), weight.scalars.map(Double.init), dy.scalars.map(Double.init))
    var (y, dx, dw) = (
      [Double](repeating: 0, count: ds.count), [Double](repeating: 0, count: xs.count),
      [Double](repeating: 0, count: ws.count)
    )
    let k = g.outputChannels
    y.withUnsafeMutableBufferPointer { y in
      dx.withUnsafeMutableBufferPointer { dx in
        dw.withUnsafeMutableBufferPointer { dw in
          xs.withUnsafeBufferPointer { xs in
            ws.withUnsafeBufferPointer { ws in
              ds.withUnsafeBufferPointer { ds in
                for position in 0..<g.positions {
                  let (image, inside) = position.quotientAndRemainder(dividingBy: g.positionsPerImage)
                  for ky in 0..<g.kernelHeight {
                    for kx in 0..<g.kernelWidth {
                      let iy = inside / g.outputWidth * g.stride - g.padding + ky
                      let ix = inside % g.outputWidth * g.stride - g.padding + kx
                      guard (0..<g.height).contains(iy), (0..<g.width).contains(ix) else { continue }
                      for c in 0..<g.channels {
                        let at = ((image * g.height + iy) * g.width + ix) * g.channels + c
                        let tap = ((ky * g.kernelWidth + kx) * g.channels + c) * k
                        let pixel = xs[at]
                        var sum = 0.0
                        for o in 0..<k {
                          y[position * k + o] += pixel * ws[tap + o]
                          sum += ds[position * k + o] * ws[tap + o]
                          dw[tap + o] += pixel * ds[position * k + o]
                        }
                        dx[at] += sum
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    (self.y, self.dx, self.dw) = (y, dx, dw)
  }

  /// The largest difference over the largest value.
  func relativeError(of result: Tensor, in pass: ConvolutionAlgorithm.Pass) -> Double {
    let expected = pass == .forward ? y : pass == .inputGradient ? dx : dw
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return zip(result.scalars, expected).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference / scale)
    }
  }
}
