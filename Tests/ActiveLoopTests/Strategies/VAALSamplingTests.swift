import ActiveLoop
import Models
import Tensor
import Testing

/// Bars and their places: images of 8 × 8 pixels in [0, 1], small enough for a training in a test.
struct Bars {
  /// Horizontal ones have 0, vertical ones 1.
  static func images(_ count: Int, isVertical: (Int) -> Bool, seed: Int) -> Tensor {
    var random = RandomSource(seed: seed).stream("bars")
    var scalars = [Float](repeating: 0, count: count * 64)
    for image in 0..<count {
      let (place, level) = (random.integer(below: 8), random.uniform(in: 0.6..<1))
      for along in 0..<8 { scalars[image * 64 + (isVertical(image) ? along * 8 + place : place * 8 + along)] = level }
    }
    return Tensor(scalars, shape: [count, 8, 8, 1])
  }

  /// Sizes and length for them.
  static func configuration(steps: Int = 15) -> VAALConfiguration {
    var configuration = VAALConfiguration.small
    (configuration.width, configuration.latentSize, configuration.hidden) = (4, 6, [16])
    (configuration.steps, configuration.batchSize) = (steps, 16)
    return configuration
  }
}

@Suite("VAAL")
struct VAALSamplingTests {
  private let inputs = Bars.images(90, isVertical: { $0 % 2 == 0 }, seed: 1)
  private let learner = FixedHyperplane(weights: [1])
  private let taken = Array(stride(from: 0, to: 90, by: 4))

  private func pool(without taken: [Int]) -> UnlabelledPool {
    var pool = UnlabelledPool(inputs: inputs)
    pool.remove(taken)
    return pool
  }

  private func select(
    _ count: Int, _ configuration: VAALConfiguration = Bars.configuration(), from pool: UnlabelledPool,
    labelled: [Int], labels: [Int]? = nil, seed: Int = 3
  ) throws -> QuerySelection {
    var random = RandomSource(seed: seed)
    return try VAALSampling<FixedHyperplane>(configuration).selection(
      of: count, from: pool, learner: learner,
      context: QueryContext(
        round: 1, labelledIndices: labelled, labels: labels ?? labelled.map { $0 % 2 }, classCount: 2),
      using: &random)
  }

  @Test("distinct, unlabelled, as many as asked for", arguments: VAALConfiguration.Ablation.allCases)
  func conformance(ablation: VAALConfiguration.Ablation) throws {
    let (pool, configuration) = (pool(without: taken), Bars.configuration().without(ablation))
    let selection = try select(12, configuration, from: pool, labelled: taken)
    #expect(selection.indices.count == 12 && Set(selection.indices).count == 12)
    #expect(Set(selection.indices).isSubset(of: pool.indices))
    #expect(selection == (try select(12, configuration, from: pool, labelled: taken)))
    #expect(selection.indices != (try select(12, configuration, from: pool, labelled: taken, seed: 4)).indices)
    #expect((selection.figures["activeUnits"] == nil) == (ablation == .noAutoencoder))
    #expect(selection.figures["steps"] == 15)
    #expect(try select(500, configuration, from: pool, labelled: taken).indices.sorted() == pool.indices)
  }

  @Test("an empty pool, a single sample, a single label, and none")
  func extremes() throws {
    #expect(try select(5, from: pool(without: Array(0..<90)), labelled: Array(0..<90)).indices.isEmpty)
    #expect(try select(5, from: pool(without: Array(0..<89)), labelled: Array(0..<89)).indices == [89])
    #expect(try select(5, from: pool(without: [7]), labelled: [7]).indices.count == 5)
    let blind = try select(5, from: pool(without: []), labelled: [])
    #expect(Set(blind.indices).count == 5 && blind.warnings.count == 1)
    var random = RandomSource(seed: 1)
    #expect(throws: ContextMissing.self) {
      try VAALSampling().query(5, from: pool(without: []), learner: learner, using: &random)
    }
  }

  @Test("labels are not looked at")
  func labels() throws {
    let pool = pool(without: taken)
    let plain = try select(12, from: pool, labelled: taken)
    #expect(try select(12, from: pool, labelled: taken, labels: taken.map { 1 - $0 % 2 }) == plain)
  }

  @Test("samples that are neither labelled nor in the pool are not looked at")
  func retired() throws {
    let gone = [1, 2, 3]
    let plain = try select(12, from: pool(without: taken + gone), labelled: taken)
    var trapped = UnlabelledPool(samples: TrappedSamples(inputs: inputs, trapped: gone))
    trapped.remove(taken + gone)
    #expect(try select(12, from: trapped, labelled: taken) == plain)
  }

  private func trained(_ configuration: VAALConfiguration) throws -> VAALSampler {
    var random = RandomSource(seed: 5)
    var sampler = try VAALSampler(configuration, imageShape: [8, 8, 1], using: &random)
    try sampler.train(on: pool(without: taken), labelled: taken, using: &random)
    return sampler
  }

  @Test("scores of one model do not depend on the order of the pool or on batches; the released code's do")
  func scores() throws {
    var random = RandomSource(seed: 6)
    let order = random.permutation(of: 90)
    let shuffled = UnlabelledPool(inputs: inputs.gathered(rows: order))
    func spread(_ configuration: VAALConfiguration) throws -> (order: Float, batch: Float) {
      var small = configuration
      small.scoringBatch = 7
      // Two samplers that differ in the batch alone.
      let (model, other) = (try trained(configuration), try trained(small))
      let plain = try model.scores(of: pool(without: []))
      let permuted = try other.scores(of: shuffled)
      let batched = try other.scores(of: pool(without: []))
      let scale = plain.map(abs).max() ?? 0
      func gap(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max().map { $0 / scale } ?? 0 }
      return (gap(order.map { plain[$0] }, permuted), gap(plain, batched))
    }
    // Rounding of sums of a few hundred products.
    let sound = try spread(Bars.configuration())
    #expect(sound.order < 1e-4 && sound.batch < 1e-4)
    var defect = Bars.configuration()
    defect.scoring = .trainingMode
    let released = try spread(defect)
    #expect(released.order > 1e-2 && released.batch > 1e-2)
  }

  @Test("images that look like no labelled one are found", arguments: VAALConfiguration.Ablation.allCases)
  func strangers(ablation: VAALConfiguration.Ablation) throws {
    // All labels are of horizontal bars, of which a third of the pool consists.
    let images = Bars.images(240, isVertical: { $0 >= 120 }, seed: 7)
    let labelled = Array(0..<60)
    var pool = UnlabelledPool(inputs: images)
    pool.remove(labelled)
    var configuration = Bars.configuration(steps: 350).without(ablation)
    configuration.width = 8
    (configuration.losses.autoencoderLearningRate, configuration.losses.discriminatorLearningRate) = (2e-3, 2e-3)
    // A β-VAE that may deceive does; here the question is what the codes say.
    if ablation == .none { configuration.losses.adversarialWeight = 0.1 }
    var random = RandomSource(seed: 8)
    var sampler = try VAALSampler(configuration, imageShape: [8, 8, 1], using: &random)
    try sampler.train(on: pool, labelled: labelled, using: &random)
    let scores = try sampler.scores(of: pool)
    let horizontal = zip(pool.indices, scores).filter { $0.0 < 120 }.map(\.1)
    let vertical = zip(pool.indices, scores).filter { $0.0 >= 120 }.map(\.1)
    let wins = vertical.reduce(0) { sum, low in sum + horizontal.count { $0 > low } }
    let area = Double(wins) / Double(vertical.count * horizontal.count)
    // Scores that say nothing give ½ ± 0.05.
    #expect(area > 0.75)
  }

  @Test("settings and images that make no sense are errors")
  func errors() throws {
    var configuration = Bars.configuration()
    configuration.batchSize = 1
    #expect(throws: ExperimentError.self) { try select(5, configuration, from: pool(without: [1]), labelled: [1]) }
    let flat = UnlabelledPool(inputs: Clouds().samples(20, seed: 1).inputs).offering(only: Array(1..<20))
    #expect(throws: ExperimentError.self) { try select(5, from: flat, labelled: [0]) }
    for preset in [VAALConfiguration.paper, .releasedCode, .corrected, .small] { try preset.validate() }
    let defects = VAALConfiguration.small.withReleasedDefects()
    #expect(defects.losses.bound.weighting == .releasedCode && defects.scoring == .trainingMode)
    #expect(defects.initialization == .releasedCode && defects.width == VAALConfiguration.small.width)
  }
}
