public import Tensor

/// The paper's "simple GAN": G(z) for random z, nothing optimised. The control for GAAL: the same generator and oracle
/// without the active part.
public struct RandomSynthesizer<Generator: ImageGenerator, Subject: MarginLearner>: QuerySynthesizer {
  /// G.
  public let generator: Generator

  /// Synthesizes from `generator`.
  public init(generator: Generator) { self.generator = generator }

  /// `count` images, on the scale of the pool.
  public func synthesize(
    _ count: Int, learner: Subject, using random: inout RandomSource
  ) -> SynthesizedQueries {
    let latents = generator.latents(count, using: &random)
    let inputs = generator.inputs(from: latents)
    let distances = boundaryDistances(ofDecisionValues: learner.decisionValues(for: inputs))
    return SynthesizedQueries(
      inputs: inputs, latents: latents, initialObjectives: distances, objectives: distances, restarts: 0)
  }
}
