import ActiveLoop
import Datasets
import Foundation
import Models
import Tensor

/// One line of `ladle bench`.
struct Measurement: Sendable {
  /// What `--only` looks at.
  var name: String
  var title: String
  /// Makes the work ready and returns one run of it, with the floating-point operations in it, or nil where a rate
  /// says nothing.
  var prepare: @Sendable () throws -> (operations: Double?, once: () throws -> Void)

  /// The median of `runs` runs and the fastest, in words.
  func run(_ runs: Int) throws -> String {
    let (operations, once) = try prepare()
    try once()  // fills caches and the storage pool
    let times = try (0..<runs).map { _ in
      let start = ProcessInfo.processInfo.systemUptime
      try once()
      return ProcessInfo.processInfo.systemUptime - start
    }.sorted()
    let median = Self.median(times)
    let rate = operations.map { "\(fixed($0 / median / 1e9, 1)) GFLOPS  " } ?? ""
    return "\(rate)\(Self.text(median))  (fastest \(Self.text(times[0])), \(runs) runs)"
  }

  static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 1e-3
      ? "\(fixed(seconds * 1e6, 0)) µs" : seconds < 1 ? "\(fixed(seconds * 1e3, 1)) ms" : "\(fixed(seconds, 2)) s"
  }

  // MARK: - What is measured

  static let all: [Measurement] = [
    Measurement(name: "gemm-1", title: "matrix product 1024³, 1 thread") {
      let product = squareProduct(1024)
      return (
        2 * 1024 * 1024 * 1024,
        {
          let threads = ThreadPool.threadCount
          ThreadPool.threadCount = 1
          defer { ThreadPool.threadCount = threads }
          product()
        }
      )
    },
    Measurement(name: "gemm", title: "matrix product 1024³, all threads") {
      (2 * 1024 * 1024 * 1024, squareProduct(1024))
    },
    Measurement(name: "gan-step", title: "DCGAN training step, 64 images of 32 × 32") {
      var random = RandomSource(seed: 1)
      var training = AdversarialTraining(DCGANConfiguration(imageSize: 32, channels: 1), using: &random)
      let images = Tensor(uniform: [64, 32, 32, 1], low: -1, high: 1, using: &random)
      return (nil, { _ = try training.step(on: images, using: &random) })
    },
    Measurement(name: "synthesis", title: "query synthesis, 10 queries × 100 steps, 32 × 32") {
      var random = RandomSource(seed: 2)
      let generator = DCGANImageGenerator(DCGANGenerator(.init(imageSize: 32, channels: 1), using: &random))
      let inputs = Tensor(uniform: [50, 32, 32, 1], low: 0, high: 1, using: &random)
      var learner = SupportVectorLearner()
      try learner.fit(LabelledSamples(inputs: inputs, labels: (0..<50).map { $0 % 2 }, classCount: 2), using: &random)
      let synthesizer = GenerativeAdversarialSynthesizer<DCGANImageGenerator, SupportVectorLearner>(
        generator: generator, settings: SynthesisSettings(steps: 100, restartLimit: 0))
      return (nil, { _ = synthesizer.synthesize(10, learner: learner, using: &random) })
    },
    Measurement(name: "svm-linear", title: "linear SVM, 4000 glyphs of 28 × 28") {
      supportVectors(kernel: .linear, count: 4000)
    },
    Measurement(name: "svm-rbf", title: "RBF SVM, 4000 glyphs of 28 × 28") {
      supportVectors(kernel: .radialBasis, count: 4000)
    },
    Measurement(name: "classifier", title: "CNN inference, 256 images of 28 × 28") {
      var random = RandomSource(seed: 3)
      let model = ConvolutionalClassifier(.digits(), using: &random)
      let images = Tensor(uniform: [256, 28, 28, 1], low: 0, high: 1, using: &random)
      return (nil, { _ = model.probabilities(for: images) })
    },
  ]

  private static func squareProduct(_ size: Int) -> () -> Void {
    var random = RandomSource(seed: 4)
    let a = Tensor(normal: [size, size], using: &random)
    let b = Tensor(normal: [size, size], using: &random)
    return { _ = matmul(a, b) }
  }

  private static func supportVectors(
    kernel: SupportVectorMachine.Kernel, count: Int
  ) -> (operations: Double?, once: () throws -> Void) {
    let data = GlyphGenerator(configuration: .init(digits: [5, 7])).dataset(count: count)
    let images = data.images
    return (
      nil,
      {
        var parameters = SupportVectorMachine.Parameters()
        parameters.kernel = kernel
        var machine = SupportVectorMachine(parameters)
        var random = RandomSource(seed: 5)
        try machine.fit(images, labels: data.labels, classCount: 2, using: &random)
      }
    )
  }
}
