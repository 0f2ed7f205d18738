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

  /// P(|T| ≥ |t|), with full relative precision however small it is: the regularised incomplete beta function at
  /// ν/(ν + t²) with parameters ν/2 and 1/2, by its continued fraction (DLMF 8.17.22).
  public func twoSidedTail(of t: Double) -> Double {
    if t.isInfinite { return 0 }
    let (a, b) = (Double(degreesOfFreedom) / 2, 0.5)
    let x = Double(degreesOfFreedom) / (Double(degreesOfFreedom) + t * t)
    // The fraction converges fast for x below this; above, the distribution function loses nothing by cancellation.
    guard x < (a + 1) / (a + b + 2) else { return 2 * (1 - cumulativeProbability(at: abs(t))) }
    // Lentz's method; the terms of b_i are all 1.
    var (c, d) = (1.0, 1 / (1 - (a + b) * x / (a + 1)))
    var fraction = d
    for m in 1...500 {
      let m = Double(m)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / (1 + term * d)
        c = 1 + term / c
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    let logarithm = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(logarithm) * fraction / a
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
