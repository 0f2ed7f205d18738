public import Tensor

/// Query by committee: the samples the members disagree about the most (Seung, Opper and Sompolinsky, "Query by
/// committee", COLT 1992). By the entropy of their votes (Dagan and Engelson 1995) unless another score is named: of
/// the consensus, or the mean divergence from it (McCallum and Nigam 1998).
///
/// Votes have few different entropies, so that many samples share one: ties are broken in an order drawn from the
/// generator.
public struct QueryByCommittee<Subject: CommitteeLearner>: ScoringStrategy {
  /// How disagreement is measured.
  public let score: CommitteeScore
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(
    _ score: CommitteeScore = .voteEntropy, batchSize: Int = 256, selector: some ScoreSelector = TopScores()
  ) {
    self.score = score
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// The score of what the members say.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    score.scores(ofMembers: learner.memberProbabilities(for: inputs))
  }
}
