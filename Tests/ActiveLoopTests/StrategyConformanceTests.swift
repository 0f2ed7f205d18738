import ActiveLoop
import Tensor
import Testing

/// A strategy under test, and whether its answer is ruled by scores that follow a sample wherever it stands.
struct StrategyCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var hasScores: Bool
  /// What the strategy may read of the pool.
  var reads = Reading.unlabelled
  /// With the strategy's own batch size, or another.
  var query: @Sendable (Int, UnlabelledPool, inout RandomSource) throws -> [Int]
  var queryInBatches: (@Sendable (_ batchSize: Int, Int, UnlabelledPool, inout RandomSource) throws -> [Int])?

  /// Inputs that a strategy looks at.
  enum Reading {
    case nothing, unlabelled, everything
  }

  init<S: QueryStrategy>(_ name: String, hasScores: Bool, _ strategy: S, learner: S.Subject) {
    (testDescription, self.hasScores) = (name, hasScores)
    query = { try strategy.query($0, from: $1, learner: learner, using: &$2) }
  }

  /// A strategy that reads the pool batch by batch.
  init<S: QueryStrategy>(
    _ name: String, hasScores: Bool, reads: Reading = .unlabelled, learner: S.Subject,
    inBatches strategy: @escaping @Sendable (_ batchSize: Int) -> S
  ) {
    self.init(name, hasScores: hasScores, strategy(256), learner: learner)
    self.reads = reads
    queryInBatches = { try strategy($0).query($1, from: $2, learner: learner, using: &$3) }
  }

  static let all: [StrategyCase] = {
    let (two, three) = (fitted(Clouds()), fitted(Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])))
    var random = StrategyCase("random", hasScores: false, RandomSampling(), learner: two)
    random.reads = .nothing
    return [
      random,
      StrategyCase("simple margin", hasScores: true, learner: two) { SimpleMargin(chunk: $0) },
      StrategyCase("simple margin, small chunks", hasScores: true, SimpleMargin(chunk: 7), learner: two),
      StrategyCase("simple margin, three classes", hasScores: true, learner: three) { SimpleMargin(chunk: $0) },
    ] + uncertainty(ToyCommittee()) + representation()
  }()

  private static func fitted(_ clouds: Clouds) -> NearestMean {
    let (inputs, labels) = clouds.samples(60, seed: 3)
    var learner = NearestMean()
    var random = RandomSource(seed: 0)
    // Sixty samples have every class; a learner without a fit would trap in the first test.
    try? learner.fit(LabelledSamples(inputs: inputs, labels: labels, classCount: clouds.centres.count), using: &random)
    return learner
  }
}

@Suite("Every strategy")
struct StrategyConformanceTests {
  private let inputs = Clouds().samples(101, seed: 11).inputs

  private func pool(without taken: [Int] = []) -> UnlabelledPool {
    var pool = UnlabelledPool(inputs: inputs)
    pool.remove(taken)
    return pool
  }

  @Test("distinct, unlabelled, as many as asked for", arguments: StrategyCase.all, [1, 10, 60])
  func validIndices(strategy: StrategyCase, count: Int) throws {
    let taken = Array(stride(from: 0, to: 101, by: 3))
    let pool = pool(without: taken)
    var random = RandomSource(seed: 1)
    let answer = try strategy.query(count, pool, &random)
    #expect(answer.count == count)
    #expect(Set(answer).count == count)
    #expect(Set(answer).isSubset(of: pool.indices))
    #expect(Set(answer).isDisjoint(with: taken))
  }

  @Test("the same seed gives the same answer", arguments: StrategyCase.all)
  func sameSeed(strategy: StrategyCase) throws {
    var (first, second) = (RandomSource(seed: 9).stream("query", 4), RandomSource(seed: 9).stream("query", 4))
    #expect(try strategy.query(20, pool(), &first) == strategy.query(20, pool(), &second))
  }

  @Test("a pool in another order gives the same samples", arguments: StrategyCase.all.filter(\.hasScores))
  func permutation(strategy: StrategyCase) throws {
    var random = RandomSource(seed: 2)
    let order = random.permutation(of: 101)
    let shuffled = UnlabelledPool(inputs: inputs.gathered(rows: order))
    let plain = try strategy.query(25, pool(), &random)
    let permuted = try strategy.query(25, shuffled, &random)
    #expect(permuted.map { order[$0] } == plain)
  }

  @Test("more than there are: all of them, once", arguments: StrategyCase.all)
  func exhaustion(strategy: StrategyCase) throws {
    let pool = pool(without: Array(0..<80))
    var random = RandomSource(seed: 3)
    #expect(try strategy.query(500, pool, &random).sorted() == Array(80..<101))
  }

  @Test("an empty pool has nothing to ask about", arguments: StrategyCase.all)
  func emptyPool(strategy: StrategyCase) throws {
    var random = RandomSource(seed: 3)
    #expect(try strategy.query(5, pool(without: Array(0..<101)), &random).isEmpty)
  }

  @Test(
    "the batches in which the pool is read do not matter",
    arguments: StrategyCase.all.filter { $0.queryInBatches != nil })
  func batches(strategy: StrategyCase) throws {
    let query = try #require(strategy.queryInBatches)
    let pool = pool(without: [0, 50, 100])
    let answers = try [1, 7, 98, 1000].map { size in
      var random = RandomSource(seed: 5)
      return try query(size, 30, pool, &random)
    }
    #expect(Set(answers).count == 1)
  }

  @Test("what was labelled is not looked at, but by strategies that compare with it", arguments: StrategyCase.all)
  func labelledIsHidden(strategy: StrategyCase) throws {
    let taken = Array(stride(from: 0, to: 101, by: 4))
    let untouched = pool(without: taken)
    var trapped = UnlabelledPool(samples: TrappedSamples(inputs: inputs, trapped: taken))
    trapped.remove(taken)
    var (first, second) = (RandomSource(seed: 6), RandomSource(seed: 6))
    let answer = try strategy.query(20, untouched, &first)
    if strategy.reads == .everything {
      #expect(throws: (any Error).self) { try strategy.query(20, trapped, &second) }
    } else {
      #expect(try strategy.query(20, trapped, &second) == answer)
    }
  }

  @Test("a pool that cannot be read is an error", arguments: StrategyCase.all)
  func unreadable(strategy: StrategyCase) throws {
    let pool = UnlabelledPool(samples: TrappedSamples(inputs: inputs, trapped: Array(0..<101)))
    var random = RandomSource(seed: 6)
    if strategy.reads == .nothing {
      #expect(try strategy.query(20, pool, &random).count == 20)
    } else {
      #expect(throws: (any Error).self) { try strategy.query(20, pool, &random) }
    }
  }

  @Test("samples that are not offered are not chosen", arguments: StrategyCase.all)
  func offering(strategy: StrategyCase) throws {
    let offered = Array(stride(from: 2, to: 101, by: 3))
    let part = pool(without: [0, 3]).offering(only: offered)
    var random = RandomSource(seed: 7)
    #expect(Set(try strategy.query(20, part, &random)).isSubset(of: offered))
    #expect(try strategy.query(99, part, &random).sorted() == offered)
  }
}

@Suite("SimpleMargin")
struct SimpleMarginTests {
  private let learner = FixedHyperplane(weights: [1, 0])

  private func pool(_ positions: [Float]) -> UnlabelledPool {
    UnlabelledPool(inputs: Tensor(positions.flatMap { [$0, 0.5] }, shape: [positions.count, 1, 2, 1]))
  }

  @Test("nearest to the hyperplane first, on either side")
  func nearest() throws {
    var random = RandomSource(seed: 1)
    let answer = try SimpleMargin<FixedHyperplane>().query(
      3, from: pool([0.9, -0.1, 0.5, 0.2, -0.7]), learner: learner, using: &random)
    #expect(answer == [1, 3, 2])
  }

  @Test("two thirds of the samples at equal distance are taken in an order that the seed draws")
  func ties() throws {
    let pool = pool([Float](repeating: 0.3, count: 30))
    let answers = try Set(
      (0..<8).map { seed in
        var random = RandomSource(seed: seed)
        return try SimpleMargin<FixedHyperplane>().query(20, from: pool, learner: learner, using: &random)
      })
    #expect(answers.count == 8)
    #expect(answers.allSatisfy { Set($0).count == 20 })
  }

  @Test("a score that is not a number comes last")
  func notANumber() throws {
    var random = RandomSource(seed: 1)
    let answer = try SimpleMargin<FixedHyperplane>().query(
      3, from: pool([.nan, 0.4, .nan, 0.2]), learner: learner, using: &random)
    #expect(Array(answer.prefix(2)) == [3, 1])
  }

  @Test("with more classes, the difference of the two largest values")
  func topTwo() {
    let values = Tensor([3, 1, 2.5, -1, -5, 4, 0, 0, 0], shape: [3, 3])
    #expect(boundaryDistances(ofDecisionValues: values) == [0.5, 5, 0])
  }
}
