import ActiveLoop

/// Runs that can stand in one chart: the same data and learner, some arms, several seeds of each.
struct Comparison: Sendable {
  /// One seed of an arm.
  struct SeedRun: Sendable {
    var seed: Int
    /// Ascending by round.
    var records: [RoundRecord]
    var timings: [TimingRecord]
    /// Where it was recorded.
    var directory: String
    var budget: Int?

    /// The labels after its last round.
    var lastLabelled: Int { records.last?.labelled ?? 0 }
  }

  /// What is compared: a scheme or strategy, under settings that other arms have otherwise.
  struct Arm: Sendable {
    /// For people, unique within the comparison.
    var name: String
    /// As records name it.
    var scheme: String
    /// The settings that tell it from arms of the same scheme, by path.
    var settings: [String: JSONValue]
    /// Ascending by seed.
    var runs: [SeedRun]

    /// A learning curve over the seeds.
    func curve(_ metric: String) -> LearningCurve {
      LearningCurve(of: runs.flatMap(\.records), scheme: scheme, metric: metric)
    }
  }

  /// Such as `digits, mlp`.
  var title: String
  var system: RecordedRun.System
  /// In the order of charts and tables.
  var arms: [Arm]
  /// Arms with every label known: lines across the chart, not competitors.
  var references: [Arm]
  /// What the reader has to know of the runs, in sentences.
  var notes: [String]
  /// Where to look for pictures and settings.
  var runs: [RecordedRun]

  /// Every figure that some record has, sorted.
  var metrics: [String] {
    Set((arms + references).flatMap(\.runs).flatMap(\.records).flatMap(\.metrics.keys)).sorted()
  }
}
