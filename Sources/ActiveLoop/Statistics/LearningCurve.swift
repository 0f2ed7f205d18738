/// A figure against the number of labels, over the seeds of one scheme.
public struct LearningCurve: Sendable {
  /// One number of labels.
  public struct Point: Sendable, Hashable {
    /// Labels in the training set.
    public let labelled: Int
    /// The figure over the seeds that have a record there; `count` says how many.
    public let summary: Summary
  }

  /// One seed's figures.
  public struct Run: Sendable, Hashable {
    /// The seed.
    public let seed: Int
    /// After each round, ascending in labels.
    public let values: [Value]
  }

  /// One seed's figure after one round.
  public struct Value: Sendable, Hashable {
    /// Labels in the training set.
    public let labelled: Int
    /// The figure.
    public let value: Double
  }

  /// The scheme.
  public let scheme: String
  /// The figure, such as `accuracy`.
  public let metric: String
  /// One per seed, ascending.
  public let runs: [Run]

  /// The curve of `scheme` in `records`, of any schemes, seeds and order. Rounds without the figure are left out; of
  /// two rounds with as many labels the later one counts.
  public init(of records: [RoundRecord], scheme: String, metric: String = "accuracy") {
    self.scheme = scheme
    self.metric = metric
    let bySeed = Dictionary(grouping: records.filter { $0.scheme == scheme }, by: \.seed)
    runs = bySeed.keys.sorted().map { seed in
      let rounds = (bySeed[seed] ?? []).sorted { $0.round < $1.round }
      var latest: [Int: Double] = [:]
      for round in rounds {
        if let value = round.metrics[metric] { latest[round.labelled] = value }
      }
      return Run(seed: seed, values: latest.sorted { $0.key < $1.key }.map { Value(labelled: $0.key, value: $0.value) })
    }
  }

  /// Mean, deviation and count at every number of labels that any seed has a record for.
  public var points: [Point] {
    let values = runs.flatMap(\.values)
    return Dictionary(grouping: values, by: \.labelled).sorted { $0.key < $1.key }.compactMap { entry in
      Summary(entry.value.map(\.value)).map { Point(labelled: entry.key, summary: $0) }
    }
  }

  /// The area under each seed's curve between its first and last record (trapezoids), divided by the labels between
  /// them: the mean figure over the budget.
  public var areas: [(seed: Int, area: Double)] {
    runs.compactMap { run in run.area.map { (run.seed, $0) } }
  }

  /// The fewest labels from which each seed has the figure at least `threshold`; `nil` for a seed that never does.
  public func labelsNeeded(toReach threshold: Double) -> [(seed: Int, labelled: Int?)] {
    runs.map { run in (run.seed, run.labels(toReach: threshold, by: .firstRound).map { Int($0) }) }
  }
}
