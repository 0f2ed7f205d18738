/// Wilcoxon's signed-rank test of paired differences: whether they lie symmetrically around zero. It looks at the order
/// of their sizes alone. Two-sided; zero differences are left out, equal sizes share their mean rank.
///
/// Which p-value is computed follows SciPy 1.17 (`wilcoxon` with its defaults).
public struct WilcoxonSignedRank: Sendable, Hashable {
  /// How the p-value was found.
  public enum Method: String, Sendable, Hashable {
    /// All 2ⁿ signs counted: at most 50 differences of distinct sizes, or at most 13 with zeros or equal sizes.
    case exact
    /// The normal approximation, its variance corrected for equal sizes, without a continuity correction.
    case normalApproximation
  }

  /// The smaller of the rank sums of positive and negative differences.
  public let statistic: Double
  /// The rank sum of the positive differences.
  public let positiveRankSum: Double
  /// Differences that are not zero.
  public let count: Int
  /// The probability of rank sums at least as unequal.
  public let pValue: Double
  /// How it was found.
  public let method: Method

  /// `nil` for no differences. When all are zero the p-value is 1.
  ///
  /// - Complexity: O(n³) for the exact p-value, O(n log n) otherwise.
  public init?(differences: [Double]) {
    guard !differences.isEmpty else { return nil }
    let nonzero = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
    // Twice the ranks, which are whole numbers also where a rank is shared.
    var doubledRanks: [Int] = []
    var tieTerm = 0.0
    var start = 0
    while start < nonzero.count {
      var end = start + 1
      while end < nonzero.count, abs(nonzero[end]) == abs(nonzero[start]) { end += 1 }
      let size = end - start
      doubledRanks += [Int](repeating: start + 1 + end, count: size)
      tieTerm += Double(size * size * size - size)
      start = end
    }
    let positive = zip(nonzero, doubledRanks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    let total = doubledRanks.reduce(0, +)
    count = nonzero.count
    positiveRankSum = Double(positive) / 2
    statistic = Double(min(positive, total - positive)) / 2
    let isPlain = tieTerm == 0 && nonzero.count == differences.count
    if nonzero.isEmpty || differences.count <= (isPlain ? 50 : 13) {
      method = .exact
      pValue = Self.exact(doubledRanks, positive)
    } else {
      method = .normalApproximation
      let n = Double(nonzero.count)
      let variance = (n * (n + 1) * (2 * n + 1) - tieTerm / 2) / 24
      pValue = StandardNormal.twoSidedTail(of: (positiveRankSum - n * (n + 1) / 4) / variance.squareRoot())
    }
  }

  /// Counts, over all signs, rank sums that are at most, and at least, `observed`.
  private static func exact(_ doubledRanks: [Int], _ observed: Int) -> Double {
    let total = doubledRanks.reduce(0, +)
    // ways[s]: the share of signs whose positive ranks sum to s.
    var ways = [Double](repeating: 0, count: total + 1)
    ways[0] = 1
    for rank in doubledRanks {
      for sum in stride(from: total, through: 0, by: -1) {
        ways[sum] = (ways[sum] + (sum >= rank ? ways[sum - rank] : 0)) / 2
      }
    }
    let atMost = ways[...observed].reduce(0, +)
    let atLeast = ways[observed...].reduce(0, +)
    return min(1, 2 * min(atMost, atLeast))
  }

  /// The smallest p-value that `count` pairs can have, 2¹⁻ⁿ: that of differences which all have one sign. With five
  /// pairs it is 0.0625, so that no five pairs are significant at 0.05.
  public static func smallestPValue(count: Int) -> Double {
    var value = 1.0
    for _ in 0..<max(0, count - 1) { value /= 2 }
    return value
  }
}
