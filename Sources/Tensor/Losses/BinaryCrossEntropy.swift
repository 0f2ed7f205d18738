internal import CKernels

/// The mean over all elements of log(1 + eˣ) − x·t for logits x and targets t in [0, 1], as a scalar: the
/// cross-entropy of sigmoid(x), on logits, so that nothing overflows.
///
/// - Precondition: the shapes are equal and not empty.
public func binaryCrossEntropy(logits: Tensor, target: Tensor) -> Tensor {
  precondition(
    logits.shape == target.shape,
    "binary cross-entropy of logits of shape \(logits.shape) and targets of shape \(target.shape): they must agree")
  return binaryCrossEntropy(logits: logits, target: target, constant: 0)
}

/// The same with one target for every logit, as for the real and generated batches of a GAN.
public func binaryCrossEntropy(logits: Tensor, target: Float) -> Tensor {
  binaryCrossEntropy(logits: logits, target: nil, constant: target)
}

private func binaryCrossEntropy(logits: Tensor, target: Tensor?, constant: Float) -> Tensor {
  let count = logits.count
  precondition(count > 0, "there is no mean loss of logits of shape \(logits.shape): no scalars")
  let gradient = logits.isTraced ? Tensor(uninitialized: logits.shape) : nil
  let targetGradient = target.flatMap { $0.isTraced ? Tensor(uninitialized: $0.shape) : nil }
  let (x, t, dx, dt) = (logits.pointer, target?.pointer, gradient?.freshPointer, targetGradient?.freshPointer)
  let scale = 1 / Float(count)
  let total = sumOverChunks(count, of: elementwiseChunk) { range in
    let start = range.lowerBound
    return ladle_binary_cross_entropy(
      x + start, t.map { $0 + start }, constant, scale, dx.map { $0 + start }, dt.map { $0 + start }, range.count)
  }
  withExtendedLifetime((logits, target)) {}
  let operands = target.map { [logits, $0] } ?? [logits]
  return lossValue(total / Double(count)).recorded(fromAll: operands) { cotangent, _ in
    [gradient?.scaled(by: cotangent), targetGradient?.scaled(by: cotangent)]
  }
}
