public import Tensor

/// Disagreement of an ensemble of networks: by variation ratio, the share of members against the majority, unless
/// another score is named (Beluch, Genewein, Nürnberger and Köhler, "The power of ensembles for active learning in
/// image classification", CVPR 2018, who train five networks that differ in their initial weights).
public struct EnsembleDisagreement<Subject: CommitteeLearner>: ScoringStrategy {
  /// How disagreement is measured.
  public let score: CommitteeScore
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(
    _ score: CommitteeScore = .variationRatio, batchSize: Int = 256, selector: some ScoreSelector = TopScores()
  ) {
    self.score = score
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// The score of what the members say.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    score.scores(ofMembers: learner.memberProbabilities(for: inputs))
  }
}
