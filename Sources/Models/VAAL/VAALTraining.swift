public import Tensor

/// The sampler of variational adversarial active learning: a β-VAE of labelled and unlabelled images, and a
/// discriminator that tells the two apart by their latent codes, while the β-VAE learns to prevent it.
///
/// Sinha, Ebrahimi and Darrell, ICCV 2019, Algorithm 1 without its third model, the task learner.
///
/// ```swift
/// var training = VAALTraining(.init(imageSize: 32), using: &random)
/// let losses = try training.step(labelled: labelled, unlabelled: unlabelled, using: &random)
/// let logits = training.labelledLogits(for: pool)         // the lowest are queried (Algorithm 2)
/// ```
public struct VAALTraining: Sendable {
  /// Images to latent codes and back.
  public var autoencoder: BetaVAE
  /// Latent codes to logits, positive for labelled images.
  public var discriminator: LatentDiscriminator
  /// The β-VAE's optimizer.
  public var autoencoderOptimizer: Adam<BetaVAE>
  /// The discriminator's optimizer.
  public var discriminatorOptimizer: Adam<LatentDiscriminator>
  /// Weights of the losses.
  public let settings: VAALSettings
  /// Updates of the β-VAE so far.
  public internal(set) var steps = 0

  /// A loss that is no longer a number.
  public typealias Divergence = AdversarialTraining.Divergence

  /// What an update of the β-VAE measured, before it.
  public struct AutoencoderLosses: Sendable, Hashable {
    /// Reconstruction errors of the labelled images.
    public var labelledReconstruction: Float
    /// Divergence of the labelled images' posteriors from the prior, before β.
    public var labelledDivergence: Float
    /// Reconstruction errors of the unlabelled images.
    public var unlabelledReconstruction: Float
    /// Divergence of the unlabelled images' posteriors from the prior, before β. Near zero, the posterior has
    /// collapsed, and no discriminator can learn anything from it.
    public var unlabelledDivergence: Float
    /// Eq. 2, before λ₂.
    public var adversarial: Float
    /// Eq. 4, the sum that is minimised.
    public var total: Float
  }

  /// What an update of the discriminator measured, before it.
  public struct DiscriminatorLosses: Sendable, Hashable {
    /// Eq. 3.
    public var total: Float
    /// The share of images it puts on the right side; near one half, it has learnt nothing.
    public var accuracy: Float
  }

  /// What a step measured.
  public struct Losses: Sendable, Hashable {
    /// Of the β-VAE's update.
    public var autoencoder: AutoencoderLosses
    /// Of the discriminator's.
    public var discriminator: DiscriminatorLosses
  }

  /// New models, optimizers as released: Adam with β₁ = 0.9, β₂ = 0.999.
  public init(
    _ configuration: BetaVAEConfiguration = .init(), hidden: [Int] = [512, 512],
    settings: VAALSettings = .corrected, using random: inout RandomSource
  ) {
    autoencoder = BetaVAE(configuration, using: &random)
    discriminator = LatentDiscriminator(
      .init(latentSize: configuration.latentSize, hidden: hidden), using: &random)
    autoencoderOptimizer = Adam(learningRate: settings.autoencoderLearningRate)
    discriminatorOptimizer = Adam(learningRate: settings.discriminatorLearningRate)
    self.settings = settings
  }

  /// One update of the β-VAE and then one of the discriminator, on the same images.
  ///
  /// - Parameters:
  ///   - labelled: images `[N, S, S, C]` in [−1, 1].
  ///   - unlabelled: images `[M, S, S, C]`; `M` need not be `N`.
  public mutating func step(
    labelled: Tensor, unlabelled: Tensor, using random: inout RandomSource
  ) throws(Divergence) -> Losses {
    let first = try updateAutoencoder(labelled: labelled, unlabelled: unlabelled, using: &random)
    let second = try updateDiscriminator(labelled: labelled, unlabelled: unlabelled, using: &random)
    return Losses(autoencoder: first, discriminator: second)
  }

  /// One update of the β-VAE alone: the released code makes two, on different images, for one of the discriminator.
  public mutating func updateAutoencoder(
    labelled: Tensor, unlabelled: Tensor, using random: inout RandomSource
  ) throws(Divergence) -> AutoencoderLosses {
    let size = autoencoder.configuration.latentSize
    let forLabelled = Tensor(normal: [labelled.shape[0], size], using: &random)
    let forUnlabelled = Tensor(normal: [unlabelled.shape[0], size], using: &random)
    return try updateAutoencoder(
      labelled: labelled, unlabelled: unlabelled, noise: (forLabelled, forUnlabelled), using: &random)
  }

  /// The same with given draws of the latent codes: ε of the labelled images `[N, z]` and of the unlabelled `[M, z]`.
  public mutating func updateAutoencoder(
    labelled: Tensor, unlabelled: Tensor, noise: (labelled: Tensor, unlabelled: Tensor),
    using random: inout RandomSource
  ) throws(Divergence) -> AutoencoderLosses {
    let losses = Self.update(
      &autoencoder, &autoencoderOptimizer, against: discriminator, settings, labelled: labelled,
      unlabelled: unlabelled, noise: noise, using: &random)
    steps += 1
    guard losses.total.isFinite else { throw Divergence(step: steps, loss: "β-VAE's") }
    return losses
  }

  /// One update of the discriminator alone, on the means of the posteriors. Nothing is traced through the encoder, and
  /// the decoder is not run.
  public mutating func updateDiscriminator(
    labelled: Tensor, unlabelled: Tensor, using random: inout RandomSource
  ) throws(Divergence) -> DiscriminatorLosses {
    let forLabelled = autoencoder.encoder.forward(labelled, using: &random).mean
    let forUnlabelled = autoencoder.encoder.forward(unlabelled, using: &random).mean
    var accuracy: Float = 0
    let (loss, gradient) = discriminator.valueAndGradient { discriminator in
      let (first, second) = (discriminator(forLabelled), discriminator(forUnlabelled))
      let right = first.scalars.count { $0 > 0 } + second.scalars.count { $0 < 0 }
      accuracy = Float(right) / Float(first.count + second.count)
      return binaryCrossEntropy(logits: first, target: 1) + binaryCrossEntropy(logits: second, target: 0)
    }
    discriminatorOptimizer.update(&discriminator, along: gradient)
    guard loss.isFinite else { throw Divergence(step: steps, loss: "discriminator's") }
    return DiscriminatorLosses(total: loss, accuracy: accuracy)
  }

  /// Labelled and unlabelled images go through separately: each batch norm sees one kind at a time, as in the released
  /// code. The discriminator is not traced, so its weight gradients are never computed.
  private static func update(
    _ autoencoder: inout BetaVAE, _ optimizer: inout Adam<BetaVAE>, against discriminator: LatentDiscriminator,
    _ settings: VAALSettings, labelled: Tensor, unlabelled: Tensor, noise: (labelled: Tensor, unlabelled: Tensor),
    using random: inout RandomSource
  ) -> AutoencoderLosses {
    var losses = AutoencoderLosses(
      labelledReconstruction: 0, labelledDivergence: 0, unlabelledReconstruction: 0, unlabelledDivergence: 0,
      adversarial: 0, total: 0)
    let (total, gradient) = autoencoder.valueAndGradient { model in
      let bound = settings.bound
      let first = model.forward(labelled, noise: noise.labelled, using: &random)
      let firstTerms = bound.terms(
        reconstructions: first.reconstructions, images: labelled, posterior: first.posterior)
      let second = model.forward(unlabelled, noise: noise.unlabelled, using: &random)
      let secondTerms = bound.terms(
        reconstructions: second.reconstructions, images: unlabelled, posterior: second.posterior)
      let adversarial =
        binaryCrossEntropy(logits: discriminator(first.posterior.mean), target: 1)
        + binaryCrossEntropy(logits: discriminator(second.posterior.mean), target: 1)
      losses.labelledReconstruction = firstTerms.reconstruction.scalar
      losses.labelledDivergence = firstTerms.divergence.scalar
      losses.unlabelledReconstruction = secondTerms.reconstruction.scalar
      losses.unlabelledDivergence = secondTerms.divergence.scalar
      losses.adversarial = adversarial.scalar
      return (bound.loss(firstTerms) + bound.loss(secondTerms)) * settings.transductiveWeight
        + adversarial * settings.adversarialWeight
    }
    losses.total = total
    optimizer.update(&autoencoder, along: gradient)
    return losses
  }

  /// The logit of "labelled" for every image `[N, S, S, C]`, in batches: the images with the lowest are the ones to
  /// label (Algorithm 2). Inference throughout: an image's score does not depend on what else is scored.
  public func labelledLogits(for images: Tensor, batchSize: Int = 256) -> [Float] {
    stride(from: 0, to: images.shape[0], by: batchSize).flatMap { first in
      let batch = images.rows(first..<min(images.shape[0], first + batchSize))
      return discriminator(autoencoder.encoder(batch).mean).scalars
    }
  }
}
