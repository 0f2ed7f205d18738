#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A sigmoid P(positive | f) = 1 / (1 + exp(slope·f + offset)) over decision values f (Platt 1999).
package struct PlattSigmoid: Sendable, Hashable {
  package var slope: Double
  package var offset: Double

  /// The probability of the positive side at decision value `value`.
  package func probability(at value: Double) -> Double {
    let z = slope * value + offset
    // Never the exponential of a large number.
    return z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z))
  }
}

extension PlattSigmoid {
  /// Fits the sigmoid to decision values of samples that their machine has not seen, by maximum likelihood with the
  /// targets softened as if one more sample of each side had been seen on the wrong side; Newton's method with
  /// backtracking (Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines", Machine
  /// Learning 68, 2007).
  package init(decisionValues: [Double], isPositive: [Bool]) {
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
    self.init(slope: 0, offset: log((negatives + 1) / (positives + 1)))
    var loss = PlattSigmoid.loss(self, decisionValues, isPositive, high, low)
    for _ in 0..<100 {
      // A touch of ridge keeps the Hessian invertible when every value is the same.
      var (h11, h22, h21, g1, g2) = (1e-12, 1e-12, 0.0, 0.0, 0.0)
      for (value, positive) in zip(decisionValues, isPositive) {
        let p = probability(at: value)
        let (curvature, slope) = (p * (1 - p), (positive ? high : low) - p)
        h11 += value * value * curvature
        h22 += curvature
        h21 += value * curvature
        g1 += value * slope
        g2 += slope
      }
      if abs(g1) < 1e-5, abs(g2) < 1e-5 { return }
      let determinant = h11 * h22 - h21 * h21
      let (da, db) = (-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant)
      let expected = g1 * da + g2 * db
      var step = 1.0
      while true {
        let moved = PlattSigmoid(slope: slope + step * da, offset: offset + step * db)
        let movedLoss = PlattSigmoid.loss(moved, decisionValues, isPositive, high, low)
        if movedLoss < loss + 1e-4 * step * expected {
          (self, loss) = (moved, movedLoss)
          break
        }
        step /= 2
        if step < 1e-10 { return }
      }
    }
  }

  /// Σ log(1 + eᶻ) − (1 − t)·z, the cross entropy of targets t with z = slope·f + offset.
  private static func loss(
    _ sigmoid: PlattSigmoid, _ values: [Double], _ isPositive: [Bool], _ high: Double, _ low: Double
  ) -> Double {
    var sum = 0.0
    for (value, positive) in zip(values, isPositive) {
      let z = sigmoid.slope * value + sigmoid.offset
      sum += max(z, 0) + log1p(exp(-abs(z))) - (1 - (positive ? high : low)) * z
    }
    return sum
  }
}
