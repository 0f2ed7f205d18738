public import Tensor

/// Uncertainty sampling by margin: the samples whose two likeliest classes are the nearest to each other (Scheffer,
/// Decomain and Wrobel, "Active hidden Markov models for information extraction", IDA 2001). For learners with
/// probabilities; for decision values there is \`\`SimpleMargin\`\`. The learner has two classes at least.
public struct MarginSampling<Subject: ProbabilisticLearner>: ScoringStrategy {
  /// Samples scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256, selector: some ScoreSelector = TopScores()) {
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// ``marginScore(ofProbabilities:)`` of what the learner says.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    marginScore(ofProbabilities: learner.probabilities(for: inputs))
  }
}
