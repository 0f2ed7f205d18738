/// The sum of `body` over chunks of `0..<count`, each computed on the pool and added in order.
func sumOverChunks(_ count: Int, of chunk: Int, _ body: (Range<Int>) -> Double) -> Double {
  let units = (count + chunk - 1) / chunk
  if units <= 1 { return units == 1 ? body(0..<count) : 0 }
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: units) { sums in
    guard let first = sums.baseAddress else { return 0 }
    parallel(units) { unit in first[unit] = body(unit * chunk..<min(count, (unit + 1) * chunk)) }
    return (0..<units).reduce(0) { $0 + first[$1] }
  }
}

/// A loss, summed in double, as a scalar.
func lossValue(_ value: Double) -> Tensor { Tensor(Float(value)) }

extension Tensor {
  /// A stored gradient times the scalar that came back to the loss; no work for the usual 1.
  func scaled(by cotangent: Tensor) -> Tensor { cotangent.scalar == 1 ? self : self * cotangent.scalar }
}
