internal import CBLAS

extension Tensor {
  /// `self += other`, in place if nobody shares the storage. Shapes must agree.
  package mutating func accumulate(_ other: Tensor) {
    precondition(shape == other.shape, "cannot add a gradient of shape \(other.shape) to one of \(shape)")
    let source = other.pointer
    withUnsafeMutableScalars { target in
      guard let target = target.baseAddress else { return }
      parallelChunks(other.count, of: elementwiseChunk) { range in
        cblas_saxpy(Int32(range.count), 1, source + range.lowerBound, 1, target + range.lowerBound, 1)
      }
    }
    withExtendedLifetime(other) {}
  }

  /// `self += share · (other − self)`, in place if nobody shares the storage. Shapes must agree.
  package mutating func move(towards other: Tensor, by share: Float) {
    precondition(shape == other.shape, "cannot average tensors of shapes \(shape) and \(other.shape)")
    let source = other.pointer
    withUnsafeMutableScalars { target in
      guard let target = target.baseAddress else { return }
      parallelChunks(other.count, of: elementwiseChunk) { range in
        cblas_saxpby(
          Int32(range.count), share, source + range.lowerBound, 1, 1 - share, target + range.lowerBound, 1)
      }
    }
    withExtendedLifetime(other) {}
  }
}
