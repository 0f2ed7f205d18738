import ActiveLoop
import Models
import Tensor
import TestSupport
import Testing

@Suite("SelfTaughtFeatures")
struct SelfTaughtFeaturesTests {
  /// Images of 10 pixels: a bright bar from the top left, or from the top right, on noise.
  private static func strokes(_ count: Int, seed: Int) -> (images: Tensor, labels: [Int]) {
    var random = RandomSource(seed: seed)
    var (scalars, labels) = ([Float](), [Int]())
    for _ in 0..<count {
      let (label, shift) = (random.integer(below: 2), random.integer(below: 5) - 2)
      labels.append(label)
      for y in 0..<10 {
        for x in 0..<10 {
          let column = label == 0 ? y + shift : 9 - y + shift
          scalars.append((x == column ? 0.8 : 0) + random.uniform(in: 0..<0.2))
        }
      }
    }
    return (Tensor(scalars, shape: [count, 10, 10, 1]), labels)
  }

  private static func model() throws -> RICA {
    var configuration = RICAConfiguration()
    (configuration.patchSide, configuration.filters, configuration.poolingRegions) = (4, 8, 2)
    (configuration.patches, configuration.iterations) = (400, 30)
    return try RICA.learn(configuration, from: strokes(60, seed: 1).images, using: RandomSource(seed: 1)).model
  }

  private func totalVariance(_ rows: Tensor) -> Float { rows.variance(alongAxes: [0]).sum().scalar }

  @Test("both blocks have half the total variance of the pixels, pixels come first")
  func scales() throws {
    let images = Self.strokes(60, seed: 1).images
    let map = SelfTaughtFeatures(try Self.model(), fittedTo: images, chunk: 7)
    let features = map.features(of: images)
    #expect(features.shape == [60, 100 + 4 * 8])
    let parts = features.split(sizes: [100, 32], alongAxis: 1)
    let half = totalVariance(images.flattened()) / 2
    #expect(abs(totalVariance(parts[0]) - half) < 1e-3 * half)
    #expect(abs(totalVariance(parts[1]) - half) < 1e-3 * half)
    #expect(relativeError(parts[0], images.flattened() * Float(0.5).squareRoot()) < 1e-6)
  }

  @Test("rows do not see each other, and gradients reach the images")
  func rows() throws {
    let images = Self.strokes(5, seed: 2).images
    let map = SelfTaughtFeatures(try Self.model(), fittedTo: images)
    let together = map.features(of: images)
    for row in 0..<5 {
      let alone = map.features(of: images.rows(row..<row + 1))
      #expect(relativeError(alone, together.rows(row..<row + 1)) < 1e-5)
    }
    var variable = Variable(images)
    let (_, gradient) = variable.valueAndGradient { map.features(of: $0.value).sum() }
    #expect(gradient.tensors[0].absoluteValue().max().scalar > 0)
  }

  @Test("mapped data are the features of the data, and a machine on them is the machine with the map")
  func mapping() throws {
    let (pool, test) = (Self.strokes(60, seed: 1), Self.strokes(40, seed: 3))
    let data = try ExperimentData(
      pool: pool.images, tests: [.init(name: "same", inputs: test.images, labels: test.labels)],
      classNames: ["falling", "rising"])
    let map = SelfTaughtFeatures(try Self.model(), fittedTo: pool.images)
    let mapped = try data.mapped(by: map, chunk: 9)
    #expect(mapped.classNames == data.classNames && mapped.tests.map(\.labels) == data.tests.map(\.labels))
    #expect(relativeError(mapped.pool, map.features(of: pool.images)) < 1e-6)
    let samples = LabelledSamples(inputs: pool.images, labels: pool.labels, classCount: 2)
    let seen = LabelledSamples(inputs: mapped.pool, labels: pool.labels, classCount: 2)
    var learner = SupportVectorLearner(featureMap: map)
    var plain = SupportVectorLearner()
    var random = RandomSource(seed: 1)
    try learner.fit(samples, using: &random)
    random = RandomSource(seed: 1)
    try plain.fit(seen, using: &random)
    let values = learner.decisionValues(for: test.images)
    #expect(relativeError(plain.decisionValues(for: mapped.tests[0].inputs), values) < 1e-3)
    let right = zip(learner.predictions(for: test.images), test.labels).count { $0 == $1 }
    #expect(right >= 36)
  }

  @Test("the scheme asks what passive random sampling asks, and needs no generator")
  func scheme() async throws {
    #expect(Scheme(rawValue: "self-taught") == .selfTaught && !Scheme.selfTaught.needsGenerator)
    let toy = ToyExperiment()
    let random = try await toy.outcomes(.random)
    let taught = try await toy.outcomes(.selfTaught)
    #expect(taught.map(\.state.ledger.origins) == random.map(\.state.ledger.origins))
    #expect(taught.map(\.record.metrics) == random.map(\.record.metrics))
    #expect(Set(taught.map(\.record.scheme)) == ["self-taught"])
  }
}

@Suite("Query synthesis by L-BFGS")
struct QuasiNewtonSynthesisTests {
  private typealias Synthesizer = GenerativeAdversarialSynthesizer<ToyGenerator, FixedHyperplane>

  private let generator = ToyGenerator(latentSize: 6, imageShape: [3, 3, 1])
  private let learner = FixedHyperplane(weights: [1, -1, 0.5, 2, -0.3, 0.7, 1, -2, 0.4], bias: -1.1)

  private func settings(steps: Int = 3, tolerance: Float = 0) -> SynthesisSettings {
    SynthesisSettings(steps: steps, tolerance: tolerance, method: .lbfgs)
  }

  @Test("a few steps bring every start nearer, in range, and the same bits every time")
  func descent() {
    func run() -> SynthesizedQueries {
      var random = RandomSource(seed: 1)
      return Synthesizer(generator: generator, settings: settings()).synthesize(10, learner: learner, using: &random)
    }
    let result = run()
    #expect(result.inputs.shape == [10, 3, 3, 1])
    for (before, after) in zip(result.initialObjectives, result.objectives) { #expect(after < before || after < 1e-6) }
    let means = [result.objectives, result.initialObjectives].map { $0.reduce(0, +) / 10 }
    #expect(means[0] < 0.1 * means[1], "\(means)")
    #expect(result.latents.absoluteValue().max().scalar <= 1)
    #expect(boundaryDistances(ofDecisionValues: learner.decisionValues(for: result.inputs)) == result.objectives)
    #expect(bitMismatch(run().latents, result.latents) == nil)
  }

  @Test("one start ends where it ends in a batch, and one that cannot be computed leaves the others alone")
  func independence() {
    var random = RandomSource(seed: 2)
    let starts = generator.latents(4, using: &random)
    let synthesizer = Synthesizer(generator: generator, settings: settings())
    let together = synthesizer.descend(from: starts, targets: [0, 1, 2, 3], learner: learner).rows
    for row in 0..<4 {
      let alone = synthesizer.descend(from: starts.rows(row..<row + 1), targets: [row], learner: learner).rows[0]
      for (a, b) in zip(alone.latent, together[row].latent) { #expect(abs(a - b) < 1e-4) }
    }
    var spoiled = starts
    spoiled.withUnsafeMutableScalars { $0[6] = .nan }
    let rows = synthesizer.descend(from: spoiled, targets: [0, 1, 2, 3], learner: learner).rows
    #expect(rows.map { $0.isFailure(synthesizer.settings) } == [false, true, false, false])
    for row in [0, 2, 3] { #expect(rows[row].latent == together[row].latent) }
  }

  @Test("the number of steps is a limit, and a tolerance ends it sooner")
  func stops() {
    var random = RandomSource(seed: 5)
    let starts = generator.latents(10, using: &random)
    func means(_ settings: SynthesisSettings) -> Float {
      let synthesizer = Synthesizer(generator: generator, settings: settings)
      return synthesizer.descend(from: starts, targets: Array(0..<10), learner: learner).rows
        .map(\.final).reduce(0, +) / 10
    }
    #expect(means(settings(steps: 20)) < means(settings(steps: 1)))
    let loose = means(settings(steps: 20, tolerance: 0.2))
    #expect(loose > means(settings(steps: 20)) && loose <= 0.2)
  }

  @Test("it knows no diversity")
  func diversity() {
    var configuration = GenerativeExperimentConfiguration()
    configuration.synthesis.method = .lbfgs
    #expect(throws: Never.self) { try configuration.validate() }
    configuration.synthesis.diversityWeight = 0.1
    #expect(throws: ExperimentError.self) { try configuration.validate() }
  }
}
