internal import CKernels

extension Gradient {
  /// The name of the first parameter, in visiting order, whose gradient contains an infinity or a NaN. One pass.
  public func firstNonFinite() -> String? {
    for (name, tensor) in zip(names, tensors) where !tensor.isFinite { return name }
    return nil
  }

  /// The Euclidean norm over all parameters, accumulated in double precision in a fixed order.
  public var norm: Float {
    var total = 0.0
    for tensor in tensors {
      let source = tensor.pointer
      let chunks = (tensor.count + elementwiseChunk - 1) / elementwiseChunk
      let sums = [Double](unsafeUninitializedCapacity: chunks) { buffer, filled in
        guard let target = buffer.baseAddress else { return }
        parallelChunks(tensor.count, of: elementwiseChunk) { range in
          target[range.lowerBound / elementwiseChunk] =
            ladle_sum_of_squares(range.count, source + range.lowerBound)
        }
        filled = chunks
      }
      for sum in sums { total += sum }
      withExtendedLifetime(tensor) {}
    }
    return Float(total.squareRoot())
  }

  /// Scales all gradients, if their ``norm`` exceeds `maximum`, so that it becomes `maximum` (Pascanu et al., "On the
  /// difficulty of training recurrent neural networks", ICML 2013). Returns the norm before. A norm that is not
  /// finite cannot be repaired and changes nothing: check ``firstNonFinite()``.
  @discardableResult
  public mutating func clip(toNorm maximum: Float) -> Float {
    precondition(maximum >= 0, "a norm of \(maximum) cannot be reached")
    let norm = norm
    guard norm.isFinite, norm > maximum else { return norm }
    let factor = maximum / norm
    for index in tensors.indices {
      tensors[index].withUnsafeMutableScalars { scalars in
        guard let target = scalars.baseAddress else { return }
        parallelChunks(scalars.count, of: elementwiseChunk) { range in
          ladle_scale_in_place(range.count, target + range.lowerBound, factor)
        }
      }
    }
    return norm
  }
}

extension Tensor {
  /// Whether no scalar is an infinity or a NaN.
  package var isFinite: Bool {
    let source = pointer
    let chunks = (count + elementwiseChunk - 1) / elementwiseChunk
    let finite = [Bool](unsafeUninitializedCapacity: chunks) { buffer, filled in
      guard let target = buffer.baseAddress else { return }
      parallelChunks(count, of: elementwiseChunk) { range in
        target[range.lowerBound / elementwiseChunk] =
          ladle_all_finite(range.count, source + range.lowerBound) != 0
      }
      filled = chunks
    }
    withExtendedLifetime(self) {}
    return !finite.contains(false)
  }
}
