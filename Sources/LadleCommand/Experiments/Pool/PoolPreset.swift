import ActiveLoop
import ArgumentParser

/// Experiments by name: the robustness experiments and ablations of Sinha, Ebrahimi and Darrell, "Variational adversarial
/// active learning", ICCV 2019, section 4. A preset sets what the experiment varies; what is said beside it holds.
enum PoolPreset: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// Two classes, drawn by the seed, have no initial label.
  case biasedRandom = "biased-random"
  /// The two classes that are hardest to recognise have none.
  case biasedHard = "biased-hard"
  /// A tenth of the pool is labelled at first, and a twentieth in each round, up to two fifths.
  case smallQueries = "small-queries"
  /// The same with a tenth in each round.
  case largeQueries = "large-queries"
  /// A tenth of all labels is replaced by another of the same super-class.
  case noisy10 = "noisy-10"
  /// A fifth is.
  case noisy20 = "noisy-20"
  /// Three tenths are.
  case noisy30 = "noisy-30"
  /// VAAL without its β-VAE, with a β-VAE that is trained first, and without the adversary.
  case ablations

  /// Sets what this experiment varies. `settings` has its data set and learner. Throws a usage failure if the data set
  /// has nothing to vary.
  func apply(to settings: inout PoolSettings) throws(CommandFailure) {
    settings.strategies =
      switch (self, settings.learner) {
      case (_, .aral): ["random", "sampler"]
      case (.ablations, _): ["random", "vaal", "vaal-no-vae", "vaal-fixed-vae", "vaal-no-adversary"]
      case (_, .svm): ["random", "simple-margin", "vaal"]
      default: ["random", "core-set", "bald", "vaal"]
      }
    switch self {
    case .biasedRandom:
      settings.experiment.initial.method = .biased
      (settings.experiment.initial.missingCount, settings.experiment.initial.missing) = (2, [])
    case .biasedHard:
      guard let hardest = settings.dataset.hardestClasses else {
        throw CommandFailure(
          .usage,
          "it is not known which classes of \(settings.dataset.rawValue) are hard; name them: "
            + "--preset biased-random --set initial.missing=[3,8].")
      }
      settings.experiment.initial.method = .biased
      settings.experiment.initial.missing = hardest
    case .smallQueries: break
    case .largeQueries: break
    case .noisy10: settings.noise = .init(rate: 0.1, groups: settings.dataset.superclasses)
    case .noisy20: settings.noise = .init(rate: 0.2, groups: settings.dataset.superclasses)
    case .noisy30: settings.noise = .init(rate: 0.3, groups: settings.dataset.superclasses)
    case .ablations:
      guard settings.learner != .aral else {
        throw CommandFailure(.usage, "the ablations are VAAL's; those of ARAL are --set aral.mode=classifier-only, …")
      }
    }
  }

  /// Sets the numbers of labels, for a pool of so many samples, of a preset that is about them.
  func applyCounts(to experiment: inout PoolExperimentConfiguration, poolSize: Int) {
    guard self == .smallQueries || self == .largeQueries else { return }
    experiment.initial.count = max(1, poolSize / 10)
    experiment.batch = max(1, poolSize / (self == .smallQueries ? 20 : 10))
    experiment.budget = max(experiment.initial.count, poolSize * 2 / 5)
  }
}

extension PoolDataset {
  /// Samples of the whole pool.
  var poolCount: Int {
    switch self {
    case .mnist, .fashionMNIST: 60_000
    case .cifar10: 50_000
    case .svhn: 73_257
    case .optdigits: 3823
    case .digits: 6000
    }
  }

  /// The two classes that a linear classifier recognises least after a thousand random labels (five hundred for
  /// optdigits); nil where that was not measured.
  var hardestClasses: [Int]? {
    switch self {
    case .mnist: [2, 5]
    case .fashionMNIST: [2, 6]  // pullover and shirt
    case .cifar10: [3, 4]  // cat and deer
    case .optdigits: [1, 8]
    case .svhn, .digits: nil
    }
  }

  /// Classes that a person may confuse: super-classes of things, and for digits those of similar strokes.
  var superclasses: [[Int]] {
    switch self {
    case .fashionMNIST: [[0, 2, 3, 4, 6], [5, 7, 9]]  // what is worn above the legs, shoes
    case .cifar10: [[0, 1, 8, 9], [2, 3, 4, 5, 6, 7]]  // vehicles, animals
    case .mnist, .svhn, .optdigits, .digits: [[0, 6, 8], [1, 4, 7, 9], [2, 3, 5]]
    }
  }
}
