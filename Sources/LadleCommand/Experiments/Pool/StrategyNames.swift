import ActiveLoop

/// The strategies that `ladle run pool` knows by name. A new one is one line here.
enum StrategyNames {
  /// Looks at the models of a strategy of this name, and at the pool, in each round.
  typealias VAALObserver = @Sendable (_ name: String, _ sampler: VAALSampler, _ pool: UnlabelledPool) throws -> Void

  /// For networks.
  static func neural<Subject: CommitteeLearner & EmbeddingLearner>(
    _ subject: Subject.Type, vaal: VAALConfiguration = .small, query: QuerySettings = .init(),
    observing: VAALObserver? = nil
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    let selector = query.selector
    let plain: [(name: String, strategy: any QueryStrategy<Subject>)] = [
      ("random", RandomSampling<Subject>()),
      ("balanced-random", ClassBalancedRandom<Subject>()),
      ("least-confidence", LeastConfidence<Subject>(selector: selector)),
      ("margin", MarginSampling<Subject>(selector: selector)),
      ("entropy", EntropySampling<Subject>(selector: selector)),
      ("bald", MonteCarloDropout<Subject>(selector: selector)),
      ("dropout-entropy", MonteCarloDropout<Subject>(.consensusEntropy, selector: selector)),
      ("vote-entropy", QueryByCommittee<Subject>(selector: selector)),
      ("consensus-entropy", QueryByCommittee<Subject>(.consensusEntropy, selector: selector)),
      ("consensus-divergence", QueryByCommittee<Subject>(.consensusDivergence, selector: selector)),
      ("variation-ratio", VariationRatio<Subject>(selector: selector)),
      ("ensemble", EnsembleDisagreement<Subject>(selector: selector)),
      ("core-set", CoreSet<Subject>()),
      ("badge", BADGE<Subject>()),
      ("k-means", KMeansSampling<Subject>()),
      ("typiclust", TypiClust<Subject>()),
      ("probcover", ProbCover<Subject>(radius: .purity(classes: 10))),
      ("dal", DiscriminativeActiveLearning<Subject>()),
    ]
    return wrapped(plain + adversarial(subject, vaal, observing), by: query)
  }

  /// For learners with a boundary.
  static func margin<Subject: MarginLearner>(
    _ subject: Subject.Type, vaal: VAALConfiguration = .small, query: QuerySettings = .init(),
    observing: VAALObserver? = nil
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    let plain: [(name: String, strategy: any QueryStrategy<Subject>)] = [
      ("random", RandomSampling<Subject>()),
      ("simple-margin", SimpleMargin<Subject>()),
    ]
    return wrapped(plain + adversarial(subject, vaal, observing), by: query)
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
    _ defects: SamplerQuery.Defects = .init(), query: QuerySettings = .init()
  ) -> [(name: String, strategy: any QueryStrategy<ARALLearner>)] {
    let selector = query.selector
    let plain: [(name: String, strategy: any QueryStrategy<ARALLearner>)] = [
      ("random", RandomSampling<ARALLearner>()),
      ("sampler", SamplerQuery(defects: defects)),
      ("least-confidence", LeastConfidence<ARALLearner>(selector: selector)),
      ("margin", MarginSampling<ARALLearner>(selector: selector)),
      ("entropy", EntropySampling<ARALLearner>(selector: selector)),
      ("core-set", CoreSet<ARALLearner>()),
    ]
    return wrapped(plain, by: query)
  }

  /// Every strategy but the random ones with what the settings put around them.
  private static func wrapped<Subject: Learner>(
    _ strategies: [(name: String, strategy: any QueryStrategy<Subject>)], by query: QuerySettings
  ) -> [(name: String, strategy: any QueryStrategy<Subject>)] {
    strategies.map { $0.name.hasSuffix("random") ? $0 : ($0.name, query.wrapping($0.strategy)) }
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
