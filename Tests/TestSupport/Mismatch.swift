public import Tensor

/// What is wrong with `actual`, or `nil` if every scalar is within `tolerance` of `expected`, relative to the
/// largest expected magnitude (or to 1, if that is smaller). NaN matches NaN, and infinities themselves.
public func mismatch(
  _ actual: [Float], _ expected: [Double], tolerance: Double = 1e-5
) -> String? {
  guard actual.count == expected.count else {
    return "\(actual.count) scalars where \(expected.count) were expected"
  }
  let scale = expected.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
  for (place, (a, e)) in zip(actual, expected).enumerated() {
    if e.isNaN && a.isNaN || Double(a) == e { continue }
    if !(abs(Double(a) - e) <= tolerance * scale) {
      return "scalar \(place) is \(a), not \(e) (tolerance \(tolerance * scale))"
    }
  }
  return nil
}

/// The same for a tensor, whose shape must be `shape`.
public func mismatch(_ actual: Tensor, _ expected: [Double], shape: Shape, tolerance: Double = 1e-5) -> String? {
  guard actual.shape == shape else { return "shape \(actual.shape), not \(shape)" }
  return mismatch(actual.scalars, expected, tolerance: tolerance)
}

/// What differs between the bits of two tensors, or `nil`.
public func bitMismatch(_ a: Tensor, _ b: Tensor) -> String? {
  guard a.shape == b.shape else { return "shapes \(a.shape) and \(b.shape)" }
  for (place, (x, y)) in zip(a.scalars, b.scalars).enumerated() where x.bitPattern != y.bitPattern {
    return "scalar \(place) of shape \(a.shape) is \(x) or \(y)"
  }
  return nil
}
