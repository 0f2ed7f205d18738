/// Why a run could not start or go on.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// A setting makes no sense.
  case badConfiguration(String)
  /// The data do not fit together.
  case badData(String)
  /// The pool ran out of samples before every class had one.
  case classMissing(name: String, looked: Int)
  /// The pool ended before the initial labels were complete.
  case poolTooSmall(needed: Int, found: Int)
  /// The scheme synthesizes, and no generator was given.
  case generatorMissing(Scheme)
  /// The saved state is of another run, or is inconsistent.
  case stateMismatch(String)
  /// The task was cancelled; the rounds up to this one were reported and can be continued.
  case cancelled(afterRound: Int?)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .badConfiguration(let problem): "a setting of the experiment is wrong: \(problem)"
    case .badData(let problem): "the data of the experiment do not fit together: \(problem)"
    case .classMissing(let name, let looked):
      "no sample of class \(name) was found among the \(looked) labels the oracle gave: check the classes of the pool"
    case .poolTooSmall(let needed, let found):
      "\(needed) initial labels are needed, but the oracle gave only \(found) for the whole pool: "
        + "ask for fewer, or use more data"
    case .generatorMissing(let scheme):
      "the scheme \(scheme.rawValue) synthesizes its queries: train a generator first, or leave the scheme out"
    case .stateMismatch(let problem): "the saved run cannot be continued: \(problem)"
    case .cancelled(let round):
      round.map { "the run was stopped after round \($0); it can be continued from there" }
        ?? "the run was stopped before its first round was complete"
    }
  }
}

extension ExperimentError {
  /// Throws if the task is cancelled.
  static func checkCancellation(afterRound round: Int?) throws(ExperimentError) {
    if Task.isCancelled { throw .cancelled(afterRound: round) }
  }
}
