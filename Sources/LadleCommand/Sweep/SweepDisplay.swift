import ActiveLoop
import Foundation

/// A sweep at one moment.
struct SweepSnapshot {
  struct Running {
    var cell: SweepCell
    var seconds: Double
    /// Whether an earlier run still holds the directory.
    var isWaiting: Bool
    var path: String
  }

  var completed = 0
  /// For good.
  var failed = 0
  /// In any process.
  var runningCount = 0
  var total = 0
  var isStopping = false
  var now = 0.0
  /// In this process.
  var running: [Running] = []

  init(
    states: [CellState], isFinal: (CellState) -> Bool, isStopping: Bool, now: Double, running: [Running]
  ) {
    total = states.count
    for state in states {
      if state == .completed {
        completed += 1
      } else if isFinal(state) {
        failed += 1
      } else if case .running = state {
        runningCount += 1
      }
    }
    (self.isStopping, self.now, self.running) = (isStopping, now, running)
  }
}

/// Shows a person how far a sweep is: a table that is drawn anew in its place on a terminal, lines elsewhere.
final class SweepDisplay {
  private let output: ProgressOutput
  private let name: String
  private let metric: SweepDefinition.Metric
  private var drawnLines = 0
  /// When this process began, and what was done then: cells found done say nothing about speed.
  private var start: (time: Double, done: Int)?

  init(_ output: ProgressOutput, name: String, metric: SweepDefinition.Metric) {
    self.output = output
    self.name = name
    self.metric = metric
  }

  /// A line that stays.
  func note(_ text: String) {
    clear()
    output.write("ladle: \(text)\n")
  }

  /// A cell has ended in this process.
  func ended(
    _ cell: SweepCell, _ state: CellState, seconds: Double, isFinal: Bool, score: SweepScore, done: Int, total: Int
  ) {
    switch state {
    case .failed(let error, let attempts):
      let more = isFinal ? "after \(attempts) attempt\(attempts == 1 ? "" : "s")" : "and is tried again later"
      note("\(cell.name) failed \(more): \(error)")
    case .completed where !output.isTerminal:
      let figure = score.values.isEmpty ? "" : ", \(metric.name) \(score.text)"
      note("\(done) of \(total): \(cell.name) completed in \(durationText(seconds))\(figure)")
    default: break
    }
  }

  /// Draws the table in the place of the one before.
  func show(_ snapshot: SweepSnapshot) {
    if start == nil, snapshot.completed + snapshot.runningCount + snapshot.failed > 0 {
      start = (snapshot.now, snapshot.completed + snapshot.failed)
    }
    guard output.isTerminal else { return }
    let width = max(20, output.width() - 1)
    let lines = lines(snapshot).map { String($0.prefix(width)) }
    clear()
    output.write(lines.joined(separator: "\n") + "\n")
    drawnLines = lines.count
  }

  /// Takes the table away, for other output.
  func clear() {
    guard drawnLines > 0 else { return }
    output.write("\u{1B}[\(drawnLines)A\r\u{1B}[J")
    drawnLines = 0
  }

  /// The table, line by line.
  func lines(_ snapshot: SweepSnapshot) -> [String] {
    let left = snapshot.total - snapshot.completed - snapshot.failed - snapshot.runningCount
    var parts = ["\(snapshot.completed) of \(snapshot.total) done", "\(snapshot.runningCount) running"]
    if snapshot.failed > 0 { parts.append("\(snapshot.failed) failed") }
    parts.append("\(left) to do")
    var head = "\(name)  " + parts.joined(separator: ", ")
    if snapshot.isStopping {
      head += "  stopping: runs save what they have"
    } else if let remaining = remaining(snapshot) {
      head += "  \(durationText(remaining)) left"
    }
    let rows = snapshot.running.map { running -> [String] in
      let first = "  \(running.cell.group), seed \(running.cell.seed)"
      if running.isWaiting {
        return [first, "waits for a run that was left behind", "", durationText(running.seconds)]
      }
      let records = RunRecords.read(running.path)
      let labels = records.last.map { record in
        "\(record.labelled)\(running.cell.budget.map { " of \($0)" } ?? "") labels"
      }
      let last = records.last?.metrics[metric.name].map { "\(metric.name) \(SweepScore.text($0))" }
      return [first, labels ?? "starting", last ?? "", durationText(running.seconds)]
    }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    }
    return [head] + table
  }

  /// Seconds that are left at the speed so far, whoever ran the cells; nil before anything can be said.
  private func remaining(_ snapshot: SweepSnapshot) -> Double? {
    let done = snapshot.completed + snapshot.failed
    guard let start, done > start.done, snapshot.now > start.time else { return nil }
    return Double(snapshot.total - done) * (snapshot.now - start.time) / Double(done - start.done)
  }
}
