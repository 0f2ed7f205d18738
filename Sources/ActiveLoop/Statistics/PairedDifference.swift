/// One scheme against another on the same seeds. They share the initial samples, so differences per seed have less
/// spread than the schemes themselves.
public struct PairedDifference: Sendable {
  /// The figure of `a` minus that of `b` at one number of labels.
  public struct Point: Sendable, Hashable {
    /// Labels in the training set.
    public let labelled: Int
    /// Over the seeds that have a record of both schemes there.
    public let summary: Summary
  }

  /// At every number of labels for which a seed has both, ascending.
  public let points: [Point]
  /// Of the areas under the curves (the mean figure over the budget); `nil` if no seed has both.
  public let area: Summary?
  /// Seeds whose area is larger with `a`, smaller, and equal.
  public let wins: Int
  /// Seeds whose area is smaller with `a`.
  public let losses: Int
  /// Seeds with equal areas.
  public let ties: Int

  /// `a` minus `b`, seed by seed.
  public init(of a: LearningCurve, minus b: LearningCurve) {
    let other = Dictionary(b.runs.map { ($0.seed, $0) }) { first, _ in first }
    var differences: [Int: [Double]] = [:]
    var areas: [Double] = []
    for run in a.runs {
      guard let match = other[run.seed] else { continue }
      let values = Dictionary(match.values.map { ($0.labelled, $0.value) }) { first, _ in first }
      for point in run.values {
        guard let subtrahend = values[point.labelled] else { continue }
        differences[point.labelled, default: []].append(point.value - subtrahend)
      }
      if let first = run.area, let second = match.area { areas.append(first - second) }
    }
    points = differences.sorted { $0.key < $1.key }.compactMap { entry in
      Summary(entry.value).map { Point(labelled: entry.key, summary: $0) }
    }
    area = Summary(areas)
    wins = areas.count { $0 > 0 }
    losses = areas.count { $0 < 0 }
    ties = areas.count { $0 == 0 }
  }
}
