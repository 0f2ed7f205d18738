public import Tensor

/// Where every random choice of a pool experiment comes from: all of one seed, unless one is set alone. Holding all but
/// one shows how much of a result's spread is due to that one.
public struct ExperimentSeeds: Codable, Sendable, Hashable {
  /// Names the run in its records.
  public var run: Int
  /// What part of a data set is pool, or is kept of it; whoever prepares the data reads it from here.
  public var split: Int
  /// The samples that are labelled before the first query: the same for every strategy.
  public var initial: Int
  /// A network's first weights.
  public var weights: Int
  /// The order of batches, augmentation and dropout.
  public var order: Int
  /// What a strategy draws.
  public var strategy: Int
  /// The errors of a noisy oracle; whoever builds the oracle reads them from here.
  public var oracle: Int

  /// All from `seed`; streams of different names keep them apart.
  public init(_ seed: Int) {
    (run, split, initial, weights, order, strategy, oracle) = (seed, seed, seed, seed, seed, seed, seed)
  }

  /// Of the choice of the pool.
  public var splitSource: RandomSource { RandomSource(seed: split).stream("split") }
  /// Of the choice of the initial labels.
  public var initialSource: RandomSource { RandomSource(seed: initial).stream("initial") }
  /// Of the oracle's errors.
  public var oracleSource: RandomSource { RandomSource(seed: oracle).stream("oracle") }

  /// Of the fit after round `round`.
  func fitStreams(round: Int) -> FitStreams {
    FitStreams(
      weights: RandomSource(seed: weights).stream("weights", round),
      order: RandomSource(seed: order).stream("order", round))
  }

  /// Of one question in round `round`.
  func strategySource(round: Int, attempt: Int) -> RandomSource {
    RandomSource(seed: strategy).stream("query", round).stream("attempt", attempt)
  }
}
