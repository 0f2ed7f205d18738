import ActiveLoop
import Tensor
import Testing

@Suite("ARAL's query")
struct SamplerQueryTests {
  private let images = ARALToys.pool()

  private func pool(_ images: Tensor, without taken: [Int] = []) -> UnlabelledPool {
    var pool = UnlabelledPool(inputs: images)
    pool.remove(taken)
    return pool
  }

  private func chosen(
    _ count: Int, _ images: Tensor, _ learner: ARALLearner, _ query: SamplerQuery = SamplerQuery(), seed: Int = 1
  ) throws -> [Int] {
    var random = RandomSource(seed: seed)
    return try query.query(count, from: pool(images), learner: learner, using: &random)
  }

  @Test("takes the lowest logits of what is left, lowest first")
  func lowest() throws {
    let learner = try ARALToys.fitted()
    let logits = learner.samplerLogits(for: images).scalars
    let left = (0..<60).filter { $0 % 7 != 0 }
    var random = RandomSource(seed: 2)
    let query = SamplerQuery(batchSize: 7)
    let taken = (0..<60).filter { $0 % 7 == 0 }
    let choice = try query.query(9, from: pool(images, without: taken), learner: learner, using: &random)
    let sorted = choice.map { logits[$0] }
    #expect(Set(choice).count == 9 && choice.allSatisfy { left.contains($0) })
    // Other batches round differently, by a few units of the last place.
    let tolerance = 1e-4 * (logits.map(abs).max() ?? 1)
    for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(a <= b + tolerance) }
    let rest = left.filter { !choice.contains($0) }.map { logits[$0] }
    #expect(try #require(sorted.last) <= (try #require(rest.min())) + tolerance)
    #expect(try query.query(100, from: pool(images), learner: learner, using: &random).count == 60)
    #expect(
      try query.query(5, from: pool(images, without: Array(0..<60)), learner: learner, using: &random).isEmpty)
  }

  @Test("batches of other sizes change scores by rounding alone")
  func batches() throws {
    let learner = try ARALToys.fitted()
    let whole = learner.samplerLogits(for: images).scalars
    let scale = whole.map(abs).max() ?? 1
    for size in [1, 7, 32] {
      let parts = try pool(images).scores(batchSize: size) { learner.samplerLogits(for: $0) }.scalars
      for (a, b) in zip(whole, parts) { #expect(abs(a - b) <= 1e-4 * scale) }
    }
  }

  /// The trained model is the same; the pool comes in another order.
  private func followsPermutation(_ query: SamplerQuery) throws -> Bool {
    let learner = try ARALToys.fitted()
    var random = RandomSource(seed: 6)
    let permutation = random.permutation(of: 60)
    let plain = try chosen(6, images, learner, query)
    let permuted = try chosen(6, images.gathered(rows: permutation), learner, query).map { permutation[$0] }
    return Set(plain) == Set(permuted)
  }

  private func takesLowest(_ query: SamplerQuery) throws -> Bool {
    let learner = try ARALToys.fitted()
    let logits = learner.samplerLogits(for: images).scalars
    let lowest = logits.indices.sorted { logits[$0] < logits[$1] }.prefix(6)
    return Set(try chosen(6, images, learner, query)) == Set(lowest)
  }

  @Test("the laws hold, and each defect of the released code breaks the one it should")
  func defects() throws {
    #expect(try followsPermutation(SamplerQuery()))
    #expect(try takesLowest(SamplerQuery()))
    var shuffled = SamplerQuery.Defects()
    shuffled.shufflesScores = true
    #expect(try !followsPermutation(SamplerQuery(defects: shuffled)))
    var reversed = SamplerQuery.Defects()
    reversed.reversesSign = true
    #expect(try followsPermutation(SamplerQuery(defects: reversed)))
    #expect(try !takesLowest(SamplerQuery(defects: reversed)))
    #expect(try !takesLowest(SamplerQuery(defects: .released)))
  }

  /// An oracle that lies about everything but the initial labels changes nothing that the first query sees.
  @Test("labels of the pool play no part")
  func trapLabels() async throws {
    let truth = (0..<60).map { $0 % 2 }
    let first = try await firstPicks(oracle: truth, initial: nil)
    let lies = truth.indices.map { first.initial.contains($0) ? truth[$0] : 1 - truth[$0] }
    let second = try await firstPicks(oracle: lies, initial: first.initial)
    #expect(first.picks == second.picks && first.picks.count == 5)
  }

  private func firstPicks(oracle: [Int], initial: [Int]?) async throws -> (initial: [Int], picks: [Int]) {
    let data = try ExperimentData(
      pool: images, tests: [.init(name: "test", inputs: images, labels: (0..<60).map { $0 % 2 })],
      classNames: ["left", "right"])
    var configuration = PoolExperimentConfiguration()
    (configuration.initial.count, configuration.batch, configuration.budget) = (6, 5, 11)
    let experiment = try PoolExperiment(
      data: data, configuration: configuration, learner: try ARALLearner(ARALToys.settings(), unlabelled: images),
      strategy: SamplerQuery(), name: "sampler")
    var rounds: [[Int]] = []
    var figures: [[String: Double]] = []
    try await experiment.run(seeds: ExperimentSeeds(1), oracle: GroundTruthOracle(labels: oracle)) {
      rounds.append($0.indices)
      figures.append($0.record.metrics)
    }
    #expect(rounds.count == 2 && figures[1]["strategy.chosenLogit"] != nil && figures[1]["learner.loss.sampler"] != nil)
    if let initial { #expect(rounds[0] == initial) }
    return (rounds[0], rounds[1])
  }
}
