import Tensor

// Matrix products of the shapes that layers have, and the three passes of convolutions.

extension Measurement {
  static let products: [Measurement] = {
    var found = [
      Measurement(.gemm, "gemm-1", "product 1024³, 1 thread") { _ in
        var work = product(1024, 1024, 1024)
        let once = work.once
        work.once = {
          let threads = ThreadPool.threadCount
          ThreadPool.threadCount = 1
          defer { ThreadPool.threadCount = threads }
          try once()
        }
        return work
      }
    ]
    for size in [64, 128, 256, 512, 1024, 2048] {
      found.append(Measurement(.gemm, "gemm-\(size)-cubed", "product \(size)³") { _ in product(size, size, size) })
    }
    // Images · patches, as convolutions of several sizes make them.
    let shapes = [
      (128, 4096, 1152), (64, 16384, 576), (256, 4096, 2304), (512, 2048, 4608), (16384, 64, 576), (4096, 128, 1152),
    ]
    for (rows, columns, inner) in shapes {
      let title = "product \(rows) × \(columns) over \(inner)"
      found.append(
        Measurement(.gemm, "gemm-\(rows)-\(columns)-\(inner)", title) { _ in product(rows, columns, inner) })
    }
    found.append(
      Measurement(.gemm, "gemm-64-512-784-nt", "product 64 × 512 over 784, B transposed") { _ in
        product(64, 512, 784, transposeB: true)
      })
    return found
  }()

  private static func product(_ rows: Int, _ columns: Int, _ inner: Int, transposeB: Bool = false) -> Work {
    var random = RandomSource(seed: 4)
    let a = Tensor(uniform: [rows, inner], low: -1, high: 1, using: &random)
    let b = Tensor(uniform: transposeB ? [columns, inner] : [inner, columns], low: -1, high: 1, using: &random)
    var c = Tensor(0)
    return Work(
      operations: 2 * Double(rows) * Double(columns) * Double(inner), bytes: nil,
      once: { c = matmul(a, b, transposeB: transposeB) },
      problem: {
        // Entries here and there against sums in double precision.
        for sample in 0..<16 {
          let (row, column) = (sample * 7919 % rows, sample * 104_729 % columns)
          var sum = 0.0
          for k in 0..<inner {
            let right = transposeB ? b.pointer[column * inner + k] : b.pointer[k * columns + column]
            sum += Double(a.pointer[row * inner + k]) * Double(right)
          }
          let found = Double(c.pointer[row * columns + column])
          if !(abs(found - sum) <= 1e-6 * Double(inner)) {
            return "entry \(row), \(column) is \(found) and should be \(sum)"
          }
        }
        return nil
      })
  }
}

extension Measurement {
  /// One convolution: `side` pixels, `channels` in and `outputs` out.
  private struct ConvolutionLayer: Sendable {
    var name: String
    var side: Int
    var channels: Int
    var outputs: Int
    var kernel: Int
    var stride: Int

    static func vgg(_ channels: Int, _ outputs: Int, _ side: Int) -> ConvolutionLayer {
      ConvolutionLayer(name: "vgg", side: side, channels: channels, outputs: outputs, kernel: 3, stride: 1)
    }
    static func halving(_ name: String, _ channels: Int, _ outputs: Int, _ side: Int) -> ConvolutionLayer {
      ConvolutionLayer(name: name, side: side, channels: channels, outputs: outputs, kernel: 4, stride: 2)
    }
    /// Halves `side` pixels; the transposed convolution that doubles is its adjoint: that one's forward pass is this
    /// one's input gradient.
    static let all: [ConvolutionLayer] = [
      .vgg(64, 64, 32), .vgg(64, 128, 16), .vgg(128, 128, 16), .vgg(256, 256, 8), .vgg(512, 512, 4), .vgg(512, 512, 2),
      .halving("vae", 128, 256, 16), .halving("vae", 256, 512, 8), .halving("vae", 512, 1024, 4),
      .halving("vae-transposed", 512, 1024, 8), .halving("vae-transposed", 256, 512, 16),
      .halving("vae-transposed", 128, 256, 32), .halving("gan", 64, 128, 16), .halving("gan", 128, 256, 8),
      .halving("first", 1, 64, 32), .halving("first", 3, 128, 32),
      ConvolutionLayer(name: "first", side: 32, channels: 3, outputs: 64, kernel: 3, stride: 1),
    ]
  }

  static let convolutions: [Measurement] = ConvolutionLayer.all.flatMap { layer in
    ConvolutionAlgorithm.Pass.allCases.map { pass in
      let passName = pass == .forward ? "forward" : pass == .inputGradient ? "input" : "weight"
      let sizes = "\(layer.channels)-\(layer.outputs)-\(layer.side)"
      let title =
        "\(layer.name) \(layer.kernel)×\(layer.kernel)/\(layer.stride) \(layer.channels)→\(layer.outputs) at "
        + "\(layer.side), \(passName)\(pass == .forward ? "" : " gradient")"
      return Measurement(.convolution, "conv-\(layer.name)-\(sizes)-\(passName)", title) { scale in
        convolution(layer, pass, batch: scale == .full ? 64 : 2)
      }
    }
  }

  private static func convolution(_ layer: ConvolutionLayer, _ pass: ConvolutionAlgorithm.Pass, batch: Int) -> Work {
    let geometry = ConvolutionGeometry(
      input: [batch, layer.side, layer.side, layer.channels],
      weight: [layer.kernel, layer.kernel, layer.channels, layer.outputs], stride: layer.stride, padding: 1)
    var random = RandomSource(seed: 6)
    let x = Tensor(uniform: geometry.inputShape, low: -1, high: 1, using: &random)
    let weight = Tensor(uniform: geometry.weightShape, low: -0.1, high: 0.1, using: &random)
    let dy = Tensor(uniform: geometry.outputShape, low: -1, high: 1, using: &random)
    let algorithm = ConvolutionAlgorithm.choose(geometry, pass)
    var result = Tensor(0)
    return Work(
      operations: 2 * Double(dy.count) * Double(layer.kernel * layer.kernel * layer.channels), bytes: nil,
      once: { result = geometry.run(pass, x: x, weight: weight, dy: dy, by: algorithm) },
      problem: {
        let other: ConvolutionAlgorithm = algorithm == .blocked ? .whole : .blocked
        let reference = geometry.run(pass, x: x, weight: weight, dy: dy, by: other)
        return difference(result, reference, relative: 1e-4)
      })
  }

  /// What is wrong if `found` is further from `reference` than `relative` times its largest magnitude.
  static func difference(_ found: Tensor, _ reference: Tensor, relative: Float) -> String? {
    guard found.shape == reference.shape else { return "the shape is \(found.shape), not \(reference.shape)" }
    let scale = reference.absoluteValue().max().scalar
    let distance = (found - reference).absoluteValue().max().scalar
    return distance <= relative * scale ? nil : "off by \(distance), where the largest value is \(scale)"
  }
}
