public import Tensor

/// Deep Bayesian active learning: a network under several dropout masks is a committee (Gal, Islam and Ghahramani,
/// "Deep Bayesian active learning with image data", ICML 2017). By mutual information, BALD, unless another score is
/// named: \`.consensusEntropy\` is the paper's max entropy, \`.variationRatio\` and \`.meanStandardDeviation\` its
/// other two.
///
/// The learner holds the masks fixed between two fits, so a sample's score does not depend on its batch.
public struct MonteCarloDropout<Subject: CommitteeLearner>: ScoringStrategy {
  /// How disagreement is measured.
  public let score: CommitteeScore
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(
    _ score: CommitteeScore = .mutualInformation, batchSize: Int = 256, selector: some ScoreSelector = TopScores()
  ) {
    self.score = score
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// The score of what the members say.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    score.scores(ofMembers: learner.memberProbabilities(for: inputs))
  }
}
