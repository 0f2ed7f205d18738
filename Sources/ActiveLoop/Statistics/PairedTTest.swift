/// Student's t-test of paired differences: how surprising their mean would be if the true mean were zero and the
/// differences normal. Two-sided.
public struct PairedTTest: Sendable, Hashable {
  /// Mean over standard error; infinite when all differences are equal.
  public let statistic: Double
  /// n − 1.
  public let degreesOfFreedom: Int
  /// The probability of a statistic at least as far from zero.
  public let pValue: Double

  /// `nil` for fewer than two differences, or when all are zero, where there is nothing to test.
  public init?(differences: [Double]) {
    guard let summary = Summary(differences), summary.count > 1, differences.contains(where: { $0 != 0 }) else {
      return nil
    }
    degreesOfFreedom = summary.count - 1
    statistic = summary.mean / summary.standardError
    pValue = StudentT(degreesOfFreedom: degreesOfFreedom).twoSidedTail(of: statistic)
  }
}
