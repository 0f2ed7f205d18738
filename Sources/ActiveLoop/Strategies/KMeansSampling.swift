public import Tensor

/// One sample of every group: k-means on the learner's features with as many groups as samples are wanted, and of each
/// group the sample nearest to its centre (Xu, Yu, Tresp, Xu and Wang, "Representative sampling for text classification
/// using support vector machines", ECIR 2003, on the whole pool instead of the margin; Zhdanov, "Diverse mini-batch
/// active learning", 2019, without its weights).
///
/// It does not look at what is labelled already. The start is drawn at random, so a pool in another order gives other
/// samples. Samples whose features are not finite come last.
///
/// - Complexity: one pass of the learner over the pool, then O(N·F·count) for the start and for each of at most
///   `iterationLimit` rounds, in matrix products; memory for two copies of N·F features.
public struct KMeansSampling<Subject: EmbeddingLearner>: QueryStrategy {
  /// Rounds of Lloyd's method at most.
  public let iterationLimit: Int
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: both are positive.
  public init(iterationLimit: Int = 100, batchSize: Int = 256) {
    precondition(iterationLimit > 0, "k-means takes at least one round, not \(iterationLimit)")
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.iterationLimit = iterationLimit
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, those of the largest groups first. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    // As many groups as samples: each is its own.
    if wanted == pool.count { return random.sample(wanted, from: pool.indices) }
    let all = try pool.embeddings(batchSize: batchSize, by: learner)
    let rows = all.finiteRows()
    var chosen: [Int] = []
    if !rows.isEmpty {
      let features = rows.count == pool.count ? all : all.gathered(rows: rows)
      let clustering = kMeans(wanted, features: features, iterationLimit: iterationLimit, using: &random)
      let distances = clustering.squaredDistances
      chosen = clustering.members.filter { !$0.isEmpty }
        .sorted { ($0.count, $1[0]) > ($1.count, $0[0]) }
        .compactMap { group in group.min { (distances[$0], $0) < (distances[$1], $1) } }
        .map { rows[$0] }
    }
    return completed(chosen, to: wanted, of: pool.count, using: &random).map { pool.indices[$0] }
  }
}
