internal import CKernels

/// The mean over the batch of −log softmax(logits)[label], as a scalar: one operation on logits, so that nothing
/// overflows and no probability is rounded to zero. The gradient comes out of the same pass, and only if the logits
/// are traced.
///
/// - Parameters:
///   - logits: `[N, classes]`.
///   - labels: `N` classes in `0..<classes`.
/// - Precondition: the batch is not empty and every label is a class.
public func crossEntropy(logits: Tensor, labels: [Int]) -> Tensor {
  precondition(
    logits.rank == 2 && logits.shape[0] == labels.count && !labels.isEmpty,
    "cross-entropy of \(labels.count) labels takes logits of shape [\(labels.count), classes], not \(logits.shape)")
  let columns = logits.shape[1]
  if let wrong = labels.first(where: { !(0..<columns).contains($0) }) {
    preconditionFailure("label \(wrong) is not one of the \(columns) classes of logits of shape \(logits.shape)")
  }
  let gradient = logits.isTraced ? Tensor(uninitialized: logits.shape) : nil
  let (x, dx) = (logits.pointer, gradient?.freshPointer)
  let scale = 1 / Float(labels.count)
  let total = labels.withUnsafeBufferPointer { labels in
    sumOverChunks(labels.count, of: max(1, elementwiseChunk / columns)) { rows in
      let start = rows.lowerBound * columns
      guard let first = labels.baseAddress else { return 0 }
      return ladle_cross_entropy(
        x + start, first + rows.lowerBound, scale, dx.map { $0 + start }, rows.count, columns)
    }
  }
  withExtendedLifetime(logits) {}
  return lossValue(total / Double(labels.count)).recorded(from: logits) { cotangent, _ in
    [gradient?.scaled(by: cotangent)]
  }
}
