import Foundation

/// The mean of a few repetitions and the 95 % confidence interval of that mean.
struct ConfidenceInterval: Sendable, Hashable {
  /// The mean.
  var mean: Double
  /// The interval's ends; nil when there is one repetition only, which says nothing about the spread.
  var bounds: ClosedRange<Double>?
  /// The number of repetitions.
  var count: Int

  /// Student's t interval, with `values.count − 1` degrees of freedom. Precondition: at least one value.
  init(of values: [Double]) {
    precondition(!values.isEmpty, "an interval needs at least one value")
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    let half = Self.studentQuantile(degreesOfFreedom: values.count - 1) * error
    bounds = (mean - half)...(mean + half)
  }

  /// The 97.5 % quantile of Student's t distribution: exact to a thousandth by table up to 30, then by the
  /// Cornish–Fisher expansion about the normal quantile (Abramowitz and Stegun 26.7.5).
  static func studentQuantile(degreesOfFreedom degrees: Int) -> Double {
    precondition(degrees >= 1, "Student's t needs at least one degree of freedom, not \(degrees)")
    if degrees <= table.count { return table[degrees - 1] }
    let z = 1.959963984540054
    let n = Double(degrees)
    let first = (pow(z, 3) + z) / 4
    let second = (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / 96
    return z + first / n + second / (n * n)
  }

  private static let table = [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
  ]
}
