public import Tensor

/// BADGE: batch active learning by diverse gradient embeddings (Ash, Zhang, Krishnamurthy, Langford and Agarwal, "Deep
/// batch active learning by diverse, uncertain gradient lower bounds", ICLR 2020, algorithm 1).
///
/// A sample stands for the gradient that the last layer's weights would get if the likeliest class were its label: long
/// where the learner is unsure, and pointing elsewhere where it is unsure about something else. k-means++ draws samples
/// whose gradients are long and far apart. The gradients are never formed: see the guide.
///
/// The first sample is drawn uniformly, the others with a chance proportional to their squared distance from the nearest
/// one chosen. So a pool in another order gives other samples of the same distribution.
///
/// - Complexity: with N samples, K classes and F features, one pass of the learner's probabilities and one of its
///   features over the pool, then O(N·(K + F)) per sample asked for; memory for N·(K + F) scalars.
public struct BADGE<Subject: ProbabilisticLearner & EmbeddingLearner>: QueryStrategy {
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256) {
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, in the order they were drawn. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    var classes = 0
    let outputs = try pool.scores(batchSize: batchSize) { batch in
      let probabilities = learner.probabilities(for: batch)
      classes = probabilities.shape[1]
      return concatenate([probabilities, learner.embeddings(for: batch).flattened()], alongAxis: 1)
    }
    let gradients = GradientDistances(outputs, classes: classes)
    return kMeansPlusPlus(wanted, among: gradients, using: &random).map { pool.indices[$0] }
  }
}
