import ArgumentParser
import Foundation
import Tensor

/// `ladle sweep`.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Run many experiments: every combination of settings, or some drawn at random, each with every seed.",
    discussion: """
      The file is YAML with the keys of Weights & Biases: system (pool, gaal or self-taught), method (grid or random),
      metric, parameters, run_cap; and seeds. Every cell, one strategy with one seed, is a run of its own below
      DIR/cells. The same command goes on where the sweep stands: cells that are done are not done again, however many
      processes, on however many machines with the same files, run it at once.

      Examples:
        ladle sweep sweep.yaml --dry-run
        ladle sweep sweep.yaml --jobs 2 --out runs/compare
      """)

  @Argument(help: ArgumentHelp("The sweep file.", valueName: "sweep.yaml"))
  var file: String

  @Option(help: ArgumentHelp("The directory of the sweep; made if need be. runs/NAME unless given.", valueName: "dir"))
  var out: String?

  @Option(help: "Cells side by side; each has its share of the threads.")
  var jobs = 1

  @Option(help: "How often a cell that failed is tried again.")
  var retries = 1

  @Flag(inversion: .prefixedNo, help: "Go on with the sweep that the directory holds.")
  var resume = true

  @Flag(name: .customLong("dry-run"), help: "Only list the cells, their states and their commands.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Seconds after which a process on another machine that shows no sign of life has lost its cells.",
      valueName: "seconds"))
  var staleAfter = 180.0

  @OptionGroup var data: DataOption
  @OptionGroup var cache: CacheOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  func validate() throws {
    guard (1...1000).contains(jobs) else { throw ValidationError("--jobs is a number of 1 to 1000, not \(jobs).") }
    guard (0...1000).contains(retries) else {
      throw ValidationError("--retries is a number of 0 to 1000, not \(retries).")
    }
    guard staleAfter >= 60, staleAfter < 1e9 else {
      throw ValidationError("--stale-after is at least 60 seconds: signs of life come every 10.")
    }
  }

  func run() async throws {
    let plan = try SweepPlan(SweepFile.read(file))
    let directory = SweepDirectory(path: out ?? "runs/\(plan.definition.name)")
    if dryRun {
      for line in try Self.listing(plan, directory) { print(line) }
      for note in plan.notes { writeErrorLine(note) }
      return
    }
    try requireData(plan)
    Interruption.shared.install {}
    let display = SweepDisplay(
      quiet ? .silent : .standardError, name: plan.definition.name, metric: plan.definition.metric)
    let found = try directory.open(plan, mustBeNew: !resume)
    for note in plan.notes + found { display.note(note) }
    let options = options(plan)
    let count = plan.cells.count
    display.note(
      "\(count) cell\(count == 1 ? "" : "s") in \(directory.path), \(jobs) side by side with "
        + "\(options.threads) thread\(options.threads == 1 ? "" : "s") each")
    let states = try SweepRunner(plan, in: directory, options, display: display).run {
      Interruption.shared.isRequested
    }
    display.clear()
    let results = try SweepResults(plan, in: directory, states: states)
    try results.write()
    for line in results.summaryLines { print(line) }
    try conclude(states, directory)
  }

  /// The exit code, and what to do next.
  private func conclude(_ states: [CellState], _ directory: SweepDirectory) throws(CommandFailure) {
    let failed = states.count { $0.word == "failed" }
    let completed = states.count { $0 == .completed }
    if completed + failed < states.count {
      throw CommandFailure(
        .interrupted,
        "stopped on request with \(completed) of \(states.count) cells done; the same command goes on from what "
          + "\(directory.path) holds.")
    }
    guard failed > 0 else { return }
    throw CommandFailure(
      .world,
      "\(failed) of \(states.count) cells failed; \(directory.path)/attempts holds what they wrote, and a larger "
        + "--retries than \(retries) tries them again.")
  }

  private func options(_ plan: SweepPlan) -> SweepRunner.Options {
    var options = SweepRunner.Options()
    (options.jobs, options.retries, options.staleAfter) = (jobs, retries, staleAfter)
    options.threads = max(1, BackendDescription().threads / jobs)
    if let path = data.data { options.arguments += ["--data=\(path)"] }
    // One cache for all cells: what they share is trained once, by whichever needs it first.
    if plan.definition.system != .pool { options.arguments += ["--cache=\(cache.cache.root)"] }
    return options
  }

  /// A missing data set should be said once, before anything runs.
  private func requireData(_ plan: SweepPlan) throws {
    for name in Set(plan.cells.map(\.dataset)).sorted() {
      try plan.definition.system.requireFiles(dataset: name, directories: data.directories())
    }
  }

  /// A line per cell: its name, its state and its command.
  static func listing(_ plan: SweepPlan, _ directory: SweepDirectory) throws -> [String] {
    // A process on another machine is taken to live: nothing is waited for here.
    var watch = CellWatch(staleAfter: .infinity)
    return try plan.cells.map { cell in
      let state = try watch.state(of: directory.attempts(cell), now: 0).state
      let words = cell.arguments + ["--out=\(directory.runPath(cell))"]
      return "\(cell.name)  \(state.word)  ladle run \(words.map(shellWord).joined(separator: " "))"
    }
  }

  /// As a shell reads it back.
  private static func shellWord(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_=./,:+".contains($0)) }
    return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
