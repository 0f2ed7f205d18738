import ActiveLoop

/// The strategies that `ladle run pool` knows by name. A new one is one line here.
enum StrategyNames {
  /// Looks at the models of a strategy of this name, and at the pool, in each round.
  typealias VAALObserver = @Sendable (_ name: String, _ sampler: VAALSampler, _ pool: UnlabelledPool) throws -> Void

  /// For networks.
  static func neural<Subject: CommitteeLearner & EmbeddingLearner>(
    _ subject: Subject.Type, vaal: VAALConfiguration = .small, observing: VAALObserver? = nil
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
    ] + adversarial(subject, vaal, observing)
  }

  /// For learners with a boundary.
  static func margin<Subject: MarginLearner>(
    _ subject: Subject.Type, vaal: VAALConfiguration = .small, observing: VAALObserver? = nil
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    [
      ("random", RandomSampling<Subject>()),
      ("simple-margin", SimpleMargin<Subject>()),
    ] + adversarial(subject, vaal, observing)
  }

  /// For every learner. `vaal-paper` has sizes and length of its own; the others have those of the settings.
  private static func adversarial<Subject: Learner>(
    _ subject: Subject.Type, _ settings: VAALConfiguration, _ observing: VAALObserver?
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    let configurations: [(name: String, configuration: VAALConfiguration)] = [
      ("vaal", settings),
      ("vaal-released", settings.withReleasedDefects()),
      ("vaal-paper", .paper),
      ("vaal-no-vae", settings.without(.noAutoencoder)),
      ("vaal-fixed-vae", settings.without(.fixedAutoencoder)),
      ("vaal-no-adversary", settings.without(.noAdversary)),
    ]
    var strategies: [(name: String, strategy: any QueryStrategy<Subject>)] = []
    for (name, configuration) in configurations {
      var observer: VAALSampling<Subject>.Observer?
      if let observing { observer = { sampler, pool in try observing(name, sampler, pool) } }
      strategies.append((name, VAALSampling<Subject>(configuration, observer: observer)))
    }
    return strategies
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
