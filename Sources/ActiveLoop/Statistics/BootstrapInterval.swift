public import Tensor

/// Intervals of a mean from resampling (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and
/// 14): nothing is assumed of the shape of the distribution, but a handful of numbers resampled looks less spread than
/// what they came from, so that the intervals of few numbers are too narrow.
public struct BootstrapInterval: Sendable, Hashable {
  /// How the ends are read off the resampled means.
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// The quantiles of the resampled means.
    case percentile
    /// Quantiles corrected for bias and for a spread that depends on the mean (BCa).
    case bca
  }

  /// What was resampled.
  public let values: [Double]
  /// The mean of each resample, ascending.
  public let resampledMeans: [Double]

  /// Draws `resamples` samples with replacement, each as large as `values`. `nil` for fewer than two values, which say
  /// nothing about their spread. Precondition: at least one resample.
  ///
  /// - Complexity: O(`resamples` · n).
  public init?(of values: [Double], resamples: Int = 9999, using random: inout RandomSource) {
    precondition(resamples >= 1, "an interval takes at least 1 resample, not \(resamples)")
    guard values.count >= 2 else { return nil }
    var means: [Double] = []
    means.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in values { sum += values[random.integer(below: values.count)] }
      means.append(sum / Double(values.count))
    }
    self.init(of: values, resampledMeans: means)
  }

  /// From resamples that were drawn elsewhere. `nil` for fewer than two values or no resamples.
  public init?(of values: [Double], resampledMeans: [Double]) {
    guard values.count >= 2, !resampledMeans.isEmpty else { return nil }
    self.values = values
    self.resampledMeans = resampledMeans.sorted()
  }

  /// The interval that should cover the true mean with probability `confidence`. Precondition: in (0, 1).
  public func interval(confidence: Double = 0.95, method: Method = .bca) -> ClosedRange<Double> {
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence) has no interval")
    let tail = (1 - confidence) / 2
    switch method {
    case .percentile: return quantile(tail)...quantile(1 - tail)
    case .bca:
      guard let (low, high) = correctedProbabilities(tail) else { return quantile(tail)...quantile(1 - tail) }
      return quantile(min(low, high))...quantile(max(low, high))
    }
  }

  /// Which quantiles stand for `tail` and 1 − `tail` (equation 14.10); nil when all values are the same, where there is
  /// nothing to correct.
  private func correctedProbabilities(_ tail: Double) -> (Double, Double)? {
    let n = Double(values.count)
    let sum = values.reduce(0, +)
    let mean = sum / n
    let (below, upTo) = (resampledMeans.count { $0 < mean }, resampledMeans.count { $0 <= mean })
    let bias = StandardNormal.quantile(Double(below + upTo) / Double(2 * resampledMeans.count))
    // The jackknife's influence of each value, here on a mean.
    let leftOut = values.map { (sum - $0) / (n - 1) }
    let centre = leftOut.reduce(0, +) / n
    let influences = leftOut.map { (n - 1) * (centre - $0) }
    let cubes = influences.reduce(0) { $0 + $1 * $1 * $1 } / (n * n * n)
    let squares = influences.reduce(0) { $0 + $1 * $1 } / (n * n)
    guard squares > 0, bias.isFinite else { return nil }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    func corrected(_ z: Double) -> Double {
      let shifted = bias + z
      return StandardNormal.cumulativeProbability(at: bias + shifted / (1 - acceleration * shifted))
    }
    let z = StandardNormal.quantile(tail)
    let (low, high) = (corrected(z), corrected(-z))
    return low.isNaN || high.isNaN ? nil : (low, high)
  }

  /// Between the two resampled means around it, linearly.
  private func quantile(_ probability: Double) -> Double {
    let place = probability * Double(resampledMeans.count - 1)
    let index = min(max(Int(place), 0), resampledMeans.count - 1)
    let next = min(index + 1, resampledMeans.count - 1)
    return resampledMeans[index] + (place - Double(index)) * (resampledMeans[next] - resampledMeans[index])
  }
}
