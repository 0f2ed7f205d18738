public import Tensor

/// A classifier in place of the person who looks at an image: it names the likeliest class, or says that it cannot tell
/// if that class's probability is below a threshold, as the person of the paper throws away what is no digit.
///
/// Train it on labelled images of the source set, never on the set that is tested on.
public struct ClassifierOracle: Oracle {
  /// The least probability with which a class is named, in [0, 1].
  public let threshold: Float
  private let pool: Tensor?
  private let probabilities: @Sendable (Tensor) -> Tensor

  /// - Parameters:
  ///   - threshold: the least probability with which a class is named.
  ///   - pool: the pool's samples, `[N, …]`, if it is to be asked about them.
  ///   - probabilities: `[n, …]`, on the scale of the pool, to `[n, classes]`; rows sum to one.
  public init(
    threshold: Float = 0.9, pool: Tensor? = nil, probabilities: @escaping @Sendable (Tensor) -> Tensor
  ) {
    precondition((0...1).contains(threshold), "a probability of \(threshold) is not in [0, 1]")
    self.threshold = threshold
    self.pool = pool
    self.probabilities = probabilities
  }

  /// Throws ``OracleError`` about a pool it was not given.
  public func answer(_ query: Query) throws(OracleError) -> [Answer] {
    guard query.count > 0 else { return [] }
    switch query {
    case .synthesized(let inputs): return answers(for: inputs)
    case .pool(let indices):
      guard let pool else { throw .noPool(count: indices.count) }
      if let index = indices.first(where: { !(0..<pool.shape[0]).contains($0) }) {
        throw .noSuchSample(index: index, poolCount: pool.shape[0])
      }
      // A thousand at a time: the classifier's feature maps of a whole pool need not be held at once.
      return stride(from: 0, to: indices.count, by: 1024).flatMap { start in
        answers(for: pool.gathered(rows: Array(indices[start..<min(start + 1024, indices.count)])))
      }
    }
  }

  private func answers(for inputs: Tensor) -> [Answer] {
    let table = probabilities(inputs)
    precondition(
      table.rank == 2 && table.shape[0] == inputs.shape[0] && table.shape[1] > 0,
      "probabilities of shape \(table.shape) for inputs of shape \(inputs.shape)")
    let classes = table.shape[1]
    return table.withUnsafeScalars { scalars in
      (0..<table.shape[0]).map { row in
        let probabilities = scalars[row * classes..<(row + 1) * classes]
        var best = probabilities.startIndex
        for index in probabilities.indices where scalars[index] > scalars[best] { best = index }
        // A probability that is not a number fails this comparison, as it should.
        return scalars[best] >= threshold ? .label(best - probabilities.startIndex) : .cannotTell
      }
    }
  }
}
