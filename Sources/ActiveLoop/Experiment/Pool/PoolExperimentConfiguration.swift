/// The settings of a pool experiment, complete but for learner and strategy: what is written beside the records of a run.
public struct PoolExperimentConfiguration: Codable, Sendable, Hashable {
  /// What is labelled before the first query.
  public var initial = InitialSet()
  /// Labels bought per round.
  public var batch = 100
  /// Labels bought in all, initial ones included.
  public var budget = 1000
  /// At most `batch · attemptsPerLabel` samples are shown to the oracle in one round.
  public var attemptsPerLabel = 20
  /// Rows of the pool, or of a test set, scored at a time.
  public var scoringChunk = 2048
  /// When a run ends before its budget is spent.
  public var stopping = StoppingRules()

  /// The defaults.
  public init() {}

  /// Throws if a setting makes no sense for so many classes, naming it.
  public func validate(classCount: Int) throws(ExperimentError) {
    try initial.validate(classCount: classCount)
    let checks: [(isFine: Bool, problem: String)] = [
      (batch >= 1, "batch is \(batch), and a round buys at least 1 label"),
      (budget >= initial.count, "budget is \(budget), less than the \(initial.count) initial labels"),
      (attemptsPerLabel >= 1, "attemptsPerLabel is \(attemptsPerLabel), and each label takes at least 1"),
      (scoringChunk >= 1, "scoringChunk is \(scoringChunk), and must be at least 1"),
    ]
    if let failed = checks.first(where: { !$0.isFine }) { throw .badConfiguration(failed.problem) }
    try stopping.validate()
  }
}
