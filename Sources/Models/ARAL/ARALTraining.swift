public import Tensor

/// Adversarial representation active learning: a classifier that is also the discriminator of a conditional GAN, an
/// encoder that inverts the generator, and a sampler that tells labelled from unlabelled images by their codes; all learn
/// from labelled, unlabelled and generated images.
///
/// Mottaghi and Yeung 2019 (arXiv 1912.09720).
///
/// ```swift
/// var training = ARALTraining(.cifar, settings: .cifar, using: &random)
/// let losses = try training.step(labelled: labelled, labels: labels, unlabelled: unlabelled, using: &random)
/// let logits = training.labelledLogits(for: pool)         // the lowest are queried
/// ```
///
/// *Deviations.* All three parts of a step see the same images; the released code draws new ones for each. Generator and
/// encoder are updated once, together, for CIFAR-10 too, where the released code updates the encoder twice. The sampler
/// answers with logits. Biases that PyTorch would draw start at zero.
public struct ARALTraining: Sendable {
  /// The sizes.
  public let configuration: ARALConfiguration
  /// Weights of the losses.
  public let settings: ARALSettings
  /// Images to logits.
  public var classifier: ARALClassifier
  /// The generator and the encoder.
  public var autoencoder: ARALAutoencoder
  /// Codes to logits, positive for labelled images.
  public var sampler: LatentDiscriminator
  /// The classifier's optimizer.
  public var classifierOptimizer: Adam<ARALClassifier>
  /// The generator's and the encoder's optimizer.
  public var autoencoderOptimizer: Adam<ARALAutoencoder>
  /// The sampler's optimizer.
  public var samplerOptimizer: Adam<LatentDiscriminator>
  /// Steps taken.
  public internal(set) var steps = 0

  /// A loss that is no longer a number.
  public typealias Divergence = AdversarialTraining.Divergence

  /// What is random in a step, apart from the classifier's noise and dropout.
  public struct Draws: Sendable {
    /// Codes and classes of the images generated for the classifier's update.
    public var first: GeneratedBatch
    /// Codes and classes of those generated for the generator's and the encoder's update.
    public var second: GeneratedBatch
    /// ε of the unlabelled images' codes, `[M, z]`, standard normal.
    public var noise: Tensor

    /// The given draws.
    public init(first: GeneratedBatch, second: GeneratedBatch, noise: Tensor) {
      self.first = first
      self.second = second
      self.noise = noise
    }

    /// Codes, classes and ε of `count` images.
    public init(count: Int, _ configuration: ARALConfiguration, using random: inout RandomSource) {
      first = GeneratedBatch(count: count, configuration, using: &random)
      second = GeneratedBatch(count: count, configuration, using: &random)
      noise = Tensor(normal: [count, configuration.latentSize], using: &random)
    }
  }

  /// What images are generated from.
  public struct GeneratedBatch: Sendable {
    /// `[M, z]`, uniform in [0, 1).
    public var latents: Tensor
    /// `M` classes.
    public var labels: [Int]

    /// The given codes and classes.
    public init(latents: Tensor, labels: [Int]) {
      self.latents = latents
      self.labels = labels
    }

    /// Uniform codes and uniform classes.
    init(count: Int, _ configuration: ARALConfiguration, using random: inout RandomSource) {
      latents = Tensor(uniform: [count, configuration.latentSize], using: &random)
      labels = (0..<count).map { _ in random.integer(below: configuration.classes) }
    }
  }

  /// New networks and optimizers.
  public init(_ configuration: ARALConfiguration, settings: ARALSettings, using random: inout RandomSource) {
    self.configuration = configuration
    self.settings = settings
    classifier = ARALClassifier(configuration, using: &random)
    autoencoder = ARALAutoencoder(configuration, using: &random)
    sampler = LatentDiscriminator(
      .init(
        latentSize: configuration.latentSize, hidden: Array(repeating: configuration.samplerWidth, count: 4)),
      weights: .default, using: &random)
    classifierOptimizer = Adam(learningRate: settings.classifierLearningRate, beta1: 0.5, beta2: settings.beta2)
    autoencoderOptimizer = Adam(learningRate: settings.autoencoderLearningRate, beta1: 0, beta2: settings.beta2)
    samplerOptimizer = Adam(learningRate: settings.classifierLearningRate, beta1: 0.5, beta2: settings.beta2)
  }

  /// Sets the learning rates for the share `progress` of the training that is over, in [0, 1].
  public mutating func setLearningRates(at progress: Float) {
    let factor = ARALSettings.learningRateFactor(at: progress)
    let floor = settings.minimumLearningRate
    classifierOptimizer.learningRate = max(floor, settings.classifierLearningRate * factor)
    autoencoderOptimizer.learningRate = max(floor, settings.autoencoderLearningRate * factor)
    samplerOptimizer.learningRate = classifierOptimizer.learningRate
  }

  /// One update of the classifier, one of the generator and the encoder, and one of the sampler.
  ///
  /// - Parameters:
  ///   - labelled: images `[N, S, S, C]`, in the architecture's range.
  ///   - labels: their `N` classes.
  ///   - unlabelled: images `[M, S, S, C]`.
  public mutating func step(
    labelled: Tensor, labels: [Int], unlabelled: Tensor, using random: inout RandomSource
  ) throws(Divergence) -> Losses {
    let draws = Draws(count: unlabelled.shape[0], configuration, using: &random)
    return try step(labelled: labelled, labels: labels, unlabelled: unlabelled, draws: draws, using: &random)
  }

  /// The same with given draws; `random` is left for the classifier's noise and dropout.
  public mutating func step(
    labelled: Tensor, labels: [Int], unlabelled: Tensor, draws: Draws, using random: inout RandomSource
  ) throws(Divergence) -> Losses {
    let batch = Batch(labelled: labelled, labels: labels, unlabelled: unlabelled, draws: draws)
    var losses = Losses()
    updateClassifier(batch, &losses, using: &random)
    let classes = updateAutoencoder(batch, &losses, using: &random)
    updateSampler(batch, classes, &losses, using: &random)
    steps += 1
    guard losses.classifier.isFinite else { throw Divergence(step: steps, loss: "classifier's") }
    guard losses.autoencoder.isFinite else { throw Divergence(step: steps, loss: "autoencoder's") }
    guard losses.sampler.isFinite else { throw Divergence(step: steps, loss: "sampler's") }
    return losses
  }
}
