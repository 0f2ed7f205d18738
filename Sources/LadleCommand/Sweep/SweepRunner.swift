import Foundation
import Tensor

/// Runs the cells of a sweep, some of them side by side, until none is left for any process.
final class SweepRunner {
  struct Options {
    /// Cells side by side.
    var jobs = 1
    /// How often a cell that failed is tried again, whichever process tries.
    var retries = 1
    /// Of a claim from another machine, in seconds.
    var staleAfter = 180.0
    /// What every run is given besides its settings, such as `--data`.
    var arguments: [String] = []
    /// The program that runs cells.
    var program = ChildProcess.ownProgram
    /// Threads of each run.
    var threads = 1
    /// Seconds between signs of life.
    var heartbeat = 10.0
  }

  /// A cell that this process has claimed.
  private struct Slot {
    var cell: Int
    var attempt: Int
    /// Nil while a run that a dead process left behind still holds the cell's directory.
    var child: ChildProcess?
    var started: Double
    /// Whether another process took this one for dead; what it does counts no more.
    var isLost = false
  }

  private let plan: SweepPlan
  private let directory: SweepDirectory
  private let options: Options
  private let display: SweepDisplay
  private let now: () -> Double
  private var states: [CellState]
  private var watch: CellWatch
  private var slots: [Slot] = []
  private var isStopping = false
  private var nextScan = -Double.infinity
  private var nextBeat = -Double.infinity
  private var nextShow = -Double.infinity
  private var hasScanned = false

  init(
    _ plan: SweepPlan, in directory: SweepDirectory, _ options: Options, display: SweepDisplay,
    now: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }
  ) {
    self.plan = plan
    self.directory = directory
    self.options = options
    self.display = display
    self.now = now
    states = Array(repeating: .pending, count: plan.cells.count)
    watch = CellWatch(staleAfter: options.staleAfter)
  }

  /// Runs until every cell is completed or has failed for good, or a stop is asked for. Returns the state of each cell.
  func run(isStopRequested: () -> Bool) throws -> [CellState] {
    do {
      while true {
        try reap()
        beat()
        if isStopRequested() { stop() }
        if !isStopping || !hasScanned, now() >= nextScan { try scan() }
        if now() >= nextShow {
          nextShow = now() + 0.25
          display.show(snapshot())
        }
        if slots.isEmpty, isStopping || states.allSatisfy(isFinal) { break }
        usleep(20_000)
      }
    } catch {
      // Whatever went wrong, the runs save and end before this process does.
      stop()
      for slot in slots { while let child = slot.child, child.codeIfEnded() == nil { usleep(20_000) } }
      throw error
    }
    return states
  }

  // MARK: - Other processes

  private func isFinal(_ state: CellState) -> Bool {
    switch state {
    case .completed: true
    case .failed(_, let attempts): attempts > options.retries
    case .pending, .running, .interrupted: false
    }
  }

  /// Looks at every cell that is not done, and takes as many as there is room for: failed ones last.
  private func scan() throws {
    let start = now()
    let mine = Set(slots.map(\.cell))
    var again: [(cell: Int, next: Int)] = []
    for index in plan.cells.indices where !mine.contains(index) && !isFinal(states[index]) {
      let found = try watch.state(of: directory.attempts(plan.cells[index]), now: now())
      states[index] = found.state
      if isFinal(found.state) { continue }
      switch found.state {
      case .running, .completed: break
      case .pending, .interrupted: try take(index, found.next)
      case .failed: again.append((index, found.next))
      }
    }
    hasScanned = true
    for (index, next) in again { try take(index, next) }
    // With very many cells, or a slow file system, looking must not become the work.
    nextScan = now() + max(slots.count < options.jobs ? 0.3 : 2, 10 * (now() - start))
  }

  private func take(_ index: Int, _ next: Int) throws {
    guard !isStopping, slots.count < options.jobs else { return }
    guard try directory.attempts(plan.cells[index]).claim(next) else { return states[index] = .running(nil) }
    states[index] = .running(.current)
    slots.append(Slot(cell: index, attempt: next, started: now()))
    try begin(slots.count - 1)
  }

  /// Shows that this process lives, and notices if others have given it up.
  private func beat() {
    guard now() >= nextBeat else { return }
    nextBeat = now() + options.heartbeat
    for index in slots.indices where !slots[index].isLost {
      let attempts = directory.attempts(plan.cells[slots[index].cell])
      attempts.beat(slots[index].attempt)
      guard attempts.isSuperseded(slots[index].attempt) else { continue }
      slots[index].isLost = true
      slots[index].child?.interrupt()
      display.note("another process took over \(plan.cells[slots[index].cell].name); the run here is stopped")
    }
  }

  // MARK: - Runs

  private func begin(_ slot: Int) throws {
    let cell = plan.cells[slots[slot].cell]
    // A run whose sweep was killed may need a moment to its next safe point.
    guard !directory.isInUse(cell) else { return }
    var environment = ProcessInfo.processInfo.environment
    environment["LADLE_THREADS"] = "\(options.threads)"
    environment[SweepLifeline.variable] = "1"
    slots[slot].started = now()
    slots[slot].child = try ChildProcess(
      options.program,
      ["run"] + cell.arguments + options.arguments + ["--out", directory.runPath(cell)],
      environment: environment, log: directory.attempts(cell).logPath(slots[slot].attempt))
  }

  private func reap() throws {
    for index in slots.indices.reversed() {
      if let child = slots[index].child {
        guard let code = child.codeIfEnded() else { continue }
        let slot = slots.remove(at: index)
        nextScan = -.infinity
        try finish(slot, code)
      } else if isStopping || slots[index].isLost {
        let slot = slots.remove(at: index)
        states[slot.cell] = .interrupted
        if !slot.isLost {
          try directory.attempts(plan.cells[slot.cell]).end(slot.attempt, .init(state: .interrupted, seconds: 0))
        }
      } else {
        try begin(index)
      }
    }
  }

  private func finish(_ slot: Slot, _ code: Int32) throws {
    let cell = plan.cells[slot.cell]
    let attempts = directory.attempts(cell)
    guard !slot.isLost, !attempts.isSuperseded(slot.attempt) else { return states[slot.cell] = .interrupted }
    let seconds = now() - slot.started
    let isStop =
      code == CommandFailure.Kind.interrupted.rawValue || (isStopping && [SIGINT, SIGTERM].contains(code - 128))
    let end = CellAttempts.End(
      state: code == 0 ? .completed : isStop ? .interrupted : .failed, code: code, seconds: seconds,
      error: code == 0 || isStop ? nil : Self.complaint(attempts, slot.attempt, code))
    try attempts.end(slot.attempt, end)
    switch end.state {
    case .completed: states[slot.cell] = .completed
    case .interrupted: states[slot.cell] = .interrupted
    case .failed:
      let failures = try attempts.history().failures
      states[slot.cell] = .failed(error: end.error ?? "", attempts: failures)
    }
    guard end.state != .interrupted else { return }
    display.ended(
      cell, states[slot.cell], seconds: seconds, isFinal: isFinal(states[slot.cell]),
      score: SweepScore(plan.definition.metric, RunRecords.read(directory.runPath(cell))),
      done: states.count { isFinal($0) }, total: states.count)
  }

  private static func complaint(_ attempts: CellAttempts, _ number: Int, _ code: Int32) -> String {
    guard code > 128 else { return attempts.complaint(number) ?? "the run ended with code \(code) and said nothing." }
    let hint = code - 128 == SIGKILL ? ", perhaps for want of memory" : ""
    return "the run was ended by signal \(code - 128)\(hint)."
  }

  private func stop() {
    guard !isStopping else { return }
    isStopping = true
    for slot in slots { slot.child?.interrupt() }
  }

  // MARK: - What is shown

  private func snapshot() -> SweepSnapshot {
    SweepSnapshot(
      states: states, isFinal: isFinal, isStopping: isStopping, now: now(),
      running: slots.map { slot in
        let cell = plan.cells[slot.cell]
        return .init(
          cell: cell, seconds: now() - slot.started, isWaiting: slot.child == nil, path: directory.runPath(cell))
      })
  }
}
