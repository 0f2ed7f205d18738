/// When a run ends before its budget is spent. A rule whose number is nil is not applied; the first that holds ends the
/// run. None looks at the labels of the pool.
public struct StoppingRules: Codable, Sendable, Hashable {
  /// Ends when ``targetMetric`` is at least this.
  public var target: Double?
  /// A name in ``RoundRecord/metrics``.
  public var targetMetric = "accuracy"
  /// Ends when the agreement (Cohen's κ) between the predictions of successive learners on a fixed stop set, averaged
  /// over the last ``agreementWindow`` fits, is at least this; 0.99 in Bloodgood and Vijay-Shanker, "A method for
  /// stopping active learning based on stabilizing predictions and the need for user-adjustable stopping", CoNLL 2009.
  public var agreement: Double?
  /// Three in the paper.
  public var agreementWindow = 3
  /// Samples of the pool in the stop set, drawn once; 2000 in the paper. Labelled ones stay in it.
  public var stopSetSize = 2000
  /// Ends when the mean entropy (in nats) of the class probabilities of what is left in the pool is at most this: the
  /// overall uncertainty of Zhu, Wang and Hovy, "Multi-criteria-based strategy to stop active learning for data
  /// annotation", COLING 2008. Needs a ``ProbabilisticLearner``.
  public var uncertainty: Double?

  /// No rule.
  public init() {}

  func validate() throws(ExperimentError) {
    let checks: [(isFine: Bool, problem: String)] = [
      (target?.isNaN != true, "target is not a number"),
      (agreement.map { $0 <= 1 } ?? true, "agreement is \(agreement ?? 0), and must be at most 1"),
      (agreementWindow >= 1, "agreementWindow is \(agreementWindow), and must be at least 1"),
      (stopSetSize >= 1, "stopSetSize is \(stopSetSize), and must be at least 1"),
      (uncertainty.map { $0 >= 0 } ?? true, "uncertainty is \(uncertainty ?? 0), and must be 0 or more"),
    ]
    if let failed = checks.first(where: { !$0.isFine }) { throw .badConfiguration("stopping.\(failed.problem)") }
  }
}

/// What the rule of stabilised predictions remembers between rounds.
public struct StoppingMemory: Codable, Sendable, Hashable {
  /// The last learner's classes of the stop set.
  public var predictions: [Int]
  /// The agreement of each learner with the one before, in order.
  public var agreements: [Double]
}

/// Cohen's κ of two raters of the same items: 1 for equal ratings, 0 for what chance would give. Two raters who both
/// name one and the same class throughout agree fully, 1.
///
/// - Precondition: as many ratings, at least one, each in `0..<classCount`.
public func cohenKappa(_ first: [Int], _ second: [Int], classCount: Int) -> Double {
  precondition(
    first.count == second.count && !first.isEmpty, "kappa of \(first.count) ratings and \(second.count)")
  var counts = [(Int, Int)](repeating: (0, 0), count: classCount)
  for (a, b) in zip(first, second) {
    counts[a].0 += 1
    counts[b].1 += 1
  }
  let total = Double(first.count)
  let observed = Double(zip(first, second).count { $0 == $1 }) / total
  let expected = counts.reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / (total * total)
  return expected >= 1 ? 1 : (observed - expected) / (1 - expected)
}
