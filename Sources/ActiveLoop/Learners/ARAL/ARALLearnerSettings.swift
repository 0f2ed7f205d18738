public import Models

/// How an ``ARALLearner`` is built and trained, complete: what is written beside the records of a run.
public struct ARALLearnerSettings: Codable, Sendable, Hashable {
  /// What a fit starts from.
  public enum Refit: String, Codable, Sendable, CaseIterable {
    /// New weights in every fit.
    case scratch
    /// The weights of the fit before, with new optimizers.
    case warm
  }

  /// The sizes of the four networks.
  public var networks: ARALConfiguration
  /// The weights of the losses, the learning rates, and what the classifier learns from.
  public var losses: ARALSettings
  /// Passes over the unlabelled images, unless ``steps`` is set.
  public var epochs: Int
  /// Steps in all.
  public var steps: Int?
  /// Steps after those in which the generator alone learns to show its classes (`ARALTraining.refineGenerator`), which
  /// is not in the paper. Predictions and queries of the fit do not depend on them; a warm fit after it starts from that
  /// generator.
  public var generatorSteps = 0
  /// Unlabelled images per step, and as many labelled and generated ones. At most all there are; labelled ones are
  /// drawn again and again.
  public var batch: Int
  /// What a fit starts from.
  public var refit = Refit.scratch
  /// Rows scored at a time.
  public var scoringChunk = 256

  /// The given sizes and losses.
  public init(networks: ARALConfiguration, losses: ARALSettings, epochs: Int, batch: Int = 100) {
    (self.networks, self.losses, self.epochs, self.batch) = (networks, losses, epochs, batch)
  }

  /// Sets of sizes and losses by name.
  public enum Preset: String, Codable, Sendable, CaseIterable {
    /// The released code's for MNIST.
    case mnist
    /// The released code's for SVHN.
    case svhn
    /// The released code's for CIFAR-10.
    case cifar
    /// For images of 28 pixels, at 0.4 of the width of ``mnist``: `ARALConfiguration.smallDigits`.
    case small
    /// ``small`` whose generator also pays for images that the classifier takes for another class
    /// (`ARALSettings.generatedClassWeight`), which is not in the paper.
    case smallClasses = "small-classes"
    /// For colour images of 32 pixels, at a sixth of the width of ``cifar``: `ARALConfiguration.small`.
    case smallColour = "small-colour"
  }

  /// The named settings.
  public init(_ preset: Preset) {
    switch preset {
    case .mnist: self.init(networks: .mnist, losses: .mnist, epochs: 100)
    case .svhn: self.init(networks: .svhn, losses: .svhn, epochs: 120, batch: 64)
    case .cifar: self.init(networks: .cifar, losses: .cifar, epochs: 120)
    case .small: self.init(networks: .smallDigits, losses: .mnist, epochs: 7)
    case .smallClasses:
      self.init(networks: .smallDigits, losses: .mnist, epochs: 7)
      losses.generatedClassWeight = 0.1
    case .smallColour: self.init(networks: .small, losses: .cifar, epochs: 10)
    }
  }

  /// Throws if a setting makes no sense, naming it.
  public func validate() throws(ExperimentError) {
    let checks: [(isFine: Bool, problem: String)] = [
      (epochs >= 1, "epochs is \(epochs), and must be at least 1"),
      (steps ?? 1 >= 1, "steps is \(steps ?? 0), and must be at least 1"),
      (generatorSteps >= 0, "generatorSteps is \(generatorSteps), and must be 0 or more"),
      (batch >= 2, "batch is \(batch), and must be at least 2 for batch norm"),
      (
        losses.generatedClassWeight >= 0 && losses.generatedClassWeight.isFinite,
        "losses.generatedClassWeight is \(losses.generatedClassWeight), and must be 0 or more"
      ),
      (
        networks.classifierWidths.allSatisfy { $0 >= 1 } && !networks.classifierWidths.isEmpty
          && (networks.architecture == .dense || networks.classifierWidths.count == 2),
        "networks.classifierWidths is \(networks.classifierWidths), and must be sizes of at least 1, two for convolutions"
      ),
      (
        networks.autoencoderWidth >= 1,
        "networks.autoencoderWidth is \(networks.autoencoderWidth), and must be at least 1"
      ),
      (scoringChunk >= 1, "scoringChunk is \(scoringChunk), and must be at least 1"),
      (
        losses.classifierLearningRate > 0 && losses.classifierLearningRate.isFinite,
        "losses.classifierLearningRate is \(losses.classifierLearningRate), and must be positive"
      ),
      (
        losses.autoencoderLearningRate > 0 && losses.autoencoderLearningRate.isFinite,
        "losses.autoencoderLearningRate is \(losses.autoencoderLearningRate), and must be positive"
      ),
    ]
    if let failed = checks.first(where: { !$0.isFine }) { throw .badConfiguration("aral.\(failed.problem)") }
  }
}
