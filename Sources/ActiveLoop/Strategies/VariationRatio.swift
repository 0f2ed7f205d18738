public import Tensor

/// The samples with the largest share of members against the majority (Freeman, "Elementary applied statistics", 1965):
/// of any learner with several opinions. ``EnsembleDisagreement`` by default measures the same.
public struct VariationRatio<Subject: CommitteeLearner>: ScoringStrategy {
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256, selector: some ScoreSelector = TopScores()) {
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// ``variationRatio(ofMembers:)`` of what the members say.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    variationRatio(ofMembers: learner.memberProbabilities(for: inputs))
  }
}
