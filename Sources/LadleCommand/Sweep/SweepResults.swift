import ActiveLoop
import Foundation
import Tensor

/// What the cells of a sweep came to, as files and as lines.
struct SweepResults {
  private struct Result {
    var cell: SweepCell
    var state: CellState
    var history: CellAttempts.History
    var records: [RoundRecord]
    var score: SweepScore
  }

  private let plan: SweepPlan
  private let directory: SweepDirectory
  private let results: [Result]

  /// Reads the records of every cell.
  init(_ plan: SweepPlan, in directory: SweepDirectory, states: [CellState]) throws {
    self.plan = plan
    self.directory = directory
    results = try zip(plan.cells, states).map { cell, state in
      let records = RunRecords.read(directory.runPath(cell))
      return Result(
        cell: cell, state: state, history: try directory.attempts(cell).history(), records: records,
        score: SweepScore(plan.definition.metric, records))
    }
  }

  // MARK: - Files

  /// Writes `results.csv` and `cells.jsonl`, each whole.
  func write() throws {
    try AtomicFile.write(csv, to: directory.path + "/results.csv")
    let lines = try results.map { try line($0).text(indented: false) + "\n" }
    try AtomicFile.write(lines.joined(), to: directory.path + "/cells.jsonl")
  }

  /// One line per cell, round and figure; what varies has columns of its own.
  var csv: String {
    let keys = plan.cells.first?.varied.map(\.key) ?? []
    let head =
      ["cell", "state"] + keys + ["scheme", "seed", "round", "labelled", "attempted", "discarded", "metric", "value"]
    var lines = [head.map(Self.quoted).joined(separator: ",")]
    for result in results {
      let cell = [result.cell.name, result.state.word] + result.cell.varied.map(\.value)
      for record in result.records {
        let counts = [record.seed, record.round, record.labelled, record.attempted, record.discarded].map(String.init)
        for (metric, value) in record.metrics.sorted(by: { $0.key < $1.key }) {
          lines.append(
            (cell + [record.scheme] + counts + [metric, "\(value)"]).map(Self.quoted).joined(separator: ","))
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    field.contains(where: { ",\"\n\r".contains($0) })
      ? "\"\(field.replacingOccurrences(of: "\"", with: "\"\""))\"" : field
  }

  private func line(_ result: Result) -> JSONValue {
    let seconds = result.history.ends.values.map(\.seconds).reduce(0, +)
    var members: [String: JSONValue] = [
      "cell": .string(result.cell.name), "state": .string(result.state.word), "seed": .integer(result.cell.seed),
      "attempts": .integer(result.history.last), "failures": .integer(result.history.failures),
      "seconds": .number((seconds * 1000).rounded() / 1000),
      "varied": .object(Dictionary(result.cell.varied.map { ($0.key, .string($0.value)) }) { first, _ in first }),
      "score": .object(Dictionary(result.score.values.map { ($0.scheme, .number($0.value)) }) { first, _ in first }),
    ]
    if case .failed(let error, _) = result.state { members["error"] = .string(error) }
    return .object(members)
  }

  // MARK: - Lines

  /// What is printed at the end: the score of everything compared, best first, then what failed and what it took.
  var summaryLines: [String] {
    table + failures + [counts, "results: \(directory.path)/results.csv"]
  }

  private var table: [String] {
    let metric = plan.definition.metric
    var values: [String: [Double]] = [:]
    for result in results where result.state == .completed {
      for (scheme, value) in result.score.values {
        let rows = result.score.values.count > 1
        let name = !rows ? result.cell.group : plan.cells[0].varied.isEmpty ? scheme : "\(scheme), \(result.cell.group)"
        values[name, default: []].append(value)
      }
    }
    guard !values.isEmpty else {
      let known = Set(results.flatMap { $0.records.flatMap(\.metrics.keys) }).sorted()
      let isThere = known.isEmpty || known.contains(metric.name)
      return isThere ? [] : ["no cell has a figure “\(metric.name)”; there are \(listed(known))"]
    }
    let rows = values.compactMap { name, values in Summary(values).map { (name: name, summary: $0) } }.sorted {
      let (a, b) = ($0.summary.mean, $1.summary.mean)
      return a == b ? $0.name < $1.name : (a > b) == (metric.goal == .maximize)
    }
    let width = rows.map(\.name.count).max() ?? 0
    let part = metric.over == .last ? "after the last round" : "in the mean over the budget"
    return ["\(metric.name) \(part), best first (mean ± half the 95 % interval over seeds)"]
      + rows.map { row in
        let interval = row.summary.halfWidth().map { " ± \(SweepScore.text($0))" } ?? ""
        let count = row.summary.count
        return "  " + row.name + String(repeating: " ", count: width - row.name.count)
          + "  \(SweepScore.text(row.summary.mean))\(interval)  (\(count) seed\(count == 1 ? "" : "s"))"
      }
  }

  private var failures: [String] {
    results.compactMap { result in
      guard case .failed(let error, let attempts) = result.state else { return nil }
      return "failed: \(result.cell.name), \(attempts) attempt\(attempts == 1 ? "" : "s"): \(error)"
    }
  }

  private var counts: String {
    let words = ["completed", "failed", "running", "interrupted", "pending"]
    let counts = words.compactMap { word -> String? in
      let count = results.count { $0.state.word == word }
      return count > 0 ? "\(count) \(word)" : nil
    }
    let seconds = results.flatMap { $0.history.ends.values.map(\.seconds) }.reduce(0, +)
    return "\(results.count) cell\(results.count == 1 ? "" : "s"): \(counts.joined(separator: ", ")); "
      + "their runs took \(durationText(seconds)) in all"
  }
}
