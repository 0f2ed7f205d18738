import Models
import Tensor
import TestSupport
import Testing

@Suite struct VAALTrainingTests {
  private let configuration = BetaVAEConfiguration(imageSize: 16, channels: 1, latentSize: 8, width: 8)

  private func training(_ settings: VAALSettings = .corrected) -> VAALTraining {
    var random = RandomSource(seed: 1)
    return VAALTraining(configuration, hidden: [32, 32], settings: settings, using: &random)
  }

  /// A bright bar, horizontal or vertical, at a random place.
  private func bars(_ count: Int, vertical: Bool, using random: inout RandomSource) -> Tensor {
    var scalars = [Float](repeating: -1, count: count * 256)
    for image in 0..<count {
      let place = 3 + random.integer(below: 10)
      for along in 0..<16 {
        for across in place - 1...place + 1 {
          scalars[image * 256 + (vertical ? along * 16 + across : across * 16 + along)] = 1
        }
      }
    }
    return Tensor(scalars, shape: [count, 16, 16, 1])
  }

  @Test func reconstructionsApproachTheImages() throws {
    var random = RandomSource(seed: 2)
    var training = training()
    let held = bars(32, vertical: true, using: &random)
    var first: VAALTraining.Losses?
    var last: VAALTraining.Losses?
    for _ in 0..<150 {
      let losses = try training.step(
        labelled: bars(16, vertical: true, using: &random), unlabelled: bars(16, vertical: true, using: &random),
        using: &random)
      first = first ?? losses
      last = losses
    }
    let (before, after) = (try #require(first), try #require(last))
    #expect(after.autoencoder.labelledReconstruction < 0.3 * before.autoencoder.labelledReconstruction)
    #expect(after.autoencoder.unlabelledReconstruction < 0.3 * before.autoencoder.unlabelledReconstruction)
    // The mean image explains some of it; the codes have to explain the places.
    let mean = held.mean(alongAxes: [0], keepingAxes: true)
    let explained = meanSquaredError(training.autoencoder.reconstructions(of: held), held).scalar
    #expect(explained < 0.5 * (held - mean).squared().mean().scalar)
    #expect(after.autoencoder.unlabelledDivergence > 1, "the posterior has collapsed")
  }

  /// As the released code weighs its terms, the codes end up saying nothing about the images: decoding them is no
  /// better than answering the mean image.
  @Test func theReleasedWeightingCollapses() throws {
    var random = RandomSource(seed: 3)
    var training = training(.releasedCode)
    let held = bars(32, vertical: true, using: &random)
    var losses: VAALTraining.Losses?
    for _ in 0..<300 {
      losses = try training.step(
        labelled: bars(16, vertical: true, using: &random), unlabelled: bars(16, vertical: true, using: &random),
        using: &random)
    }
    // Summed over 16 images.
    let divergence = try #require(losses).autoencoder.unlabelledDivergence / 16
    #expect(divergence < 0.2, "\(divergence) nats per image")
    let mean = held.mean(alongAxes: [0], keepingAxes: true)
    let error = meanSquaredError(training.autoencoder.reconstructions(of: held), held).scalar
    let ofMean = (held - mean).squared().mean().scalar
    #expect(error > 0.9 * ofMean, "\(error) against \(ofMean)")
  }

  /// Against a β-VAE that does not resist, a discriminator finds the images that are unlike the labelled ones.
  @Test func unseenKindsScoreLowest() throws {
    var random = RandomSource(seed: 4)
    var training = training(VAALSettings(adversarialWeight: 0, discriminatorLearningRate: 2e-3))
    func pool(_ count: Int) -> Tensor {
      concatenate([
        bars(count, vertical: true, using: &random), bars(count, vertical: false, using: &random),
      ])
    }
    var accuracy: Float = 0
    for _ in 0..<250 {
      let losses = try training.step(
        labelled: bars(16, vertical: true, using: &random), unlabelled: pool(8), using: &random)
      accuracy = losses.discriminator.accuracy
    }
    #expect(accuracy > 0.6)
    let logits = training.labelledLogits(for: pool(50), batchSize: 32)
    let order = logits.indices.sorted { logits[$0] < logits[$1] }
    #expect(order.prefix(30).count { $0 >= 50 } >= 27, "of the 30 lowest, most are horizontal")
  }

  @Test func scoresDoNotDependOnTheBatch() throws {
    var random = RandomSource(seed: 5)
    var training = training()
    let images = bars(20, vertical: true, using: &random)
    for _ in 0..<3 { _ = try training.step(labelled: images, unlabelled: images, using: &random) }
    let together = training.labelledLogits(for: images)
    #expect(relativeError(Tensor(training.labelledLogits(for: images, batchSize: 3)), Tensor(together)) < 1e-5)
  }

  /// The discriminator's update leaves the β-VAE's parameters and the decoder's running statistics alone.
  @Test func theDiscriminatorsUpdateIsItsOwn() throws {
    var random = RandomSource(seed: 6)
    var training = training()
    let images = bars(8, vertical: false, using: &random)
    let before = training.autoencoder
    _ = try training.updateDiscriminator(labelled: images, unlabelled: images, using: &random)
    #expect(
      before.parameters().map(\.tensor.scalars) == training.autoencoder.parameters().map(\.tensor.scalars))
    #expect(
      before.decoder.parameters(includingState: true).map(\.tensor.scalars)
        == training.autoencoder.decoder.parameters(includingState: true).map(\.tensor.scalars))
    #expect(training.steps == 0 && training.discriminatorOptimizer.step == 1)
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let runs = try [1, 2, 3, 8].map { threads in
      ThreadPool.threadCount = threads
      var random = RandomSource(seed: 7)
      var training = training()
      let losses = try (0..<10).map { _ in
        try training.step(
          labelled: bars(8, vertical: true, using: &random), unlabelled: bars(8, vertical: false, using: &random),
          using: &random)
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
    var training = training()
    let images = Tensor(repeating: .nan, shape: [4, 16, 16, 1])
    #expect(throws: VAALTraining.Divergence.self) {
      _ = try training.step(labelled: images, unlabelled: images, using: &random)
    }
  }
}
