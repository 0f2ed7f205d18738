public import Models

/// How ``VAALSampling`` builds and trains its models: sizes, length, and every point in which the released code is not
/// the paper, each a switch of its own.
public struct VAALConfiguration: Codable, Sendable, Hashable {
  /// What is left out of the method; the ablations of Sinha, Ebrahimi and Darrell, ICCV 2019, section 4.
  public enum Ablation: String, Codable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// The discriminator looks at images, with the layers of the encoder before its own: no codes, no adversary.
    case noAutoencoder = "no-vae"
    /// The β-VAE is trained first, without an adversary, and frozen; then the discriminator, for as many steps.
    case fixedAutoencoder = "fixed-vae"
    /// Both are trained together, but the β-VAE does not try to deceive: λ₂ = 0.
    case noAdversary = "no-adversary"
  }

  /// The state of the encoder when the pool is scored.
  public enum Scoring: String, Codable, Sendable, CaseIterable {
    /// Inference: an image's score does not depend on its batch, but for rounding.
    case inference
    /// As in the released code, which forgets to leave the training mode: the statistics of the batch decide.
    case trainingMode = "training-mode"
  }

  /// Channels of the encoder's first layer; 128 in the paper.
  public var width = 128
  /// Dimensions of the latent space.
  public var latentSize = 32
  /// Units of the discriminator's hidden layers.
  public var hidden = [512, 512]
  /// How the weights of the β-VAE start; `released-code` is a defect.
  public var initialization = BetaVAEConfiguration.Initialization.corrected
  /// Weights of the losses and learning rates. `losses.bound.weighting` `released-code` is a defect.
  public var losses = VAALSettings.corrected
  /// Passes over the labelled images, unless ``steps`` is set. The paper counts epochs and does not say of what.
  public var epochs = 100
  /// Steps of a round, however many labels there are. The released code trains for a fixed number of iterations.
  public var steps: Int?
  /// Labelled images in a step, and unlabelled ones.
  public var batchSize = 64
  /// Updates of the β-VAE in a step, each on images of its own; the released code makes 2, Algorithm 1 has 1.
  public var autoencoderUpdates = 1
  /// Updates of the discriminator in a step, each on images of its own but the first, which shares the β-VAE's last.
  public var discriminatorUpdates = 1
  /// Whether images are mirrored, left to right, half of the time. Not for digits.
  public var mirror = false
  /// How the pool is scored; `training-mode` is a defect.
  public var scoring = Scoring.inference
  /// Images scored at a time.
  public var scoringBatch = 256
  /// What is left out.
  public var ablation = Ablation.none
  /// Unlabelled images that are kept from training, at most a tenth of the pool, to measure on. They can be chosen.
  public var heldImages = 256

  /// The ``corrected`` values.
  public init() {}

  /// The paper's networks and losses for 100 epochs, with mirrored images.
  public static var paper: VAALConfiguration {
    var configuration = VAALConfiguration()
    configuration.mirror = true
    return configuration
  }

  /// The default: the paper's networks and equations, which need no correction. Images are not mirrored.
  public static var corrected: VAALConfiguration { VAALConfiguration() }

  /// The paper's sizes with the released code's defects, and its habit of a fixed number of steps: as many as 100
  /// passes over the 50 000 images of CIFAR-10 make.
  public static var releasedCode: VAALConfiguration {
    var configuration = paper.withReleasedDefects()
    configuration.batchSize = 128
    configuration.steps = 39_062
    return configuration
  }

  /// An eighth of the paper's width and a few hundred steps: minutes on two cores for images of 28 or 32 pixels.
  public static var small: VAALConfiguration {
    var configuration = VAALConfiguration()
    configuration.width = 16
    configuration.hidden = [128, 128]
    configuration.losses.autoencoderLearningRate = 1e-3
    configuration.steps = 600
    return configuration
  }

  /// The same sizes and length with the released code's weighting of the divergence, its first weights, its two
  /// updates of the β-VAE per step, and its scoring in training mode.
  public func withReleasedDefects() -> VAALConfiguration {
    var configuration = self
    configuration.losses.bound.weighting = .releasedCode
    configuration.initialization = .releasedCode
    configuration.autoencoderUpdates = 2
    configuration.scoring = .trainingMode
    return configuration
  }

  /// The same with something left out.
  public func without(_ ablation: Ablation) -> VAALConfiguration {
    var configuration = self
    configuration.ablation = ablation
    return configuration
  }

  /// Throws ``ExperimentError/badConfiguration(_:)`` if a setting makes no sense, naming it.
  public func validate() throws(ExperimentError) {
    let rates = [losses.autoencoderLearningRate, losses.discriminatorLearningRate]
    let weights = [losses.bound.beta, losses.transductiveWeight, losses.adversarialWeight]
    let checks: [(isFine: Bool, problem: String)] = [
      (width >= 1, "width is \(width), and must be at least 1"),
      (latentSize >= 1, "latentSize is \(latentSize), and must be at least 1"),
      (!hidden.isEmpty && hidden.allSatisfy { $0 >= 1 }, "hidden is \(hidden), and must be sizes of at least 1"),
      (rates.allSatisfy { $0 > 0 && $0.isFinite }, "losses has learning rates \(rates), and they must be positive"),
      (weights.allSatisfy { $0 >= 0 && $0.isFinite }, "losses has weights \(weights), and they must be 0 or more"),
      (epochs >= 1, "epochs is \(epochs), and must be at least 1"),
      (steps ?? 1 >= 1, "steps is \(steps ?? 0), and must be at least 1"),
      (batchSize >= 2, "batchSize is \(batchSize), and must be at least 2"),
      (autoencoderUpdates >= 1, "autoencoderUpdates is \(autoencoderUpdates), and must be at least 1"),
      (discriminatorUpdates >= 1, "discriminatorUpdates is \(discriminatorUpdates), and must be at least 1"),
      (scoringBatch >= 1, "scoringBatch is \(scoringBatch), and must be at least 1"),
      (heldImages >= 0, "heldImages is \(heldImages), and must be 0 or more"),
    ]
    if let failed = checks.first(where: { !$0.isFine }) { throw .badConfiguration("vaal.\(failed.problem)") }
  }

  /// Steps of a round with so many labelled images.
  func stepCount(labelled: Int) -> Int { steps ?? epochs * ((labelled + batchSize - 1) / batchSize) }

  /// The sizes for images of this shape; throws if a β-VAE is not laid out for them.
  func autoencoder(for imageShape: [Int]) throws(ExperimentError) -> BetaVAEConfiguration {
    guard imageShape.count == 3, imageShape[0] == imageShape[1], imageShape[0] >= 8, imageShape[0] % 4 == 0 else {
      throw .badData("VAAL takes square images of 8, 12, 16, … pixels a side, not samples of shape \(imageShape)")
    }
    return BetaVAEConfiguration(
      imageSize: imageShape[0], channels: imageShape[2], latentSize: latentSize, width: width,
      initialization: initialization)
  }
}
