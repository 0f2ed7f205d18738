import ActiveLoop
import Foundation
import Models
import Tensor
import Testing

/// Networks of a few units for images of 8 × 8, and a pool of two kinds of bars with noise.
enum ARALToys {
  static func settings(
    _ mode: ARALSettings.Mode = .full, steps: Int = 30, refit: ARALLearnerSettings.Refit = .scratch
  ) -> ARALLearnerSettings {
    let networks = ARALConfiguration(
      architecture: .dense, imageSize: 8, channels: 1, classes: 2, latentSize: 4, classifierWidths: [16, 8],
      autoencoderWidth: 12, samplerWidth: 8, inputNoise: 0.1, hiddenNoise: 0.1)
    var settings = ARALLearnerSettings(networks: networks, losses: .mnist, epochs: 1, batch: 10)
    (settings.steps, settings.losses.mode, settings.refit) = (steps, mode, refit)
    return settings
  }

  /// Sample i shows a bar on the left if i is even, on the right otherwise.
  static func pool(_ count: Int = 60, seed: Int = 3) -> Tensor {
    var random = RandomSource(seed: seed)
    let noise = Tensor(uniform: [count, 8, 8, 1], using: &random).scalars
    let scalars = noise.indices.map { i -> Float in
      let (sample, column) = (i / 64, i % 8)
      let isBar = sample % 2 == 0 ? column < 3 : column > 4
      return 0.3 * noise[i] + (isBar ? 0.7 : 0)
    }
    return Tensor(scalars, shape: [count, 8, 8, 1])
  }

  static func samples(of pool: Tensor, _ count: Int = 6) -> LabelledSamples {
    LabelledSamples(inputs: pool.rows(0..<count), labels: (0..<count).map { $0 % 2 }, classCount: 2)
  }

  static func fitted(
    _ settings: ARALLearnerSettings = settings(), pool: Tensor = pool(), seed: Int = 1
  ) throws -> ARALLearner {
    var learner = try ARALLearner(settings, unlabelled: pool)
    try learner.fit(samples(of: pool), from: FitStreams(RandomSource(seed: seed)))
    return learner
  }
}

/// Learners that an observer was shown.
private final class SeenLearners: @unchecked Sendable {
  private let lock = NSLock()
  private var learners: [ARALLearner] = []
  func append(_ learner: ARALLearner) { lock.withLock { learners.append(learner) } }
  var all: [ARALLearner] { lock.withLock { learners } }
}

@Suite("ARAL as a learner")
struct ARALLearnerTests {
  @Test("answers have the shapes and sums they should, in every mode", arguments: ARALSettings.Mode.allCases)
  func conformance(mode: ARALSettings.Mode) throws {
    let pool = ARALToys.pool()
    let learner = try ARALToys.fitted(ARALToys.settings(mode, steps: 150))
    let probabilities = learner.probabilities(for: pool)
    #expect(probabilities.shape == [60, 2] && learner.embeddings(for: pool).shape == [60, 8])
    for row in 0..<60 {
      let (a, b) = (probabilities.scalars[2 * row], probabilities.scalars[2 * row + 1])
      #expect(a >= 0 && b >= 0 && abs(a + b - 1) < 1e-5)
    }
    #expect(learner.predictions(for: pool) == probabilities.argmax())
    // Two kinds of bars that do not overlap: six labels are enough.
    #expect(zip(learner.predictions(for: pool), 0..<60).count { $0 == $1 % 2 } >= 57)
    for name in ["samplerLabelled", "samplerUnlabelled", "trainingAccuracy"] {
      #expect((0...1).contains(try #require(learner.figures[name])))
    }
    #expect(learner.figures["steps"] == 150)
    #expect((learner.figures["loss.real"] == 0) == !mode.seesUnlabelled)
    #expect((learner.figures["loss.generated"] == 0) == !mode.seesGenerated)
    var random = RandomSource(seed: 4)
    let images = learner.generated(5, of: 1, using: &random)
    #expect(images.shape == [5, 8, 8, 1] && images.scalars.allSatisfy { (0...1).contains($0) })
  }

  @Test("the same streams give the same bits, others do not")
  func reproducibility() throws {
    let pool = ARALToys.pool()
    let (first, again, other) = (try ARALToys.fitted(), try ARALToys.fitted(), try ARALToys.fitted(seed: 2))
    #expect(first.probabilities(for: pool).scalars == again.probabilities(for: pool).scalars)
    #expect(first.samplerLogits(for: pool).scalars == again.samplerLogits(for: pool).scalars)
    #expect(first.figures == again.figures)
    #expect(first.probabilities(for: pool).scalars != other.probabilities(for: pool).scalars)
  }

  /// One step from the same weights: what the classifier becomes depends on unlabelled images in the modes that see them,
  /// and in no other. Noise is off, so that nothing but the images differs.
  @Test("unlabelled images reach the classifier in the modes that say so", arguments: ARALSettings.Mode.allCases)
  func gradients(mode: ARALSettings.Mode) throws {
    var settings = ARALToys.settings(mode, steps: 1)
    (settings.networks.inputNoise, settings.networks.hiddenNoise) = (0, 0)
    let labelled = ARALToys.samples(of: ARALToys.pool())
    func classifier(_ unlabelled: Tensor) throws -> [[Float]] {
      var learner = try ARALLearner(settings, unlabelled: unlabelled)
      try learner.fit(labelled, from: FitStreams(RandomSource(seed: 1)))
      return try #require(learner.networks).classifier.parameters().map(\.tensor.scalars)
    }
    let (one, other) = (try classifier(ARALToys.pool()), try classifier(ARALToys.pool(seed: 8)))
    #expect((one != other) == mode.seesUnlabelled)
  }

  @Test("generated images reach the classifier in the modes that say so")
  func generatedImages() throws {
    let modes = ARALSettings.Mode.allCases
    let parameters = try modes.map { mode -> [[Float]] in
      var settings = ARALToys.settings(mode, steps: 1)
      (settings.networks.inputNoise, settings.networks.hiddenNoise) = (0, 0)
      return try #require(try ARALToys.fitted(settings).networks).classifier.parameters().map(\.tensor.scalars)
    }
    for i in modes.indices {
      for j in 0..<i { #expect(parameters[i] != parameters[j], "\(modes[i]) and \(modes[j]) do the same") }
    }
  }

  @Test("a fit from scratch forgets, a warm one goes on and can be restored")
  func refits() throws {
    let pool = ARALToys.pool()
    let streams = FitStreams(RandomSource(seed: 9))
    for refit in ARALLearnerSettings.Refit.allCases {
      let settings = ARALToys.settings(steps: 5, refit: refit)
      var second = try ARALToys.fitted(settings)
      let carried = second.carried
      #expect(!carried.isEmpty)
      var restored = try ARALLearner(settings, unlabelled: pool)
      try restored.restore(carried, from: streams)
      #expect(second.samplerLogits(for: pool).scalars == restored.samplerLogits(for: pool).scalars)
      try second.fit(ARALToys.samples(of: pool, 8), from: streams)
      try restored.fit(ARALToys.samples(of: pool, 8), from: streams)
      // Without an earlier fit a warm start is a start from scratch, which the carried weights must differ from.
      var fresh = try ARALLearner(settings, unlabelled: pool)
      try fresh.fit(ARALToys.samples(of: pool, 8), from: streams)
      #expect(second.samplerLogits(for: pool).scalars == restored.samplerLogits(for: pool).scalars)
      #expect(
        (second.probabilities(for: pool).scalars == fresh.probabilities(for: pool).scalars) == (refit == .scratch))
    }
  }

  @Test("with a weight on their classes, generated images show them; without, nothing changes")
  func generatedClasses() throws {
    var settings = ARALToys.settings(steps: 400)
    let plain = try ARALToys.fitted(settings)
    #expect(plain.figures["loss.generatedClasses"] == 0)
    settings.losses.generatedClassWeight = 1
    let told = try ARALToys.fitted(settings)
    let (before, after) = (plain.figures["generatedAgreement"] ?? 1, told.figures["generatedAgreement"] ?? 0)
    #expect(after >= 0.95 && after > before, "\(before), then \(after)")
    // The pixels say so too: class 0 is a bar on the left, class 1 on the right.
    var random = RandomSource(seed: 5)
    for label in 0..<2 {
      let pixels = told.generated(20, of: label, using: &random).scalars
      func brightness(_ columns: Range<Int>) -> Float {
        pixels.indices.reduce(0) { columns.contains($1 % 8) ? $0 + pixels[$1] : $0 }
      }
      #expect((brightness(0..<3) > brightness(5..<8)) == (label == 0))
    }
    settings.losses.generatedClassWeight = -1
    #expect(throws: ExperimentError.self) { try ARALLearner(settings, unlabelled: ARALToys.pool()) }
  }

  @Test("a generator that is refined afterwards shows its classes, and nothing else changes")
  func refinedGenerator() throws {
    var settings = ARALToys.settings(steps: 400)
    let plain = try ARALToys.fitted(settings)
    settings.generatorSteps = 300
    let refined = try ARALToys.fitted(settings)
    let pool = ARALToys.pool()
    #expect(refined.probabilities(for: pool).scalars == plain.probabilities(for: pool).scalars)
    #expect(refined.samplerLogits(for: pool).scalars == plain.samplerLogits(for: pool).scalars)
    let (before, after) = (plain.figures["generatedAgreement"] ?? 1, refined.figures["generatedAgreement"] ?? 0)
    #expect(after >= 0.95 && after > before, "\(before), then \(after)")
    settings.generatorSteps = -1
    #expect(throws: ExperimentError.self) { try ARALLearner(settings, unlabelled: pool) }
  }

  @Test("whoever looks at each fit sees the learner as it is then")
  func observer() throws {
    let seen = SeenLearners()
    var learner = try ARALLearner(ARALToys.settings(steps: 3), unlabelled: ARALToys.pool())
    learner.onFitted = { seen.append($0) }
    for seed in 1...2 {
      try learner.fit(ARALToys.samples(of: ARALToys.pool()), from: FitStreams(RandomSource(seed: seed)))
      #expect(seen.all.count == seed && seen.all.last?.figures == learner.figures)
    }
  }

  @Test("the small presets have valid sizes", arguments: ARALLearnerSettings.Preset.allCases)
  func presets(preset: ARALLearnerSettings.Preset) throws {
    let settings = ARALLearnerSettings(preset)
    try settings.validate()
    #expect((settings.losses.generatedClassWeight > 0) == (preset == .smallClasses))
    let (size, channels) = (settings.networks.imageSize, settings.networks.channels)
    #expect((size, channels) == (preset == .mnist || preset == .small || preset == .smallClasses ? (28, 1) : (32, 3)))
  }

  @Test("what cannot be fitted is said, and leaves the learner as it was")
  func errors() throws {
    let pool = ARALToys.pool()
    var learner = try ARALToys.fitted()
    let before = learner.probabilities(for: pool).scalars
    let streams = FitStreams(RandomSource(seed: 1))
    #expect(throws: ARALLearnerError.noSamples) {
      try learner.fit(LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 2), from: streams)
    }
    let broken = LabelledSamples(
      inputs: Tensor([Float](repeating: .nan, count: 64), shape: [1, 8, 8, 1]), labels: [0], classCount: 2)
    #expect(throws: ARALLearnerError.nonFiniteLoss(step: 1, loss: "classifier's")) {
      try learner.fit(broken, from: streams)
    }
    #expect(learner.probabilities(for: pool).scalars == before)
    #expect(throws: ARALLearnerError.self) {
      try learner.restore([("classifier.no", Tensor([1]))], from: streams)
    }
    #expect(throws: ExperimentError.self) { try ARALLearner(.init(.cifar), unlabelled: pool) }
    var settings = ARALToys.settings()
    settings.batch = 1
    #expect(throws: ExperimentError.self) { try ARALLearner(settings, unlabelled: pool) }
  }

  @Test("convolutional networks take the pool in [0, 1]")
  func convolutions() throws {
    let networks = ARALConfiguration(
      architecture: .convolutional, imageSize: 16, channels: 1, classes: 2, latentSize: 4, classifierWidths: [4, 4],
      autoencoderWidth: 4, samplerWidth: 8)
    var settings = ARALLearnerSettings(networks: networks, losses: .cifar, epochs: 1, batch: 4)
    settings.steps = 2
    var random = RandomSource(seed: 1)
    let pool = Tensor(uniform: [8, 16, 16, 1], using: &random)
    var learner = try ARALLearner(settings, unlabelled: pool)
    try learner.fit(
      LabelledSamples(inputs: pool.rows(0..<4), labels: [0, 1, 0, 1], classCount: 2), using: &random)
    let networksAfter = try #require(learner.networks)
    let expected = softmax(networksAfter.classifier(pool * 2 - 1)).scalars
    #expect(learner.probabilities(for: pool).scalars == expected)
    #expect(learner.generated(3, of: 0, using: &random).scalars.allSatisfy { (0...1).contains($0) })
  }
}
