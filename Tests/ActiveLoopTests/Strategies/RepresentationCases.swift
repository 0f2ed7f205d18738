import ActiveLoop
import Tensor

extension StrategyCase {
  /// Strategies on a learner's features, for the suite that every strategy goes through. None has scores that rule
  /// alone: k-means, BADGE and the discriminator draw samples by their place, Core-set before the first label does, and
  /// the others draw what they synthesize. ``RepresentationPermutationTests`` permutes the pool where nothing is drawn,
  /// or the same.
  static func representation() -> [StrategyCase] {
    let learner = ToyEmbedder()
    let quick = DiscriminatorSettings(parts: 3, hidden: [8], steps: 20, samplesPerKind: 8)
    return [
      StrategyCase("Core-set", hasScores: false, reads: .everything, learner: learner) { CoreSet(batchSize: $0) },
      StrategyCase("BADGE", hasScores: false, learner: learner) { BADGE(batchSize: $0) },
      StrategyCase("k-means", hasScores: false, learner: learner) { KMeansSampling(batchSize: $0) },
      StrategyCase("TypiClust", hasScores: false, reads: .everything, learner: learner) { TypiClust(batchSize: $0) },
      StrategyCase("TypiClust, few groups", hasScores: false, reads: .everything, learner: learner) {
        TypiClust(clusterLimit: 3, batchSize: $0)
      },
      StrategyCase("ProbCover", hasScores: false, reads: .everything, learner: learner) {
        ProbCover(radius: .purity(classes: 2), batchSize: $0)
      },
      StrategyCase("ProbCover, small balls", hasScores: false, reads: .everything, learner: learner) {
        ProbCover(radius: .fixed(0.01), batchSize: $0)
      },
      StrategyCase("DAL", hasScores: false, reads: .everything, learner: learner) {
        DiscriminativeActiveLearning(settings: quick, batchSize: $0)
      },
      StrategyCase("ASAL", hasScores: false, learner: learner) {
        ASAL(generator: ToyGenerator.plane, batchSize: $0)
      },
      StrategyCase("pool-filtered GAAL", hasScores: false, learner: learner) {
        PoolFilteredGAAL(generator: ToyGenerator.plane, features: PixelFeatures(), batchSize: $0)
      },
      StrategyCase("pool-filtered GAAL, nothing but blank images", hasScores: false, reads: .nothing, learner: learner)
      {
        PoolFilteredGAAL(
          generator: ToyGenerator.plane, features: PixelFeatures(),
          settings: SynthesisSettings(steps: 2, restartLimit: 0, minimumContrast: 2), batchSize: $0)
      },
    ]
  }
}
