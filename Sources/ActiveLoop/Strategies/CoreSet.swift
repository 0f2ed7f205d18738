public import Tensor

/// Core-set: the samples that, together with the labelled ones, cover the pool with the smallest balls, found greedily
/// (Sener and Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018, algorithm
/// 1). Again and again the sample that is farthest from everything labelled or chosen; the largest distance that is left
/// is at most twice the smallest possible.
///
/// The samples that left the pool are the centres it starts with. Before the first label there are none, and the first
/// sample is drawn at random; all else is ruled by distances, and equal ones are taken in an order drawn from the
/// generator. The paper's refinement by mixed integer programs (algorithm 2) is left out.
///
/// - Complexity: with N unlabelled and M labelled samples of F features, one pass of the learner over both, then
///   O(N·F·(M + count)); memory for (N + M)·F features and one distance per sample, never for distances between all.
public struct CoreSet<Subject: EmbeddingLearner>: QueryStrategy {
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256) {
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, in the order they were taken. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    let centres = try pool.takenEmbeddings(batchSize: batchSize, by: learner)
    let features = try pool.embeddings(batchSize: batchSize, by: learner)
    return kCentreGreedy(wanted, features: features, centres: centres, using: &random).map { pool.indices[$0] }
  }
}
