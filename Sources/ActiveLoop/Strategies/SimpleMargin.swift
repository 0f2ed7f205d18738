public import Tensor

/// SVM-active: the samples of the pool nearest to the hyperplane (Tong & Koller, "Support vector machine active
/// learning with applications to text classification", JMLR 2001, *simple margin*). With more than two classes, those
/// with the smallest difference between the two largest decision values.
///
/// Samples at equal distance are taken in an order drawn from the generator that is passed.
///
/// - Complexity: one pass of the learner over the pool, `chunk` rows at a time, and a sort.
public struct SimpleMargin<Subject: MarginLearner>: ScoringStrategy {
  /// Rows scored at a time: bounds the memory of a learner with many features.
  public let chunk: Int

  /// Precondition: `chunk > 0`.
  public init(chunk: Int = 2048) {
    precondition(chunk > 0, "a chunk has at least one row, not \(chunk)")
    self.chunk = chunk
  }

  /// ``chunk``.
  public var batchSize: Int { chunk }

  /// The distances from the boundary, less than zero.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    Tensor(boundaryDistances(ofDecisionValues: learner.decisionValues(for: inputs)).map { -$0 })
  }
}
