import ActiveLoop

/// The group `query` of the settings of `ladle run pool`: what is put around every strategy but the random ones.
struct QuerySettings: Codable, Sendable, Hashable {
  /// Shows the strategy so many samples of the pool, drawn anew for each query; none shows it all.
  var subset: Int?
  /// The share of each batch that is drawn at random, in [0, 1].
  var epsilon = 0.0
  /// Passes over samples whose pixels are as near as this, in the Euclidean distance, to one chosen in the same batch or
  /// labelled before; none passes over nothing.
  var duplicateDistance: Float?
  /// Draws batches by Gumbel noise with this coldness (`GumbelTopScores`, power weighting) where a strategy gives scores
  /// that are not negative; none takes the largest scores.
  var coldness: Float?

  /// What takes a batch from scores.
  var selector: any ScoreSelector {
    if let coldness { GumbelTopScores(.power, coldness: coldness) } else { TopScores() }
  }

  /// The strategy with what is to be around it: near-duplicates are passed over first, random samples come last.
  func wrapping<Subject: Learner>(_ strategy: any QueryStrategy<Subject>) -> any QueryStrategy<Subject> {
    var wrapped = strategy
    if let duplicateDistance { wrapped = Self.deduplicating(wrapped, duplicateDistance) }
    if let subset { wrapped = Self.subset(wrapped, subset) }
    if epsilon > 0 { wrapped = Self.epsilonRandom(wrapped, epsilon) }
    return wrapped
  }

  // Functions of the concrete type: only they can name the wrapper's.
  private static func deduplicating<Base: QueryStrategy>(
    _ base: Base, _ distance: Float
  ) -> any QueryStrategy<Base.Subject> { Deduplicating(base, pixelDistance: distance) }

  private static func subset<Base: QueryStrategy>(_ base: Base, _ count: Int) -> any QueryStrategy<Base.Subject> {
    RandomSubset(of: .count(count), base)
  }

  private static func epsilonRandom<Base: QueryStrategy>(
    _ base: Base, _ share: Double
  ) -> any QueryStrategy<Base.Subject> { EpsilonRandom(share: share, base) }

  /// What makes no sense, or nil.
  var problem: String? {
    let checks: [(isFine: Bool, problem: String)] = [
      (subset ?? 1 >= 1, "query.subset is \(subset ?? 0), and must be at least 1"),
      ((0...1).contains(epsilon), "query.epsilon is \(epsilon), and must be in 0...1"),
      (
        duplicateDistance ?? 0 >= 0 && (duplicateDistance ?? 0).isFinite,
        "query.duplicateDistance is \(duplicateDistance ?? 0), and must be 0 or more"
      ),
      (
        coldness ?? 0 >= 0 && (coldness ?? 0).isFinite,
        "query.coldness is \(coldness ?? 0), and must be 0 or more"
      ),
    ]
    return checks.first { !$0.isFine }?.problem
  }
}
