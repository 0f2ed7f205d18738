public import Tensor

extension ARALTraining {
  /// One update of the generator alone, against networks that have learnt: classifier, encoder and sampler keep every
  /// bit. It teaches what ``step(labelled:labels:unlabelled:draws:using:)`` leaves open, which image shows which class.
  ///
  /// Feature matching takes means over all classes together, so a generator may show any class for any; and a term
  /// that asks for classes while the classifier learns costs it accuracy, because its images are what the classifier is
  /// told to doubt. Afterwards it costs nothing. This stage is in neither the paper nor its code.
  ///
  /// Minimised: the distance of mean features class by class, unlabelled images in the class that the classifier takes
  /// them for; a tenth of the classifier's cross-entropy of generated images to the class the generator was told; and the
  /// reconstruction error of unlabelled images with ten times its usual weight, which keeps images of a class different.
  ///
  /// - Parameters:
  ///   - unlabelled: images `[M, S, S, C]`.
  ///   - progress: the share of this stage that is over, in [0, 1): the generator's rate falls to 0 along it.
  /// - Returns: What was minimised.
  public mutating func refineGenerator(
    unlabelled: Tensor, draws: Draws, progress: Float, using random: inout RandomSource
  ) throws(Divergence) -> Float {
    let (classifier, encoder, settings) = (classifier, autoencoder.encoder, settings)
    let (labels, classCount) = (draws.second.labels, configuration.classes)
    let features = classifier.features(unlabelled)
    let predictions = classifier.output(features).argmax()
    let (told, seen) = (Tensor.oneHot(labels, classes: classCount), Tensor.oneHot(predictions, classes: classCount))
    let codes = encoder(unlabelled, classes: seen).sample(noise: draws.noise)
    let weighting = EvidenceBound(weighting: settings.weighting)
    let (value, gradient) = autoencoder.valueAndGradient { model in
      let images = model.generator.forward(draws.second.latents, classes: told, using: &random)
      let generated = classifier.features(images)
      let distance = ARALLosses.classFeatureDistance(
        generated, labels, features, predictions, classes: classCount, settings.featureDistance)
      let classes = crossEntropy(logits: classifier.output(generated), labels: labels)
      let error = weighting.reconstructionError(
        model.generator.forward(codes, classes: seen, using: &random), unlabelled)
      return distance + classes * 0.1 + error * (10 * settings.transductiveWeight)
    }
    autoencoderOptimizer.learningRate = settings.autoencoderLearningRate * (1 - progress)
    // Without a first moment (β₁ is 0) Adam leaves what the loss does not depend on as it is.
    autoencoderOptimizer.update(&autoencoder, along: gradient)
    steps += 1
    guard value.isFinite else { throw Divergence(step: steps, loss: "generator's") }
    return value
  }
}
