#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The normal distribution with mean 0 and variance 1.
public enum StandardNormal {
  /// P(Z ≤ z).
  public static func cumulativeProbability(at z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// P(|Z| ≥ |z|), with full relative precision however small it is.
  public static func twoSidedTail(of z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

  /// The z with P(Z ≤ z) = `probability`; −∞ at 0 and ∞ at 1. Precondition: in [0, 1].
  public static func quantile(_ probability: Double) -> Double {
    precondition((0...1).contains(probability), "\(probability) is no probability")
    if probability == 0 { return -.infinity }
    if probability == 1 { return .infinity }
    if probability == 0.5 { return 0 }
    if probability > 0.5 { return -quantile(1 - probability) }
    // Bisection to the last bit: the distribution function is monotone, and in the lower tail free of cancellation.
    var (low, high) = (-40.0, 0.0)
    while case let middle = low + (high - low) / 2, middle > low, middle < high {
      if cumulativeProbability(at: middle) < probability { low = middle } else { high = middle }
    }
    return high
  }
}
