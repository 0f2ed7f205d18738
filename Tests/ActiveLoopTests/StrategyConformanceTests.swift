import ActiveLoop
import Tensor
import Testing

/// A strategy under test, and whether its answer is ruled by scores that follow a sample wherever it stands.
struct StrategyCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var hasScores: Bool
  var query: @Sendable (Int, UnlabelledPool, inout RandomSource) throws -> [Int]

  init<S: QueryStrategy>(_ name: String, hasScores: Bool, _ strategy: S, learner: S.Subject) {
    (testDescription, self.hasScores) = (name, hasScores)
    query = { try strategy.query($0, from: $1, learner: learner, using: &$2) }
  }

  static let all: [StrategyCase] = {
    let (two, three) = (fitted(Clouds()), fitted(Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])))
    return [
      StrategyCase("random", hasScores: false, RandomSampling(), learner: two),
      StrategyCase("simple margin", hasScores: true, SimpleMargin(), learner: two),
      StrategyCase("simple margin, small chunks", hasScores: true, SimpleMargin(chunk: 7), learner: two),
      StrategyCase("simple margin, three classes", hasScores: true, SimpleMargin(), learner: three),
    ] + representation()
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
