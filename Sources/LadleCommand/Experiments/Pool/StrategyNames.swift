import ActiveLoop

/// The strategies that `ladle run pool` knows by name. A new one is one line here.
enum StrategyNames {
  /// For networks.
  static func neural<Subject: CommitteeLearner & EmbeddingLearner>(
    _ subject: Subject.Type
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    [
      ("random", RandomSampling<Subject>()),
      ("balanced-random", ClassBalancedRandom<Subject>()),
      ("least-confidence", LeastConfidence<Subject>()),
      ("margin", MarginSampling<Subject>()),
      ("entropy", EntropySampling<Subject>()),
      ("bald", MonteCarloDropout<Subject>()),
      ("vote-entropy", QueryByCommittee<Subject>()),
      ("ensemble", EnsembleDisagreement<Subject>()),
      ("core-set", CoreSet<Subject>()),
      ("badge", BADGE<Subject>()),
      ("k-means", KMeansSampling<Subject>()),
      ("typiclust", TypiClust<Subject>()),
      ("dal", DiscriminativeActiveLearning<Subject>()),
    ]
  }

  /// For learners with a boundary.
  static func margin<Subject: MarginLearner>(
    _ subject: Subject.Type
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    [
      ("random", RandomSampling<Subject>()),
      ("simple-margin", SimpleMargin<Subject>()),
    ]
  }

  /// The names that serve a learner, in the order above.
  static func all(for learner: PoolSettings.LearnerName) -> [String] {
    learner.isNeural
      ? neural(NeuralLearner<AnyClassifier>.self).map(\.name) : margin(SupportVectorLearner.self).map(\.name)
  }
}
