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
      StrategyCase("Core-set", hasScores: false, CoreSet(), learner: learner),
      StrategyCase("BADGE", hasScores: false, BADGE(), learner: learner),
      StrategyCase("k-means", hasScores: false, KMeansSampling(), learner: learner),
      StrategyCase("TypiClust", hasScores: false, TypiClust(), learner: learner),
      StrategyCase("TypiClust, few groups", hasScores: false, TypiClust(clusterLimit: 3), learner: learner),
      StrategyCase("ProbCover", hasScores: false, ProbCover(radius: .purity(classes: 2)), learner: learner),
      StrategyCase("ProbCover, small balls", hasScores: false, ProbCover(radius: .fixed(0.01)), learner: learner),
      StrategyCase("DAL", hasScores: false, DiscriminativeActiveLearning(settings: quick), learner: learner),
      StrategyCase("ASAL", hasScores: false, ASAL(generator: ToyGenerator.plane), learner: learner),
      StrategyCase(
        "pool-filtered GAAL", hasScores: false,
        PoolFilteredGAAL(generator: ToyGenerator.plane, features: PixelFeatures()), learner: learner),
      StrategyCase(
        "pool-filtered GAAL, nothing but blank images", hasScores: false,
        PoolFilteredGAAL(
          generator: ToyGenerator.plane, features: PixelFeatures(),
          settings: SynthesisSettings(steps: 2, restartLimit: 0, minimumContrast: 2)),
        learner: learner),
    ]
  }
}
