import Foundation
import Testing

@testable import LadleCommand

/// Real processes, some seconds each.
@Suite(.serialized, .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct SweepProcessTests {
  @Test func aSweepIsRunsAndRunsOnce() throws {
    let sweep = try SweepFixture(seeds: "1-2")
    let first = try LadleProcess.run(sweep.arguments("a", ["--jobs", "2"]))
    #expect(first.code == 0, "\(first.errors)")
    #expect(try sweep.checkDoneOnce("a") == 4)
    let lines = first.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("accuracy after the last round, best first"))
    #expect(lines[1...2].contains { $0.contains("random") && $0.contains(" ± ") && $0.hasSuffix("(2 seeds)") })
    #expect(first.output.contains("4 cells: 4 completed; their runs took"))
    #expect(
      first.errors.split(separator: "\n").count { $0.contains(" completed in ") && $0.contains(", accuracy 0.") } == 4)
    let table = try sweep.place.contents("a/results.csv").split(separator: "\n")
    #expect(table[0] == "cell,state,strategy,scheme,seed,round,labelled,attempted,discarded,metric,value")
    #expect(table.count { $0.contains(",accuracy,") } == 4 * 5)
    #expect(try sweep.place.contents("a/cells.jsonl").split(separator: "\n").count == 4)

    // A cell is what the command by itself makes of the same words.
    let plan = try sweep.plan
    let alone = try LadleProcess.run(["run"] + plan.cells[3].arguments + ["--out", sweep.path("alone"), "--quiet"])
    #expect(alone.code == 0, "\(alone.errors)")
    #expect(
      try sweep.place.contents("alone/rounds.jsonl")
        == sweep.place.contents("a/cells/\(plan.cells[3].name)/rounds.jsonl"))

    // Nothing is done again.
    let before = try sweep.histories("a").mapValues(\.last)
    let second = try LadleProcess.run(sweep.arguments("a", ["--quiet"]))
    #expect(second.code == 0 && second.output == first.output && second.errors.isEmpty)
    #expect(try sweep.histories("a").mapValues(\.last) == before)
    let refused = try LadleProcess.run(sweep.arguments("a", ["--no-resume"]))
    #expect(refused.code == 1 && refused.errors.contains("holds a sweep already"))
    let list = try LadleProcess.run(sweep.arguments("a", ["--dry-run"]))
    #expect(
      list.code == 0 && list.output.split(separator: "\n").allSatisfy { $0.contains("  completed  ladle run pool ") })
  }

  @Test func aCellThatFailsIsTriedAgainAndStopsNobody() throws {
    let sweep = try SweepFixture(seeds: "1-2")
    let cell = try sweep.plan.cells[1]
    try FileManager.default.createDirectory(atPath: sweep.path("a/cells"), withIntermediateDirectories: true)
    // Something is where the run's directory should be.
    try sweep.place.write("in the way", to: "a/cells/\(cell.name)")
    let first = try LadleProcess.run(sweep.arguments("a"))
    #expect(first.code == 1)
    #expect(try sweep.histories("a")[cell.name]?.failures == 2)
    #expect(try sweep.completed("a") == 3)
    let failure = "failed: \(cell.name), 2 attempts: \(sweep.path("a"))/cells/\(cell.name) is a file, not a directory"
    #expect(first.output.contains(failure), "\(first.output)")
    #expect(first.output.contains("4 cells: 3 completed, 1 failed;"))
    #expect(
      first.errors.contains("failed and is tried again later: ") && first.errors.contains("failed after 2 attempts: "))
    #expect(first.errors.contains("ladle: 1 of 4 cells failed; "))
    #expect(try sweep.place.contents("a/cells.jsonl").contains("\"state\":\"failed\""))

    // The same again tries nothing; with more retries, and the thing out of the way, it is done.
    #expect(try LadleProcess.run(sweep.arguments("a", ["--quiet"])).code == 1)
    #expect(try sweep.histories("a")[cell.name]?.last == 2)
    try FileManager.default.removeItem(atPath: sweep.path("a/cells/\(cell.name)"))
    let second = try LadleProcess.run(sweep.arguments("a", ["--quiet", "--retries", "2"]))
    #expect(second.code == 0 && second.output.contains("4 cells: 4 completed;"), "\(second.errors)")
  }

  @Test func interruptedThreeTimesEveryCellIsDoneOnce() throws {
    let sweep = try SweepFixture(seeds: "1-6")
    let whole = try LadleProcess.run(sweep.arguments("whole", ["--jobs", "2", "--quiet"]))
    #expect(whole.code == 0, "\(whole.errors)")
    var interruptions = 0
    for count in [1, 4, 8] {
      let process = try LadleProcess(sweep.arguments("cut", ["--jobs", "2"]))
      try sweep.waitForCells(count, "cut")
      process.send(SIGINT)
      let result = try process.wait()
      guard result.code == 130 else { continue }
      interruptions += 1
      #expect(
        result.errors.contains("ladle: stopped on request with ") && result.errors.contains("the same command goes on"))
    }
    #expect(interruptions >= 2, "the sweep ended before it could be interrupted")
    let rest = try LadleProcess.run(sweep.arguments("cut", ["--jobs", "2", "--quiet"]))
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(try sweep.checkDoneOnce("cut") >= 12)
    #expect(try sweep.rounds("cut") == sweep.rounds("whole"))
    #expect(try sweep.place.contents("cut/results.csv") == sweep.place.contents("whole/results.csv"))
  }

  /// Looks every five milliseconds, for a minute at most.
  private func waitWhile(_ condition: () -> Bool) {
    for _ in 0..<12_000 {
      guard condition() else { return }
      usleep(5000)
    }
  }

  @Test func aRunWhoseSweepIsKilledEndsByItselfAndIsTakenOver() throws {
    // Long cells: rounds of one label.
    let sweep = try SweepFixture(seeds: "1", more: "settings: {experiment.attemptsPerLabel: 20}")
    var text = try sweep.place.contents("short.yaml")
    text = text.replacingOccurrences(of: "budget: 60", with: "budget: 2000")
    text = text.replacingOccurrences(of: "batch: 10", with: "batch: 1").replacingOccurrences(
      of: ": 300", with: ": 2500")
    try sweep.place.write(text, to: "short.yaml")
    let plan = try sweep.plan
    let cell = plan.cells[0]
    let directory = SweepDirectory(path: sweep.path("a"))
    let process = try LadleProcess(sweep.arguments("a"))
    waitWhile { RunRecords.read(directory.runPath(cell)).count < 3 }
    #expect(directory.isInUse(cell))
    process.send(SIGKILL)
    #expect(try process.wait().code == 128 + SIGKILL)
    waitWhile { directory.isInUse(cell) }
    #expect(!directory.isInUse(cell))
    let rounds = try sweep.place.contents("a/cells/\(cell.name)/rounds.jsonl")
    #expect(rounds.hasSuffix("}\n") && rounds.split(separator: "\n").count < 1980)
    // It says so after it has let go of the directory.
    let log = "a/attempts/\(cell.name)/log-1.txt"
    waitWhile { (try? sweep.place.contents(log))?.contains("ladle: stopped on request") != true }
    #expect(try sweep.place.contents(log).contains("ladle: stopped on request"))

    let next = try LadleProcess(sweep.arguments("a"))
    let before = RunRecords.read(directory.runPath(cell)).count
    waitWhile { RunRecords.read(directory.runPath(cell)).count <= before }
    next.send(SIGINT)
    #expect(try next.wait().code == 130)
    let history = try directory.attempts(cell).history()
    #expect(history.last == 2 && history.ends[1] == nil && history.ends[2]?.state == .interrupted)
    #expect(try sweep.place.contents("a/cells/\(cell.name)/rounds.jsonl").hasPrefix(rounds))
  }

  @Test func fourProcessesAndKillsDoEveryCellOnce() throws {
    let sweep = try SweepFixture(seeds: "1-12")
    let whole = try LadleProcess.run(sweep.arguments("whole", ["--jobs", "2", "--quiet"]))
    #expect(whole.code == 0, "\(whole.errors)")
    var processes = try (0..<4).map { _ in try LadleProcess(sweep.arguments("many", ["--quiet"])) }
    var kills = 0
    for round in 0..<10 {
      usleep(UInt32(200_000 + 37_000 * (round * 7 % 10)))
      let victim = round * 3 % 4
      processes[victim].send(SIGKILL)
      if try processes[victim].wait().code == 128 + SIGKILL { kills += 1 }
      processes[victim] = try LadleProcess(sweep.arguments("many", ["--quiet"]))
    }
    for process in processes {
      let result = try process.wait()
      #expect(result.code == 0 && result.output.contains("24 cells: 24 completed;"), "\(result.errors)")
    }
    #expect(kills >= 3, "the sweep ended before processes could be killed")
    let attempts = try sweep.checkDoneOnce("many")
    #expect(attempts > 24, "no cell was taken over")
    #expect(try sweep.rounds("many") == sweep.rounds("whole"))
    #expect(try sweep.place.contents("many/results.csv") == sweep.place.contents("whole/results.csv"))
  }

  @Test func whatTwoCellsNeedAtTheSameMomentIsTrainedOnce() throws {
    let place = try TemporaryDirectory()
    try place.write(
      """
      system: gaal
      dataset: glyphs
      schemes: [gaal, simple-gan, supervised]
      budget: 40
      seeds: 1-2
      settings:
        poolLimit: 400
        generator: {epochs: 2, width: 8}
        classifier: {limit: 400, epochs: 1, width: 8}
        experiment: {initialLabels: 20, synthesis.steps: 5, oracle.threshold: 0}
      """, to: "gan.yaml")
    let result = try LadleProcess.run([
      "sweep", place.path + "/gan.yaml", "--out", place.path + "/a", "--cache", place.path + "/cache", "--jobs", "4",
    ])
    #expect(result.code == 0, "\(result.errors)")
    let attempts = place.path + "/a/attempts"
    let logs = try FileManager.default.contentsOfDirectory(atPath: attempts).map {
      try String(contentsOfFile: "\(attempts)/\($0)/log-1.txt", encoding: .utf8)
    }
    #expect(logs.count == 6)
    for name in ["generator", "classifier"] {
      #expect(logs.count { $0.contains("Training the \(name): done in ") } == 1)
    }
    // They did want it at the same moment.
    #expect(logs.contains { $0.contains("which is making the same thing") })
    let cached = try FileManager.default.contentsOfDirectory(atPath: place.path + "/cache").filter {
      !$0.hasPrefix(".")
    }
    #expect(cached.count == 2)
  }

  @Test(arguments: [
    (["/nowhere/sweep.yaml"], 1, "/nowhere/sweep.yaml cannot be read; give the path of a sweep file."),
    (["FILE", "--jobs", "0"], 64, "--jobs is a number of 1 to 1000, not 0; try --help."),
    (["FILE", "--out", "/proc/sweep"], 1, "/proc/sweep"),
    (["FILE", "--out", "/dev/null"], 1, "/dev/null"),
  ])
  func aFailureIsOneSentenceAndACode(arguments: [String], code: Int, sentence: String) throws {
    let sweep = try SweepFixture(seeds: "1")
    let result = try LadleProcess.run(["sweep"] + arguments.map { $0 == "FILE" ? sweep.file : $0 })
    #expect(Int(result.code) == code && result.output.isEmpty)
    #expect(
      result.errors.hasPrefix("ladle: " + sentence) && result.errors.split(separator: "\n").count == 1,
      "\(result.errors)")
  }

  @Test func aMissingDataSetIsSaidBeforeAnythingRuns() throws {
    let sweep = try SweepFixture(seeds: "1")
    try sweep.place.write(
      try sweep.place.contents("short.yaml").replacingOccurrences(of: "dataset: digits", with: "dataset: mnist"),
      to: "short.yaml")
    let result = try LadleProcess.run(sweep.arguments("a", ["--data", "/nowhere"]))
    #expect(
      result.code == 1 && result.errors.contains("/nowhere") && !FileManager.default.fileExists(atPath: sweep.path("a"))
    )
  }
}
