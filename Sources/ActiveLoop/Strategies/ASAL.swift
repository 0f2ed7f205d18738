public import Tensor

/// ASAL: adversarial sampling for active learning (Mayer and Timofte, WACV 2020). A generator makes images that the
/// learner is as unsure about as can be; the samples of the pool nearest to them, in the space of the learner's features,
/// are asked about. Finding a sample by its neighbour can be cheaper than scoring the pool; here the pool is read once,
/// for the features change with every fit.
///
/// Images are found by ascent of the entropy of softmax(f) over latent codes, f the decision values: the objective
/// ``SynthesisSettings/Objective/entropy``. With two classes that is the boundary, as in GAAL. Each image takes the
/// nearest sample that is left; if fewer images could be made than samples are wanted, they take turns again. Without
/// any image, and for samples at no finite distance, samples are drawn at random. For the same images the pool's order does
/// not matter, but for samples with equal features.
///
/// *Deviations from the paper*: see `Documentation/Guides/ASAL.md`.
///
/// - Complexity: the synthesis (``GenerativeAdversarialSynthesizer``) of `count` images, `synthesisBatch` at a time, and
///   one pass of the learner over the pool, read batch by batch, with O(N·count·F) in matrix products; memory for
///   `count`² candidates, and no more of the pool than three batches.
public struct ASAL<Generator: ImageGenerator, Subject: MarginLearner & EmbeddingLearner>: QueryStrategy {
  /// Makes images that the learner is unsure about.
  public let synthesizer: GenerativeAdversarialSynthesizer<Generator, Subject>
  /// Images that are synthesized at a time.
  public let synthesisBatch: Int
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: positive sizes; those of ``GenerativeAdversarialSynthesizer``.
  public init(
    generator: Generator, settings: SynthesisSettings = SynthesisSettings(objective: .entropy),
    synthesisBatch: Int = 64, batchSize: Int = 256
  ) {
    precondition(synthesisBatch > 0 && batchSize > 0, "a batch has at least one sample")
    synthesizer = GenerativeAdversarialSynthesizer(generator: generator, settings: settings)
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
    ) { learner.embeddings(for: $0) }
    let chosen = try targets.map {
      try pool.nearestSamples(wanted, to: $0, batchSize: batchSize) { learner.embeddings(for: $0) }
    }
    return completed(chosen ?? [], to: wanted, of: pool.count, using: &random).map { pool.indices[$0] }
  }
}
