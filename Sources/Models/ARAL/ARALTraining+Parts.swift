public import Tensor

extension ARALTraining {
  /// What a step measured, before the updates.
  public struct Losses: Sendable, Hashable {
    /// Cross-entropy of the labelled images.
    public var classification: Float = 0
    /// The discriminator's loss on unlabelled images; 0 if the classifier does not learn from them.
    public var real: Float = 0
    /// The discriminator's loss on generated images; 0 if the classifier does not learn from them.
    public var generated: Float = 0
    /// The weighted sum of the three, which the classifier minimises.
    public var classifier: Float = 0
    /// The distance of mean features.
    public var featureDistance: Float = 0
    /// Cross-entropy of generated images to their classes; 0 if it has no weight.
    public var generatedClasses: Float = 0
    /// −log q(z | G(z, y), y); 0 if codes are not matched.
    public var codes: Float = 0
    /// The reconstruction error of the unlabelled images.
    public var reconstruction: Float = 0
    /// The divergence of their posteriors from the prior.
    public var divergence: Float = 0
    /// What the encoder pays for codes the sampler tells apart.
    public var adversarial: Float = 0
    /// The weighted sum of the six, which generator and encoder minimise.
    public var autoencoder: Float = 0
    /// What the sampler minimises.
    public var sampler: Float = 0

    /// Nothing measured yet: all 0.
    public init() {}
  }

  /// A step's input.
  struct Batch {
    let labelled: Tensor
    let labels: [Int]
    let unlabelled: Tensor
    let draws: Draws
  }

  /// What encoder and generator are told of the classes of a batch.
  struct Classes {
    /// Of the labelled images, `[N, K]`.
    let labelled: Tensor
    /// Of the unlabelled ones, `[M, K]`.
    let unlabelled: Tensor
  }

  private func oneHot(_ labels: [Int]) -> Tensor { .oneHot(labels, classes: configuration.classes) }

  /// Part 1, with the images that ``ARALSettings/mode`` names. Nothing is traced through the generator.
  mutating func updateClassifier(_ batch: Batch, _ losses: inout Losses, using random: inout RandomSource) {
    let (first, mode) = (batch.draws.first, settings.mode)
    let images =
      mode.seesGenerated
      ? autoencoder.generator.forward(first.latents, classes: oneHot(first.labels), using: &random) : nil
    var parts = losses
    let settings = settings
    let (value, gradient) = classifier.valueAndGradient { classifier in
      let classification = crossEntropy(
        logits: classifier.forward(batch.labelled, using: &random), labels: batch.labels)
      parts.classification = classification.scalar
      var total = classification * settings.classificationWeight
      if mode.seesUnlabelled {
        let real = ARALLosses.real(classifier.forward(batch.unlabelled, using: &random))
        parts.real = real.scalar
        total = total + real * settings.adversarialImageWeight
      }
      if let images {
        let generated = ARALLosses.generated(classifier.forward(images, using: &random))
        parts.generated = generated.scalar
        total = total + generated * settings.adversarialImageWeight
      }
      return total
    }
    losses = parts
    losses.classifier = value
    classifierOptimizer.update(&classifier, along: gradient)
  }

  /// Part 2. Neither the classifier nor the sampler is traced, and the unlabelled images go through the classifier once:
  /// for their features and for their classes.
  mutating func updateAutoencoder(
    _ batch: Batch, _ losses: inout Losses, using random: inout RandomSource
  ) -> Classes {
    let features = classifier.features.forward(batch.unlabelled, using: &random)
    let classes = Classes(
      labelled: settings.hidesLabels && configuration.architecture == .convolutional
        ? .zeros([batch.labels.count, configuration.classes]) : oneHot(batch.labels),
      unlabelled: classes(from: classifier.output.forward(features, using: &random)))
    let (value, gradient) = Self.differentiate(
      &autoencoder, classifier, sampler, settings, batch, classes, features: features,
      generatedClasses: oneHot(batch.draws.second.labels), &losses, using: &random)
    losses.autoencoder = value
    autoencoderOptimizer.update(&autoencoder, along: gradient)
    return classes
  }

  private static func differentiate(
    _ autoencoder: inout ARALAutoencoder, _ classifier: ARALClassifier, _ sampler: LatentDiscriminator,
    _ settings: ARALSettings, _ batch: Batch, _ classes: Classes, features: Tensor, generatedClasses: Tensor,
    _ losses: inout Losses, using random: inout RandomSource
  ) -> (value: Float, gradient: Gradient<ARALAutoencoder>) {
    var (parts, classifier) = (losses, classifier)
    defer { losses = parts }
    return autoencoder.valueAndGradient { model in
      let latents = batch.draws.second.latents
      let images = model.generator.forward(latents, classes: generatedClasses, using: &random)
      let seen = classifier.features.forward(images, using: &random)
      let distance = ARALLosses.featureDistance(seen, features, settings.featureDistance)
      var total = distance
      if settings.generatedClassWeight > 0 {
        let classes = crossEntropy(
          logits: classifier.output.forward(seen, using: &random), labels: batch.draws.second.labels)
        parts.generatedClasses = classes.scalar
        total = total + classes * settings.generatedClassWeight
      }
      if settings.matchesCodes {
        let found = model.encoder.forward(images, classes: generatedClasses, using: &random)
        let codes = ARALLosses.negativeLogLikelihood(of: latents, under: found, settings.likelihoodScale)
        parts.codes = codes.scalar
        total = total + codes * (settings.transductiveWeight * Float(generatedClasses.shape[1]))
      }
      let labelled = model.encoder.forward(batch.labelled, classes: classes.labelled, using: &random)
      let unlabelled = model.encoder.forward(batch.unlabelled, classes: classes.unlabelled, using: &random)
      let reconstructions = model.generator.forward(
        unlabelled.sample(noise: batch.draws.noise), classes: classes.unlabelled, using: &random)
      let bound = EvidenceBound(weighting: settings.weighting)
      let terms = bound.terms(
        reconstructions: settings.detachesReconstructions ? reconstructions.detached : reconstructions,
        images: batch.unlabelled, posterior: unlabelled)
      let adversarial =
        binaryCrossEntropy(logits: sampler(labelled.mean), target: 1)
        + binaryCrossEntropy(logits: sampler(unlabelled.mean), target: 1)
      (parts.featureDistance, parts.adversarial) = (distance.scalar, adversarial.scalar)
      (parts.reconstruction, parts.divergence) = (terms.reconstruction.scalar, terms.divergence.scalar)
      return total + bound.loss(terms) * settings.transductiveWeight + adversarial * settings.adversarialWeight
    }
  }

  /// Part 3. Nothing is traced through the encoder.
  mutating func updateSampler(
    _ batch: Batch, _ classes: Classes, _ losses: inout Losses, using random: inout RandomSource
  ) {
    let labelled = autoencoder.encoder.forward(batch.labelled, classes: classes.labelled, using: &random).mean
    let unlabelled = autoencoder.encoder.forward(batch.unlabelled, classes: classes.unlabelled, using: &random).mean
    let weight = settings.adversarialWeight
    let (value, gradient) = sampler.valueAndGradient { sampler in
      (binaryCrossEntropy(logits: sampler(labelled), target: 1)
        + binaryCrossEntropy(logits: sampler(unlabelled), target: 0)) * weight
    }
    losses.sampler = value
    samplerOptimizer.update(&sampler, along: gradient)
  }

  /// What encoder and generator are told of images with these logits, `[N, K]`.
  private func classes(from logits: Tensor) -> Tensor {
    switch settings.unlabelledClasses {
    case .predicted: oneHot(logits.argmax())
    case .logits: logits
    }
  }

  /// The logit of "labelled" for every image `[N, S, S, C]`, in batches: the images with the lowest are the ones to
  /// label. The classes are the classifier's; an image's score does not depend on what else is scored.
  public func labelledLogits(for images: Tensor, batchSize: Int = 256) -> [Float] {
    stride(from: 0, to: images.shape[0], by: batchSize).flatMap { first in
      let batch = images.rows(first..<min(images.shape[0], first + batchSize))
      return sampler(autoencoder.encoder(batch, classes: classes(from: classifier(batch))).mean).scalars
    }
  }

  /// The most probable class of each image `[N, S, S, C]`.
  public func predictions(for images: Tensor, batchSize: Int = 256) -> [Int] {
    stride(from: 0, to: images.shape[0], by: batchSize).flatMap { first in
      classifier(images.rows(first..<min(images.shape[0], first + batchSize))).argmax()
    }
  }
}
