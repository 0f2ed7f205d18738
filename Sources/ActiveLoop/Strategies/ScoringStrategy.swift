public import Tensor

/// A strategy that gives every sample of the pool a score, whatever else is in the pool, and leaves the choice to a
/// selector. To add one, write the score:
///
/// ```swift
/// struct GiniSampling<Subject: ProbabilisticLearner>: ScoringStrategy {
///   func scores(of inputs: Tensor, learner: Subject) -> Tensor {
///     let probabilities = learner.probabilities(for: inputs)
///     return 1 - (probabilities * probabilities).sum(alongAxes: [1])
///   }
/// }
/// ```
public protocol ScoringStrategy<Subject>: QueryStrategy {
  /// Samples scored at a time: bounds the memory, and does not change the scores but for the learner's rounding.
  var batchSize: Int { get }

  /// Takes the batch from the scores.
  var selector: any ScoreSelector { get }

  /// One score per row of `inputs`, `[N, …]`: `[N]`. Larger is more wanted; NaN says nothing.
  func scores(of inputs: Tensor, learner: Subject) -> Tensor
}

extension ScoringStrategy {
  /// 256.
  public var batchSize: Int { 256 }

  /// The largest scores.
  public var selector: any ScoreSelector { TopScores() }

  /// `min(count, pool.count)` distinct samples, as the selector takes them. Throws what reading the pool throws.
  ///
  /// - Complexity: one pass of the learner over the pool, batch by batch, and the selector's sort; memory for one score
  ///   per sample and a few batches.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let scores = try pool.scores(batchSize: batchSize) { self.scores(of: $0, learner: learner) }
    precondition(scores.count == pool.count, "scores of shape \(scores.shape) for \(pool.count) samples")
    return selector.selection(max(0, count), scores: scores.scalars, using: &random).map { pool.indices[$0] }
  }
}

/// Precondition of all that have a batch size.
func checked(batchSize: Int) -> Int {
  precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
  return batchSize
}
