/// What a handful of numbers, such as one per seed, say about their mean.
public struct Summary: Sendable, Hashable, Codable {
  /// How many numbers.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// The standard deviation of one number (divisor n − 1); 0 for one number.
  public let standardDeviation: Double

  /// `nil` for no numbers.
  public init?(_ values: some Collection<Double>) {
    guard !values.isEmpty else { return nil }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.count = values.count
    self.mean = mean
    self.standardDeviation = values.count > 1 ? (squares / (n - 1)).squareRoot() : 0
  }

  /// The standard deviation of the mean, s/√n: the error bars of the GAAL paper.
  public var standardError: Double { standardDeviation / Double(count).squareRoot() }

  /// Half the width of the interval that covers the true mean with probability `confidence`, by Student's t with n − 1
  /// degrees of freedom; `nil` for one number, which says nothing about its spread.
  public func halfWidth(confidence: Double = 0.95) -> Double? {
    guard count > 1 else { return nil }
    return StudentT(degreesOfFreedom: count - 1).quantile((1 + confidence) / 2) * standardError
  }

  /// `mean ± halfWidth`; `nil` for one number.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    halfWidth(confidence: confidence).map { mean - $0...mean + $0 }
  }
}
