import ActiveLoop
import Foundation
import Tensor
import Testing

@Suite("Strategies that synthesize and take the nearest samples")
struct GenerativePoolStrategyTests {
  private let clouds = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])

  @Test("ASAL takes, one after the other, the nearest sample that is left")
  func naiveASAL() throws {
    var learner = ToyEmbedder(clouds)
    learner.scale = 3
    let inputs = clouds.samples(700, seed: 4).inputs
    var pool = UnlabelledPool(inputs: inputs)
    pool.remove(Array(stride(from: 0, to: 700, by: 5)))
    let strategy = ASAL<ToyGenerator, ToyEmbedder>(generator: .plane, batchSize: 64)
    var (random, again) = (RandomSource(seed: 5), RandomSource(seed: 5))
    let chosen = try strategy.query(25, from: pool, learner: learner, using: &random)

    let images = strategy.synthesizer.synthesize(25, learner: learner, using: &again).inputs
    let (targets, rows) = (doubleRows(learner.embeddings(for: images)), doubleRows(learner.embeddings(for: inputs)))
    var expected: [Int] = []
    for turn in 0..<25 {
      let left = pool.indices.filter { !expected.contains($0) }
      let target = targets[turn % targets.count]
      let nearest = left.min { naiveSquaredDistance(rows[$0], target) < naiveSquaredDistance(rows[$1], target) }
      expected.append(try #require(nearest))
    }
    #expect(chosen == expected)
  }

  @Test("ASAL's samples are less sure than the pool's")
  func uncertain() throws {
    let learner = ToyEmbedder(clouds)
    let inputs = clouds.samples(2000, seed: 6).inputs
    var random = RandomSource(seed: 7)
    let chosen = try ASAL(generator: ToyGenerator.plane).query(
      20, from: UnlabelledPool(inputs: inputs), learner: learner, using: &random)
    func entropy(_ rows: [Int]) -> Double {
      let p = learner.probabilities(for: inputs.gathered(rows: rows)).scalars
      let terms = p.map { Double($0) * log(Double(max($0, 1e-30))) }
      return -terms.reduce(0, +) / Double(rows.count)
    }
    let (found, usual) = (entropy(chosen), entropy(Array(0..<2000)))
    #expect(found > 2 * usual)
  }

  @Test("pool-filtered GAAL takes samples near the boundary, as many as asked for though images are fewer")
  func poolFiltered() throws {
    let two = Clouds(spread: 0.15)
    let inputs = two.samples(1500, seed: 8).inputs
    let learner = FixedHyperplane(weights: [1, 1], bias: -1)
    var random = RandomSource(seed: 9)
    let strategy = PoolFilteredGAAL<ToyGenerator, PixelFeatures, FixedHyperplane>(
      generator: .plane, features: PixelFeatures(), synthesisBatch: 7)
    let chosen = try strategy.query(30, from: UnlabelledPool(inputs: inputs), learner: learner, using: &random)
    let values = learner.decisionValues(for: inputs.gathered(rows: chosen)).scalars.map(abs)
    let all = learner.decisionValues(for: inputs).scalars.map(abs)
    let usual = all.reduce(0, +) / 1500
    let near = values.reduce(0, +) / 30
    #expect(near < 0.2 * usual)

    // Half of the images are blank, and what is left takes turns.
    let sparse = PoolFilteredGAAL<ToyGenerator, PixelFeatures, FixedHyperplane>(
      generator: .plane, features: PixelFeatures(),
      settings: SynthesisSettings(restartLimit: 0, minimumContrast: 0.4))
    var again = random
    let images = sparse.synthesizer.synthesize(30, learner: learner, using: &again).inputs
    #expect((1..<30).contains(images.shape[0]))
    let taken = try sparse.query(30, from: UnlabelledPool(inputs: inputs), learner: learner, using: &random)
    #expect(Set(taken).count == 30)
    let far = learner.decisionValues(for: inputs.gathered(rows: taken)).scalars.map(abs)
    let mean = far.reduce(0, +) / 30
    #expect(mean < 0.5 * usual)
  }

  @Test("the entropy objective is log K − H, and its descent ends where classes are equally likely")
  func entropyObjective() {
    // Two classes as one value, and as two: the same objective.
    let settings = SynthesisSettings(steps: 150, objective: .entropy, minimumContrast: 0)
    var (one, two) = (RandomSource(seed: 10), RandomSource(seed: 10))
    let hyperplane = FixedHyperplane(weights: [2, 1], bias: -1.6)
    var pair = ToyEmbedder(width: 2)
    pair.weights = Tensor([0, 2, 0, 1], shape: [2, 2])
    pair.bias = Tensor([0, -1.6])
    let single = GenerativeAdversarialSynthesizer<ToyGenerator, FixedHyperplane>(
      generator: .plane, settings: settings
    ).synthesize(8, learner: hyperplane, using: &one)
    let double = GenerativeAdversarialSynthesizer<ToyGenerator, ToyEmbedder>(generator: .plane, settings: settings)
      .synthesize(8, learner: pair, using: &two)
    let gaps = zip(single.latents.scalars, double.latents.scalars).map { abs($0 - $1) }
    #expect((gaps.max() ?? 1) < 1e-4)
    for (row, probability) in doubleRows(pair.probabilities(for: double.inputs)).enumerated() {
      let entropy = -probability.reduce(0) { $0 + $1 * log($1) }
      let expected: Double = log(2) - entropy
      #expect(abs(Double(double.objectives[row]) - expected) < 1e-5)
      #expect(double.objectives[row] < 0.01)
    }
  }
}
