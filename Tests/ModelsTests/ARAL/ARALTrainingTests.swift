import Models
import Tensor
import TestSupport
import Testing

@Suite struct ARALTrainingTests {
  private func training(
    _ architecture: ARALConfiguration.Architecture, released: Bool = false
  ) -> ARALTraining {
    var random = RandomSource(seed: 1)
    let dense = architecture == .dense
    let configuration = ARALConfiguration(
      architecture: architecture, imageSize: 16, channels: 1, classes: 2, latentSize: 8,
      classifierWidths: dense ? [64, 32] : [12, 16], autoencoderWidth: dense ? 64 : 8, samplerWidth: 32,
      inputNoise: 0.05, hiddenNoise: 0.1, inputDropout: 0, hiddenDropout: 0.2)
    var settings = dense ? ARALSettings.mnist : .cifar
    // Narrow networks learn within a test at this rate.
    settings.autoencoderLearningRate = 2e-3
    return ARALTraining(configuration, settings: released ? settings.released : settings, using: &random)
  }

  /// Bars at random places: class 0 vertical, class 1 horizontal; `dark` is the background.
  private func bars(_ labels: [Int], dark: Float, using random: inout RandomSource) -> Tensor {
    var scalars = [Float](repeating: dark, count: labels.count * 256)
    for (image, label) in labels.enumerated() {
      let place = 3 + random.integer(below: 10)
      for along in 0..<16 {
        for across in place - 1...place + 1 {
          scalars[image * 256 + (label == 0 ? along * 16 + across : across * 16 + along)] = 1
        }
      }
    }
    return Tensor(scalars, shape: [labels.count, 16, 16, 1])
  }

  @Test(arguments: ARALConfiguration.Architecture.allCases)
  func theClassifierLearnsFromFewLabels(architecture: ARALConfiguration.Architecture) throws {
    var random = RandomSource(seed: 2)
    var training = training(architecture)
    let dark: Float = architecture == .dense ? 0 : -1
    let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    let labelled = bars(labels, dark: dark, using: &random)
    let held = (0..<60).map { $0 % 2 }
    let test = bars(held, dark: dark, using: &random)
    var first: ARALTraining.Losses?
    var last: ARALTraining.Losses?
    for _ in 0..<150 {
      last = try training.step(
        labelled: labelled, labels: labels,
        unlabelled: bars((0..<20).map { $0 % 2 }, dark: dark, using: &random), using: &random)
      first = first ?? last
    }
    let right = zip(training.predictions(for: test), held).count { $0 == $1 }
    #expect(right >= 50, "\(right) of 60")
    let (before, after) = (try #require(first), try #require(last))
    #expect(after.reconstruction < 0.7 * before.reconstruction, "\(after)")
  }

  /// With the reconstruction detached, the generator hears of images through the classifier's features alone.
  @Test func aDetachedReconstructionTrainsNothing() throws {
    var random = RandomSource(seed: 3)
    let images = bars([0, 1, 0, 1], dark: 0, using: &random)
    func moved(_ change: (inout ARALSettings) -> Void) throws -> Bool {
      var settings = ARALSettings.mnist
      (settings.classificationWeight, settings.adversarialWeight) = (0, 0)
      change(&settings)
      var start = RandomSource(seed: 4)
      var training = ARALTraining(training(.dense).configuration, settings: settings, using: &start)
      // Constant features: no gradient from matching them.
      for index in training.classifier.features.layers.indices {
        if var layer = training.classifier.features.layers[index] as? WeightNormalized<Dense> {
          layer.wrapped.weight = .ones(layer.wrapped.weight.shape)
          layer.magnitude = .zeros(layer.magnitude.shape)
          training.classifier.features.layers[index] = layer
        }
      }
      let before = training.autoencoder.generator.parameters().map(\.tensor.scalars)
      _ = try training.step(labelled: images, labels: [0, 1, 0, 1], unlabelled: images, using: &start)
      return before != training.autoencoder.generator.parameters().map(\.tensor.scalars)
    }
    #expect(try moved { $0.detachesReconstructions = false })
    #expect(try !moved { $0.detachesReconstructions = true })
  }

  @Test func scoresDoNotDependOnTheBatch() throws {
    var random = RandomSource(seed: 5)
    var training = training(.convolutional)
    let labels = [0, 1, 0, 1, 0, 1, 0, 1]
    let images = bars(labels, dark: -1, using: &random)
    for _ in 0..<3 { _ = try training.step(labelled: images, labels: labels, unlabelled: images, using: &random) }
    let together = training.labelledLogits(for: images)
    #expect(together.count == 8)
    #expect(relativeError(Tensor(training.labelledLogits(for: images, batchSize: 3)), Tensor(together)) < 1e-5)
    #expect(training.predictions(for: images, batchSize: 3) == training.predictions(for: images))
  }

  @Test func learningRatesFallInTheLastThird() {
    #expect([0, 0.5, 0.66, 1, 1.2].map(ARALSettings.learningRateFactor(at:)) == [1, 1, 1, 0, 0])
    #expect(abs(ARALSettings.learningRateFactor(at: 0.9) - 0.3) < 1e-6)
    var random = RandomSource(seed: 6)
    var training = ARALTraining(.small, settings: .svhn, using: &random)
    training.setLearningRates(at: 0.8)
    #expect(abs(training.classifierOptimizer.learningRate - 6e-4) < 1e-9)
    training.setLearningRates(at: 1)
    #expect(training.autoencoderOptimizer.learningRate == 1e-4)
  }

  @Test(arguments: ARALConfiguration.Architecture.allCases)
  func onlyTheGeneratorIsRefined(architecture: ARALConfiguration.Architecture) throws {
    var random = RandomSource(seed: 8)
    var training = training(architecture)
    let labels = [0, 1, 0, 1, 0, 1]
    let images = bars(labels, dark: 0, using: &random)
    for _ in 0..<3 { _ = try training.step(labelled: images, labels: labels, unlabelled: images, using: &random) }
    let before = training
    for step in 0..<5 {
      let draws = ARALTraining.Draws(count: 6, training.configuration, using: &random)
      let loss = try training.refineGenerator(
        unlabelled: images, draws: draws, progress: Float(step) / 5, using: &random)
      #expect(loss.isFinite && loss > 0)
    }
    func bits(_ module: some Module) -> [[Float]] { module.parameters(includingState: true).map(\.tensor.scalars) }
    #expect(bits(training.classifier) == bits(before.classifier))
    #expect(bits(training.sampler) == bits(before.sampler))
    #expect(bits(training.autoencoder.encoder) == bits(before.autoencoder.encoder))
    #expect(bits(training.autoencoder.generator) != bits(before.autoencoder.generator))
    #expect(training.steps == 8)
  }

  @Test func featuresAreComparedClassByClass() {
    let a = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let b = Tensor([0, 0, 2, 2, 9, 9], shape: [3, 2])
    // Class 0: means (2, 3) and (1, 1); class 1 only in a; class 2 only in b.
    let squared = ARALLosses.classFeatureDistance(a, [0, 0, 1], b, [0, 0, 2], classes: 3, .squared)
    let absolute = ARALLosses.classFeatureDistance(a, [0, 0, 1], b, [0, 0, 2], classes: 3, .absolute)
    #expect(abs(squared.scalar - 5 / 6) < 1e-6 && abs(absolute.scalar - 0.5) < 1e-6)
  }

  @Test(arguments: ARALConfiguration.Architecture.allCases)
  func bitsDoNotDependOnThreads(architecture: ARALConfiguration.Architecture) throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let labels = [0, 1, 0, 1, 0, 1]
    let runs = try [1, 2, 3, 8].map { threads in
      ThreadPool.threadCount = threads
      var random = RandomSource(seed: 7)
      var training = training(architecture)
      let losses = try (0..<10).map { _ in
        let images = bars(labels, dark: 0, using: &random)
        return try training.step(labelled: images, labels: labels, unlabelled: images, using: &random)
      }
      return (losses, training.autoencoder.parameters().map(\.tensor.scalars))
    }
    for run in runs.dropFirst() {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
  }

  @Test func divergenceIsAnError() {
    var random = RandomSource(seed: 8)
    var training = training(.convolutional)
    let images = Tensor(repeating: .nan, shape: [4, 16, 16, 1])
    #expect(throws: ARALTraining.Divergence.self) {
      _ = try training.step(labelled: images, labels: [0, 1, 0, 1], unlabelled: images, using: &random)
    }
  }
}
