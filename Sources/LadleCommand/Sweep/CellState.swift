/// How far a cell is, for whoever asks.
enum CellState: Hashable, Sendable {
  case pending
  case running(ProcessIdentity?)
  /// Its process was stopped, or died.
  case interrupted
  /// Ended with a complaint, after so many attempts.
  case failed(error: String, attempts: Int)
  case completed

  var word: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .interrupted: "interrupted"
    case .failed: "failed"
    case .completed: "completed"
    }
  }
}

/// Judges the cells of a sweep from their files. A value of this type remembers when it last saw a heartbeat change,
/// by this machine's clock alone: clocks of two machines are never compared.
struct CellWatch {
  /// A claim of a process on another machine is dead when its heartbeat has not changed for so many seconds.
  let staleAfter: Double
  private var seen: [String: (beat: [Int]?, at: Double)] = [:]

  init(staleAfter: Double) { self.staleAfter = staleAfter }

  /// The state of the cell whose attempts are in `attempts`, and the number its next claim would have. `now` is in
  /// seconds from any fixed moment.
  mutating func state(of attempts: CellAttempts, now: Double) throws(CommandFailure) -> (state: CellState, next: Int) {
    var history = try attempts.history()
    if history.last > 0, history.lastEnd == nil, !history.isCompleted {
      let owner = attempts.owner(of: history.last)
      if isAlive(owner, attempts, history.last, now) { return (.running(owner), history.last + 1) }
      // What a process wrote before it died is there now, if it was not at the first look.
      history = try attempts.history()
    }
    let next = history.last + 1
    if history.isCompleted { return (.completed, next) }
    switch history.lastEnd?.state {
    case nil: return (history.last == 0 ? .pending : .interrupted, next)
    case .interrupted?: return (.interrupted, next)
    case .failed?:
      return (.failed(error: history.lastEnd?.error ?? "it gave no reason", attempts: history.failures), next)
    case .completed?: return (.completed, next)
    }
  }

  private mutating func isAlive(
    _ owner: ProcessIdentity?, _ attempts: CellAttempts, _ number: Int, _ now: Double
  ) -> Bool {
    switch owner?.liveness {
    case .alive?: return true
    case .dead?: return false
    case .unknown?, nil: break
    }
    let (path, beat) = (attempts.claimPath(number), attempts.heartbeat(of: number))
    guard let last = seen[path], last.beat == beat else {
      seen[path] = (beat, now)
      return true
    }
    return now - last.at < staleAfter
  }
}
