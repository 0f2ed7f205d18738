/// How the number of labels that a figure takes is read off records that lie a batch apart.
public enum CrossingRule: String, Sendable, Hashable, CaseIterable {
  /// The labels of the first record at or above the figure: what was bought until it was seen.
  case firstRound
  /// Where the line between that record and the one before crosses the figure.
  case interpolated
}

extension LearningCurve.Run {
  /// The labels this seed took to have a figure of at least `threshold` for the first time; `nil` if it never had.
  public func labels(toReach threshold: Double, by rule: CrossingRule = .interpolated) -> Double? {
    guard let index = values.firstIndex(where: { $0.value >= threshold }) else { return nil }
    let reached = values[index]
    guard rule == .interpolated, index > 0 else { return Double(reached.labelled) }
    let before = values[index - 1]
    let share = (threshold - before.value) / (reached.value - before.value)
    return Double(before.labelled) + share * Double(reached.labelled - before.labelled)
  }
}

/// What several seeds took to reach a figure, where some may not have reached it: a value that is missing lies beyond
/// the labels that were bought (it is censored), so means would flatter; ranks do not.
public struct LabelsToReach: Sendable, Hashable {
  /// Those that reached it, ascending.
  public let reached: [Double]
  /// All seeds.
  public let count: Int

  /// One entry per seed, `nil` for one that did not reach the figure.
  public init(_ labels: [Double?]) {
    reached = labels.compactMap { $0 }.sorted()
    count = labels.count
  }

  /// The median over all seeds, those that did not reach the figure counting as beyond every other; `nil` if it lies among
  /// them, or for no seeds.
  public var median: Double? {
    guard count > 0 else { return nil }
    let (low, high) = ((count - 1) / 2, count / 2)
    guard high < reached.count else { return nil }
    return (reached[low] + reached[high]) / 2
  }
}
