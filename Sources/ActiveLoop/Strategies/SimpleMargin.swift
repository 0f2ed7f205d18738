public import Tensor

/// SVM-active: the samples of the pool nearest to the hyperplane (Tong & Koller, "Support vector machine active
/// learning with applications to text classification", JMLR 2001, *simple margin*). With more than two classes, those
/// with the smallest difference between the two largest decision values.
///
/// Samples at equal distance are taken in an order drawn from the generator that is passed.
///
/// - Complexity: one pass of the learner over the pool, `chunk` rows at a time, and a sort.
public struct SimpleMargin<Subject: MarginLearner>: QueryStrategy {
  /// Rows scored at a time: bounds the memory of a learner with many features.
  public let chunk: Int

  /// Precondition: `chunk > 0`.
  public init(chunk: Int = 2048) {
    precondition(chunk > 0, "a chunk has at least one row, not \(chunk)")
    self.chunk = chunk
  }

  /// `min(count, pool.count)` distinct samples, the nearest first.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let order = random.permutation(of: pool.count)
    let scores = try distances(of: pool, learner: learner)
    // A score that is not a number says nothing about the sample: such samples come last.
    let ranked = order.map { (score: scores[$0].isNaN ? .infinity : scores[$0], place: $0) }
      .enumerated()
      .sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }
    return ranked.prefix(max(0, count)).map { pool.indices[$0.element.place] }
  }

  /// One distance per sample of the pool, in the order of `pool.indices`.
  func distances(of pool: UnlabelledPool, learner: Subject) throws -> [Float] {
    try pool.scores(batchSize: chunk) { batch in
      Tensor(boundaryDistances(ofDecisionValues: learner.decisionValues(for: batch)))
    }.scalars
  }
}
