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

  /// For ARAL: its own, and those that need probabilities or features alone. `random` is its control: the same training.
  static func aral(
    _ defects: SamplerQuery.Defects = .init()
  ) -> [(name: String, strategy: any QueryStrategy<ARALLearner>)] {
    [
      ("random", RandomSampling<ARALLearner>()),
      ("sampler", SamplerQuery(defects: defects)),
      ("least-confidence", LeastConfidence<ARALLearner>()),
      ("margin", MarginSampling<ARALLearner>()),
      ("entropy", EntropySampling<ARALLearner>()),
      ("core-set", CoreSet<ARALLearner>()),
    ]
  }

  /// The names that serve a learner, in the order above.
  static func all(for learner: PoolSettings.LearnerName) -> [String] {
    switch learner {
    case .svm: margin(SupportVectorLearner.self).map(\.name)
    case .aral: aral().map(\.name)
    case .cnn, .mlp, .vgg16, .resnet18: neural(NeuralLearner<AnyClassifier>.self).map(\.name)
    }
  }
}
