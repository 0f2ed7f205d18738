import Foundation
import Testing

@testable import LadleCommand

/// A sweep of short runs in a directory of its own, and what its files say.
struct SweepFixture {
  let place: TemporaryDirectory
  let seeds: String

  /// Cells of two strategies with each of the seeds; `more` is appended to the file.
  init(seeds: String, more: String = "") throws {
    place = try TemporaryDirectory()
    self.seeds = seeds
    try place.write(
      """
      name: short
      system: pool
      dataset: digits
      learner: svm
      strategy: [random, simple-margin]
      initial: 20
      initial-method: stratified
      batch: 10
      budget: 60
      pool-size: 300
      test-size: 100
      seeds: \(seeds)
      \(more)
      """ + "\n", to: "short.yaml")
  }

  var file: String { place.path + "/short.yaml" }

  func path(_ name: String) -> String { "\(place.path)/\(name)" }

  func arguments(_ name: String, _ more: [String] = []) -> [String] {
    ["sweep", file, "--out", path(name), "--cache", place.path + "/cache"] + more
  }

  var plan: SweepPlan { get throws { try SweepPlan(SweepFile.read(file)) } }

  /// The ends of all attempts of each cell, by name.
  func histories(_ name: String) throws -> [String: CellAttempts.History] {
    let directory = SweepDirectory(path: path(name))
    return Dictionary(
      try plan.cells.map { ($0.name, try directory.attempts($0).history()) }, uniquingKeysWith: { first, _ in first })
  }

  func completed(_ name: String) throws -> Int { try histories(name).values.count(where: \.isCompleted) }

  /// The records of every cell as they are on the disk, by name.
  func rounds(_ name: String) throws -> [String: String] {
    Dictionary(
      try plan.cells.map { ($0.name, try place.contents("\(name)/cells/\($0.name)/rounds.jsonl")) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Every cell completed, by one attempt, which is its last; returns how many attempts there were.
  func checkDoneOnce(_ name: String) throws -> Int {
    var attempts = 0
    for (cell, history) in try histories(name) {
      #expect(history.ends.values.count { $0.state == .completed } == 1, "\(cell)")
      #expect(history.lastEnd?.state == .completed && history.failures == 0, "\(cell): \(history)")
      attempts += history.last
    }
    return attempts
  }

  /// Waits until so many cells are completed.
  func waitForCells(_ count: Int, _ name: String) throws {
    for _ in 0..<24_000 {
      if try completed(name) >= count { return }
      usleep(5000)
    }
    Issue.record("the sweep did not get to \(count) cells in two minutes")
  }
}
