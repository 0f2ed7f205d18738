#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// Student's t distribution with a whole number of degrees of freedom.
public struct StudentT: Sendable, Hashable {
  /// ν.
  public let degreesOfFreedom: Int

  /// Precondition: at least one degree of freedom.
  public init(degreesOfFreedom: Int) {
    precondition(degreesOfFreedom >= 1, "a t distribution has at least 1 degree of freedom, not \(degreesOfFreedom)")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(T ≤ t), exactly: the finite series for whole ν (Abramowitz & Stegun, 26.7.3 and 26.7.4).
  ///
  /// - Complexity: O(ν).
  public func cumulativeProbability(at t: Double) -> Double {
    if t.isInfinite { return t > 0 ? 1 : 0 }
    let nu = Double(degreesOfFreedom)
    // θ = atan(t/√ν)
    let sine = t / (nu + t * t).squareRoot()
    let cosineSquared = nu / (nu + t * t)
    let isOdd = degreesOfFreedom % 2 == 1
    // 1 + 1/2 cos²θ + (1·3)/(2·4) cos⁴θ + … for even ν; cosθ (1 + 2/3 cos²θ + (2·4)/(3·5) cos⁴θ + …) for odd.
    var (term, sum) = (1.0, 0.0)
    var k = isOdd ? 3 : 2
    while k <= degreesOfFreedom {
      sum += term
      term *= Double(k - 1) / Double(k) * cosineSquared
      k += 2
    }
    let central =
      isOdd
      ? 2 / Double.pi * (atan(t / nu.squareRoot()) + sine * cosineSquared.squareRoot() * sum)
      : sine * sum
    return 0.5 + central / 2
  }

  /// The t with P(T ≤ t) = `probability`. Precondition: in (0, 1).
  public func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability of \(probability) has no finite quantile")
    if probability == 0.5 { return 0 }
    if probability < 0.5 { return -quantile(1 - probability) }
    var (low, high) = (0.0, 1.0)
    while cumulativeProbability(at: high) < probability { (low, high) = (high, high * 2) }
    // Bisection to the last bit: the distribution function is monotone.
    while case let middle = low + (high - low) / 2, middle > low, middle < high {
      if cumulativeProbability(at: middle) < probability { low = middle } else { high = middle }
    }
    return high
  }
}
