public import Tensor

/// Pool-filtered GAAL: images are synthesized on the decision boundary as in GAAL (Zhu and Bento, "Generative adversarial
/// active learning", 2017, algorithm 1), and the samples of the pool nearest to them are asked about in their stead. The
/// oracle sees real samples only, and none is unrecognisable.
///
/// Each synthesized image takes the nearest sample that is left, in the space of `features`; if fewer images could be
/// synthesized than samples are wanted, they take turns again. Without any image, and for samples at no finite distance,
/// samples are drawn at random. For the same images the pool's order does not
/// matter, but for samples that are equal.
///
/// - Complexity: the synthesis (``GenerativeAdversarialSynthesizer``) of `count` images, `synthesisBatch` at a time, and
///   one pass over the pool, read batch by batch, with O(N·count·D) in matrix products for D features; memory for
///   `count`² candidates, and no more of the pool than three batches.
public struct PoolFilteredGAAL<
  Generator: ImageGenerator, Features: FeatureMap, Subject: MarginLearner
>: QueryStrategy {
  /// Makes images on the boundary.
  public let synthesizer: GenerativeAdversarialSynthesizer<Generator, Subject>
  /// The space in which samples are near: the pixels, say.
  public let features: Features
  /// Images that are synthesized at a time.
  public let synthesisBatch: Int
  /// Samples that are read at a time.
  public let batchSize: Int

  /// Precondition: positive sizes; those of ``GenerativeAdversarialSynthesizer``.
  public init(
    generator: Generator, features: Features, settings: SynthesisSettings = SynthesisSettings(),
    synthesisBatch: Int = 64, batchSize: Int = 256
  ) {
    precondition(synthesisBatch > 0 && batchSize > 0, "a batch has at least one sample")
    synthesizer = GenerativeAdversarialSynthesizer(generator: generator, settings: settings)
    self.features = features
    self.synthesisBatch = synthesisBatch
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, each image's nearest first. Precondition: `count` is not negative; the
  /// generator's images have the shape of the pool's samples. Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    let targets = synthesizer.targets(
      wanted, batch: synthesisBatch, shape: pool.samples.sampleShape, learner: learner, using: &random
    ) { features.features(of: $0) }
    let chosen = try targets.map {
      try pool.nearestSamples(wanted, to: $0, batchSize: batchSize) { features.features(of: $0) }
    }
    return completed(chosen ?? [], to: wanted, of: pool.count, using: &random).map { pool.indices[$0] }
  }
}

extension GenerativeAdversarialSynthesizer {
  /// What `space` makes of at most `count` images, `[Q, D]`, synthesized `batch` at a time; `nil` if none could be.
  func targets(
    _ count: Int, batch: Int, shape: Shape, learner: Subject, using random: inout RandomSource,
    in space: (Tensor) -> Tensor
  ) -> Tensor? {
    var parts: [Tensor] = []
    for first in stride(from: 0, to: count, by: batch) {
      let images = synthesize(min(batch, count - first), learner: learner, using: &random).inputs
      precondition(
        Array(images.shape.dropFirst()) == shape,
        "images of shape \(images.shape.dropFirst()) have no distance from samples of shape \(shape)")
      if images.shape[0] > 0 { parts.append(space(images).flattened().detached) }
    }
    return parts.isEmpty ? nil : concatenate(parts)
  }
}
