public import Tensor

/// Uncertainty sampling by least confidence: the samples whose likeliest class is the least likely (Lewis and Gale, "A
/// sequential algorithm for training text classifiers", SIGIR 1994). It looks at one class alone.
public struct LeastConfidence<Subject: ProbabilisticLearner>: ScoringStrategy {
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256, selector: some ScoreSelector = TopScores()) {
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// ``leastConfidence(ofProbabilities:)`` of what the learner says.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    leastConfidence(ofProbabilities: learner.probabilities(for: inputs))
  }
}
