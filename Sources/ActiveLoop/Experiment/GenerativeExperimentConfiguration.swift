/// The settings of a GAAL experiment, complete: what is written beside the records of a run. The defaults are those of
/// the paper where it states them.
public struct GenerativeExperimentConfiguration: Codable, Sendable, Hashable {
  /// The simulated oracle; whoever builds the oracle reads them from here.
  public struct OracleSettings: Codable, Sendable, Hashable {
    /// The least probability with which a classifier names a class.
    public var threshold: Float = 0.9
    /// The probability that a label is replaced by another.
    public var noiseRate: Float = 0
    /// Groups of classes that are confused among themselves; empty: all classes with all.
    public var confusionGroups: [[Int]] = []

    /// The defaults.
    public init() {}
  }

  /// How the test sets are framed, by name, such as `stretch` or `mnist`: it decides how large the domain shift is.
  public var framing = "stretch"
  /// Labels before the first query: the same samples for every scheme under one seed.
  public var initialLabels = 50
  /// Labels bought per round.
  public var batch = 10
  /// Labels bought in all, initial ones included.
  public var budget = 350
  /// At most `batch · attemptsPerLabel` samples are shown to the oracle in one round; after that the round ends with
  /// what it has, and a round that has nothing ends the run.
  public var attemptsPerLabel = 20
  /// The mixed scheme: rounds of GAAL before each round of random samples.
  public var synthesisRoundsPerRandomRound = 5
  /// Rows of the pool, or of a test set, scored at a time.
  public var scoringChunk = 2048
  /// How queries are synthesized.
  public var synthesis = SynthesisSettings()
  /// The learner.
  public var learner = SupportVectorLearner.Configuration()
  /// The oracle.
  public var oracle = OracleSettings()

  /// The defaults.
  public init() {}

  /// Throws if a setting makes no sense, naming it.
  public func validate() throws(ExperimentError) {
    let checks: [(isFine: Bool, problem: String)] = [
      (initialLabels >= 2, "initialLabels is \(initialLabels), and two classes need at least 2"),
      (batch >= 1, "batch is \(batch), and a round buys at least 1 label"),
      (budget >= initialLabels, "budget is \(budget), less than the \(initialLabels) initial labels"),
      (attemptsPerLabel >= 1, "attemptsPerLabel is \(attemptsPerLabel), and each label takes at least 1"),
      (
        synthesisRoundsPerRandomRound >= 1,
        "synthesisRoundsPerRandomRound is \(synthesisRoundsPerRandomRound), and must be at least 1"
      ),
      (scoringChunk >= 1, "scoringChunk is \(scoringChunk), and must be at least 1"),
      (synthesis.steps >= 1, "synthesis.steps is \(synthesis.steps), and must be at least 1"),
      (
        synthesis.method == .adam || synthesis.diversityWeight == 0,
        "synthesis.diversityWeight is \(synthesis.diversityWeight), and l-bfgs, which takes one start at a time, "
          + "knows no diversity"
      ),
      (synthesis.learningRate > 0, "synthesis.learningRate is \(synthesis.learningRate), and must be positive"),
      (synthesis.restartLimit >= 0, "synthesis.restartLimit is \(synthesis.restartLimit), and must be 0 or more"),
      ((0...1).contains(oracle.threshold), "oracle.threshold is \(oracle.threshold), and must be in 0...1"),
      ((0...1).contains(oracle.noiseRate), "oracle.noiseRate is \(oracle.noiseRate), and must be in 0...1"),
    ]
    if let failed = checks.first(where: { !$0.isFine }) { throw .badConfiguration(failed.problem) }
    try learner.validate()
  }
}
