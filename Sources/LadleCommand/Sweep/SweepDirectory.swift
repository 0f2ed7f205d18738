import Foundation
import Tensor

/// The directory of a sweep, which several processes may have open at once.
///
/// ```
/// sweep.json     what is swept, resolved, and its cells
/// cells/         one run directory per cell, under its name
/// attempts/      who took each cell, how that ended, and what the run wrote (CellAttempts)
/// results.csv    every figure of every round of every cell, in long form
/// cells.jsonl    one line per cell: state, settings that vary, score, seconds, complaint
/// ```
struct SweepDirectory: Sendable {
  let path: String

  /// What `sweep.json` holds.
  struct Description: Codable {
    struct Cell: Codable {
      var name: String
      var command: [String]
      var seed: Int
      var varied: [SweepCell.Variation]
    }

    var ladle: String
    var name: String
    var system: SweepSystem
    var method: SweepDefinition.Method
    var metric: SweepDefinition.Metric
    var runCap: Int?
    var drawSeed: Int
    var cells: [Cell]
  }

  func attempts(_ cell: SweepCell) -> CellAttempts { CellAttempts(path: "\(path)/attempts/\(cell.name)") }

  func runPath(_ cell: SweepCell) -> String { "\(path)/cells/\(cell.name)" }

  /// Makes the directory, or checks that it holds a sweep of the same system, and writes `sweep.json`. Returns what a
  /// person should know about what was found.
  func open(_ plan: SweepPlan, mustBeNew: Bool) throws -> [String] {
    let (file, definition) = ("\(path)/sweep.json", plan.definition)
    var notes: [String] = []
    if FileManager.default.fileExists(atPath: file) {
      guard !mustBeNew else {
        throw CommandFailure(.world, "\(path) holds a sweep already; choose another --out, or leave out --no-resume.")
      }
      guard let found = try? JSONDecoder().decode(Description.self, from: Data(try FileBytes.read(file))) else {
        throw CommandFailure(.world, "\(file) is damaged; remove it, and the cells that are done are found again.")
      }
      guard found.system == definition.system else {
        throw CommandFailure(
          .world,
          "\(path) holds a sweep of \(found.system.rawValue), not of \(definition.system.rawValue); "
            + "choose another --out.")
      }
      let names = Set(plan.cells.map(\.name))
      let others = found.cells.count { !names.contains($0.name) }
      if others > 0 {
        notes.append(
          "\(others) of the cells that \(path) held are not in \(definition.file) as it is now, and are left alone")
      }
    } else if let names = try? FileManager.default.contentsOfDirectory(atPath: path),
      let other = names.filter({ !$0.hasPrefix(".") && !["cells", "attempts"].contains($0) }).min()
    {
      throw CommandFailure(
        .world, "\(path) holds other files (\(other)) and no sweep; choose an empty or a new directory for --out.")
    }
    try RunDirectory.makeDirectory(path + "/cells")
    try RunDirectory.makeDirectory(path + "/attempts")
    let description = Description(
      ladle: Ladle.version, name: definition.name, system: definition.system, method: definition.method,
      metric: definition.metric, runCap: definition.runCap, drawSeed: definition.drawSeed,
      cells: plan.cells.map {
        .init(name: $0.name, command: ["ladle", "run"] + $0.arguments, seed: $0.seed, varied: $0.varied)
      })
    try AtomicFile.write(try JSONValue(encoding: description).text(indented: true), to: file)
    return notes
  }

  /// Whether some process has the cell's run directory open: the lock that ``RunDirectory`` holds.
  func isInUse(_ cell: SweepCell) -> Bool {
    let descriptor = Foundation.open(runPath(cell) + "/.lock", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    flock(descriptor, LOCK_UN)
    return false
  }
}
