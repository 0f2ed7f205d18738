internal import Tensor

/// How the interval of a mean over seeds is found.
public enum IntervalMethod: String, Sendable, Codable, CaseIterable, Hashable {
  /// Student's t: right for normal figures, however few.
  case t
  /// Resampling, bias-corrected and accelerated: no normality assumed, too narrow for few seeds.
  case bootstrap

  /// The 95 % interval, or that of another `confidence`, of the mean of `values`; `nil` for fewer than two. Resamples are
  /// drawn from a fixed seed, so the same values have the same interval.
  public func interval(of values: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
    switch self {
    case .t: return Summary(values)?.interval(confidence: confidence)
    case .bootstrap:
      var random = RandomSource(seed: 1).stream("bootstrap")
      return BootstrapInterval(of: values, using: &random)?.interval(confidence: confidence)
    }
  }
}
