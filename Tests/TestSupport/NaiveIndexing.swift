public import Tensor

/// Every place of a tensor of `shape`, row by row: what naive references loop over.
public func places(in shape: Shape) -> [[Int]] {
  var result: [[Int]] = [[]]
  for size in shape {
    result = result.flatMap { place in (0..<size).map { place + [$0] } }
  }
  return result
}

/// Where the scalar at `place` is stored.
public func position(of place: [Int], in shape: Shape) -> Int {
  zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
}

extension Tensor {
  /// The scalar at `place`, in double precision.
  public func at(_ place: [Int]) -> Double { Double(scalars[position(of: place, in: shape)]) }
}
