public import Tensor

/// Uncertainty sampling by entropy: the samples whose class probabilities are the most even (Settles, "Active learning
/// literature survey", 2009, section 3.1). It looks at all classes, the unlikely ones too. For two classes it takes
/// what \`\`LeastConfidence\`\` and \`\`MarginSampling\`\` take.
public struct EntropySampling<Subject: ProbabilisticLearner>: ScoringStrategy {
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256, selector: some ScoreSelector = TopScores()) {
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// ``entropy(ofProbabilities:)`` of what the learner says.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    entropy(ofProbabilities: learner.probabilities(for: inputs))
  }
}
