internal import CKernels

private typealias ErrorKernel =
  @convention(c) (
    UnsafePointer<Float>?, UnsafePointer<Float>?, Float, UnsafeMutablePointer<Float>?, Int
  ) -> Double

/// The mean of (a − b)² over all elements, as a scalar.
///
/// - Precondition: the shapes are equal and not empty.
public func meanSquaredError(_ a: Tensor, _ b: Tensor) -> Tensor {
  meanError("squared", ladle_squared_error, a, b)
}

/// The mean of |a − b| over all elements, as a scalar; the gradient is zero where they are equal.
///
/// - Precondition: the shapes are equal and not empty.
public func meanAbsoluteError(_ a: Tensor, _ b: Tensor) -> Tensor {
  meanError("absolute", ladle_absolute_error, a, b)
}

private func meanError(_ name: String, _ kernel: ErrorKernel, _ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(
    a.shape == b.shape && a.count > 0,
    "the mean \(name) error of shapes \(a.shape) and \(b.shape): they must agree, and hold a scalar")
  let count = a.count
  let gradient = a.isTraced || b.isTraced ? Tensor(uninitialized: a.shape) : nil
  let (pa, pb, da) = (a.pointer, b.pointer, gradient?.freshPointer)
  let scale = 1 / Float(count)
  let total = sumOverChunks(count, of: elementwiseChunk) { range in
    let start = range.lowerBound
    return kernel(pa + start, pb + start, scale, da.map { $0 + start }, range.count)
  }
  withExtendedLifetime((a, b)) {}
  return lossValue(total / Double(count)).recorded(from: a, b) { cotangent, wanted in
    let pulled = gradient?.scaled(by: cotangent)
    return [wanted[0] ? pulled : nil, wanted[1] ? pulled.map { -$0 } : nil]
  }
}
