public import Tensor

/// ProbCover: the samples whose balls cover the most of the data that no labelled sample's ball covers yet (Yehuda,
/// Dekel, Hacohen and Weinshall, "Active learning through a covering lens", NeurIPS 2022, algorithm 1). Where
/// ``CoreSet`` covers everything with balls that grow, this covers as much as possible with balls of one radius δ; meant
/// for the first few labels, and for features that were learned without any.
///
/// Balls may have their middle in labelled samples too: these come first. When everything is covered before `count`
/// samples are chosen, the others are drawn at random. Samples that cover equally many are taken in an order drawn from
/// the generator, and covers are whole numbers, often equal: a pool in another order may give other samples. Samples
/// whose features are not finite come last.
///
/// - Complexity: with N samples in all, one pass of the learner over all, then O(N²·F) in matrix products, twice, and
///   once more for a radius by purity. The graph of who covers whom is never stored: memory for three copies of N·F
///   features and a few numbers per sample.
public struct ProbCover<Subject: EmbeddingLearner>: QueryStrategy {
  /// How far a ball reaches.
  public enum Radius: Sendable, Hashable, Codable {
    /// δ.
    case fixed(Float)
    /// The largest δ for which at least `share` of all balls are pure (section 3.3): samples in them have the
    /// pseudo-label of the sample in the middle. Pseudo-labels are the groups of k-means with `classes` groups.
    case purity(share: Float = 0.95, classes: Int)
  }

  /// How far a ball reaches.
  public let radius: Radius
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: a radius that is not negative, or a share in 0...1 and two classes or more; a positive batch.
  public init(radius: Radius, batchSize: Int = 256) {
    switch radius {
    case .fixed(let delta): precondition(delta >= 0, "a ball has no radius of \(delta)")
    case .purity(let share, let classes):
      precondition((0...1).contains(share) && classes >= 2, "a share of \(share) of balls of \(classes) classes")
    }
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.radius = radius
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, in the order they were taken. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    let (all, labelled) = try pool.allEmbeddings(batchSize: batchSize, by: learner)
    let rows = all.finiteRows()
    var chosen: [Int] = []
    if !rows.isEmpty {
      let features = rows.count == all.shape[0] ? all : all.gathered(rows: rows)
      let delta = self.delta(features: features, using: &random)
      let taken = rows.indices.filter { rows[$0] < labelled }
      chosen = greedyBallCover(wanted, features: features, radius: delta, taken: taken, using: &random)
        .map { rows[$0] - labelled }
    }
    return completed(chosen, to: wanted, of: pool.count, using: &random).map { pool.indices[$0] }
  }

  private func delta(features: Tensor, using random: inout RandomSource) -> Float {
    switch radius {
    case .fixed(let delta): return delta
    case .purity(let share, let classes):
      let groups = kMeans(classes, features: features, using: &random)
      return largestPureRadius(features: features, labels: groups.assignments, purity: share)
    }
  }
}
