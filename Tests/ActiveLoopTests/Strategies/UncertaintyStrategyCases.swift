import ActiveLoop
import Tensor

/// A strategy as the documentation of ``ScoringStrategy`` writes one.
struct GiniSampling<Subject: ProbabilisticLearner>: ScoringStrategy {
  func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    let probabilities = learner.probabilities(for: inputs)
    return 1 - (probabilities * probabilities).sum(alongAxes: [1])
  }
}

extension StrategyCase {
  /// Strategies of uncertainty and disagreement, and those around them.
  static func uncertainty(_ learner: ToyCommittee) -> [StrategyCase] {
    typealias Toy = ToyCommittee
    // Votes of three members have few scores: which of equal ones are taken depends on the order of the pool.
    let committees = CommitteeScore.allCases.map { score in
      let isTied = score == .voteEntropy || score == .variationRatio
      return StrategyCase("committee, \(score.rawValue)", hasScores: !isTied, learner: learner) {
        QueryByCommittee<Toy>(score, batchSize: $0)
      }
    }
    let stochastic = GumbelTopScores.Weighting.allCases.map { weighting in
      StrategyCase("entropy, \(weighting.rawValue)", hasScores: false, learner: learner) {
        EntropySampling<Toy>(batchSize: $0, selector: GumbelTopScores(weighting))
      }
    }
    return committees + stochastic + [
      StrategyCase("least confidence", hasScores: true, learner: learner) { LeastConfidence<Toy>(batchSize: $0) },
      StrategyCase("margin", hasScores: true, learner: learner) { MarginSampling<Toy>(batchSize: $0) },
      StrategyCase("entropy", hasScores: true, learner: learner) { EntropySampling<Toy>(batchSize: $0) },
      StrategyCase("Gini", hasScores: true, GiniSampling<Toy>(), learner: learner),
      StrategyCase("variation ratio", hasScores: false, learner: learner) { VariationRatio<Toy>(batchSize: $0) },
      StrategyCase("ensemble", hasScores: false, learner: learner) { EnsembleDisagreement<Toy>(batchSize: $0) },
      StrategyCase("dropout", hasScores: true, learner: learner) { MonteCarloDropout<Toy>(batchSize: $0) },
    ] + wrappers(learner)
  }

  private static func wrappers(_ learner: ToyCommittee) -> [StrategyCase] {
    typealias Entropy = EntropySampling<ToyCommittee>
    var noise = StrategyCase(
      "all random", hasScores: false, EpsilonRandom(share: 1, Entropy()), learner: learner)
    noise.reads = .nothing
    return [
      StrategyCase("balanced", hasScores: false, learner: learner) { ClassBalancedRandom<ToyCommittee>(batchSize: $0) },
      StrategyCase("a third", hasScores: false, learner: learner) {
        RandomSubset(of: .fraction(0.33), Entropy(batchSize: $0))
      },
      StrategyCase("fifty", hasScores: false, learner: learner) {
        RandomSubset(of: .count(50), Entropy(batchSize: $0))
      },
      StrategyCase("all of it", hasScores: true, learner: learner) {
        RandomSubset(of: .fraction(1), Entropy(batchSize: $0))
      },
      StrategyCase("partly random", hasScores: false, learner: learner) {
        EpsilonRandom(share: 0.25, Entropy(batchSize: $0))
      },
      noise,
      StrategyCase("never random", hasScores: true, learner: learner) {
        EpsilonRandom(share: 0, Entropy(batchSize: $0))
      },
      StrategyCase("without near pixels", hasScores: true, reads: .everything, learner: learner) {
        Deduplicating(Entropy(batchSize: $0), pixelDistance: 0.05, batchSize: $0)
      },
      StrategyCase("without near features", hasScores: true, reads: .everything, learner: learner) {
        Deduplicating(Entropy(batchSize: $0), featureDistance: 0.2, batchSize: $0)
      },
      StrategyCase("without near ones in a batch", hasScores: true, learner: learner) {
        Deduplicating(Entropy(batchSize: $0), pixelDistance: 0.05, comparesTaken: false, batchSize: $0)
      },
      StrategyCase("nested", hasScores: false, reads: .everything, learner: learner) {
        EpsilonRandom(
          share: 0.2,
          RandomSubset(
            of: .fraction(0.5), Deduplicating(Entropy(batchSize: $0), featureDistance: 0.1, batchSize: $0)))
      },
    ]
  }
}
