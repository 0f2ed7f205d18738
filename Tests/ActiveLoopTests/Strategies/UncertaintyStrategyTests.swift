import ActiveLoop
import Tensor
import Testing

/// Opinions that are the inputs themselves: images `[N, members, classes, 1]` of probabilities.
struct WrittenOpinions: CommitteeLearner {
  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {}

  func memberProbabilities(for inputs: Tensor) -> Tensor {
    let (count, members, classes) = (inputs.shape[0], inputs.shape[1], inputs.shape[2])
    let scalars = inputs.scalars
    var byMember: [Float] = []
    for member in 0..<members {
      for sample in 0..<count {
        let start = (sample * members + member) * classes
        byMember += scalars[start..<start + classes]
      }
    }
    return Tensor(byMember, shape: [members, count, classes])
  }

  func probabilities(for inputs: Tensor) -> Tensor {
    memberProbabilities(for: inputs).rows(0..<1).reshaped(to: [inputs.shape[0], inputs.shape[2]])
  }

  func predictions(for inputs: Tensor) -> [Int] { probabilities(for: inputs).argmax() }
}

@Suite("Uncertainty strategies")
struct UncertaintyStrategyTests {
  private typealias Written = WrittenOpinions

  private func answer(
    _ strategy: some QueryStrategy<WrittenOpinions>, _ count: Int, _ opinions: [[[Float]]]
  ) throws -> [Int] {
    let shape = [opinions.count, opinions[0].count, opinions[0][0].count, 1]
    let pool = UnlabelledPool(inputs: Tensor(opinions.flatMap { $0.flatMap { $0 } }, shape: shape))
    var random = RandomSource(seed: 1)
    return try strategy.query(count, from: pool, learner: WrittenOpinions(), using: &random)
  }

  @Test("least confidence, margin and entropy each want another sample")
  func three() throws {
    let opinions: [[[Float]]] = [
      [[0.9, 0.05, 0.05]], [[0.45, 0.45, 0.1]], [[0.48, 0.26, 0.26]], [[0.44, 0.42, 0.14]],
    ]
    #expect(try answer(LeastConfidence<Written>(), 4, opinions) == [3, 1, 2, 0])
    #expect(try answer(MarginSampling<Written>(), 4, opinions) == [1, 3, 2, 0])
    #expect(try answer(EntropySampling<Written>(), 4, opinions) == [2, 3, 1, 0])
  }

  /// Both know nothing; both are sure and disagree; one is sure; all agree.
  private let quarrels: [[[Float]]] = [
    [[0.5, 0.5], [0.5, 0.5]], [[1, 0], [0, 1]], [[1, 0], [0.5, 0.5]], [[1, 0], [1, 0]],
  ]

  @Test("BALD wants those who disagree, entropy as much those who know nothing")
  func disagreement() throws {
    #expect(try answer(MonteCarloDropout<Written>(), 2, quarrels) == [1, 2])
    #expect(try Set(answer(MonteCarloDropout<Written>(.consensusEntropy), 2, quarrels)) == [0, 1])
    #expect(try answer(QueryByCommittee<Written>(), 1, quarrels) == [1])
    #expect(try answer(QueryByCommittee<Written>(.consensusDivergence), 2, quarrels) == [1, 2])
    #expect(try answer(EnsembleDisagreement<Written>(), 1, quarrels) == [1])
    #expect(try answer(EnsembleDisagreement<Written>(.meanStandardDeviation), 2, quarrels) == [1, 2])
    #expect(try answer(VariationRatio<Written>(), 1, quarrels) == [1])
  }

  @Test("a selector is asked for the batch")
  func selector() throws {
    struct Last: ScoreSelector {
      func selection(_ count: Int, scores: [Float], using random: inout RandomSource) -> [Int] {
        Array(scores.indices.suffix(count))
      }
    }
    let strategies: [any QueryStrategy<WrittenOpinions>] = [
      LeastConfidence<Written>(selector: Last()), MarginSampling<Written>(selector: Last()),
      EntropySampling<Written>(selector: Last()), QueryByCommittee<Written>(selector: Last()),
      EnsembleDisagreement<Written>(selector: Last()), MonteCarloDropout<Written>(selector: Last()),
      VariationRatio<Written>(selector: Last()),
    ]
    for strategy in strategies { #expect(try answer(strategy, 2, quarrels) == [2, 3]) }
  }

  @Test(
    "samples without a score come last", arguments: StrategyCase.uncertainty(ToyCommittee(blindAbove: 0.6)), [12, 101])
  func notANumber(strategy: StrategyCase, count: Int) throws {
    let inputs = Clouds().samples(101, seed: 11).inputs
    let pool = UnlabelledPool(inputs: inputs)
    var random = RandomSource(seed: 2)
    let answer = try strategy.query(count, pool, &random)
    #expect(Set(answer).count == count)
    let seen = (0..<101).filter { inputs.scalars[2 * $0] <= 0.6 }
    #expect((13..<90).contains(seen.count))
    if strategy.hasScores, count == 12 { #expect(Set(answer).isSubset(of: seen)) }
  }

  @Test("where nothing has a score, the batch is full all the same")
  func nothingHasAScore() throws {
    for strategy in StrategyCase.uncertainty(ToyCommittee(blindAbove: -1)) {
      var random = RandomSource(seed: 2)
      let pool = UnlabelledPool(inputs: Clouds().samples(101, seed: 11).inputs)
      #expect(Set(try strategy.query(40, pool, &random)).count == 40, "\(strategy)")
    }
  }
}

@Suite("ClassBalancedRandom")
struct ClassBalancedRandomTests {
  private let inputs = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)]).samples(200, seed: 4).inputs

  private func counts(_ count: Int, seed: Int) throws -> (chosen: [Int], answer: [Int]) {
    var random = RandomSource(seed: seed)
    let answer = try ClassBalancedRandom<ToyCommittee>().query(
      count, from: UnlabelledPool(inputs: inputs), learner: ToyCommittee(), using: &random)
    let classes = ToyCommittee().predictions(for: inputs.gathered(rows: answer))
    return ((0..<3).map { label in classes.count { $0 == label } }, answer)
  }

  @Test("as many of each predicted class, but one")
  func balanced() throws {
    for seed in 0..<5 {
      #expect(try counts(30, seed: seed).chosen == [10, 10, 10])
      #expect(try counts(31, seed: seed).chosen.sorted() == [10, 10, 11])
    }
    #expect(try Set((0..<8).map { try counts(30, seed: $0).answer }).count == 8)
    #expect(try Set((0..<20).map { try counts(1, seed: $0).chosen }).count == 3)
  }

  @Test("a class that has run out leaves its turns to the others")
  func runsOut() throws {
    let classes = ToyCommittee().predictions(for: inputs)
    let sizes = (0..<3).map { label in classes.count { $0 == label } }
    let smallest = try #require(sizes.min())
    let (found, answer) = try counts(3 * smallest + 20, seed: 1)
    #expect(found.min() == smallest)
    #expect(answer.count == 3 * smallest + 20)
    #expect(found.filter { $0 != smallest }.allSatisfy { $0 >= smallest + 8 })
  }
}
