import Foundation
import Tensor
import Testing

@testable import LadleCommand

@Suite(.serialized, .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct ProcessTests {
  /// A run of some seconds without a generator.
  private func run(_ place: String, seeds: String = "1-3", _ more: [String] = []) -> [String] {
    [
      "run", "gaal", "--dataset", "glyphs", "--schemes", "svm-active,random,supervised", "--seeds", seeds, "--budget",
      "150", "--out", place, "--quiet", "--set", "poolLimit=400", "--set", "initialLabels=20",
    ] + more
  }

  private func lines(_ path: String) -> Int {
    (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  /// Waits until the run has written so many rounds.
  private func waitForRounds(_ count: Int, in place: String) throws {
    for _ in 0..<24_000 {
      if lines(place + "/rounds.jsonl") >= count { return }
      usleep(5000)
    }
    Issue.record("the run did not get to \(count) rounds in two minutes")
  }

  @Test func versionAndHelpGoToStandardOutput() throws {
    let version = try LadleProcess.run(["--version"])
    #expect(version.code == 0 && version.output == Ladle.version + "\n" && version.errors.isEmpty)
    let help = try LadleProcess.run(["run", "gaal", "--help"])
    #expect(help.code == 0 && help.output.contains("Examples:") && help.errors.isEmpty)
  }

  @Test(arguments: [
    (["frobnicate"], 64), (["run", "gaal"], 64),
    (["generate", "--dataset", "glyphs", "--count", "0", "--out", "x"], 64),
    (["bench", "--runs", "0"], 64), (["datasets", "verify", "nothing"], 64),
    (["run", "gaal", "--dataset", "mnist", "--data", "/nowhere", "--out", "/nowhere/run"], 1),
    (["datasets", "verify", "--data", "/nowhere"], 1),
    (["generate", "--dataset", "glyphs", "--out", "/nowhere/sheet.png"], 1),
    (["run", "gaal", "--dataset", "glyphs", "--out", "/proc/ladle"], 1),
    (["run", "gaal", "--dataset", "glyphs", "--out", "/dev/null"], 1),
  ])
  func aFailureIsOneSentenceAndACode(arguments: [String], code: Int) throws {
    let result = try LadleProcess.run(arguments)
    #expect(Int(result.code) == code)
    #expect(result.output.isEmpty)
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines[1].isEmpty, "not one line: \(result.errors)")
    #expect(lines[0].hasPrefix("ladle: ") && (lines[0].hasSuffix(".") || lines[0].hasSuffix("?")))
    #expect(!lines[0].contains("Error") && !lines[0].contains("Optional("))
  }

  @Test func theInstructionSetCanBeForced() throws {
    for set in InstructionSet.available {
      let result = try LadleProcess.run(["doctor"], environment: ["LADLE_SIMD": set.rawValue])
      #expect(result.output.contains("kernels for \(set.rawValue), as LADLE_SIMD asks"), "\(result.output)")
      #expect(result.output.contains("LADLE_SIMD leaves them alone"))
    }
    let free = try LadleProcess.run(["doctor"], environment: ["LADLE_SIMD": ""])
    let best = try #require(InstructionSet.available.last)
    #expect(free.output.contains("kernels for \(best.rawValue), the best here"), "\(free.output)")
    #expect(!free.output.contains("LADLE_SIMD"))
  }

  @Test func anInstructionSetThatCannotBeHadIsOneSentence() throws {
    let nonsense = try LadleProcess.run(["doctor"], environment: ["LADLE_SIMD": "nonsense"])
    #expect(nonsense.code == 64 && nonsense.output.isEmpty)
    #expect(
      nonsense.errors
        == "ladle: LADLE_SIMD is 'nonsense', which is no instruction set; it can be \(InstructionSet.offer).\n")
    let lacking = InstructionSet.allCases.filter { !InstructionSet.available.contains($0) && $0 != .portable }
    #expect(!lacking.isEmpty)
    for set in lacking {
      let result = try LadleProcess.run(["doctor"], environment: ["LADLE_SIMD": set.rawValue])
      #expect(result.code == 1 && result.output.isEmpty)
      #expect(
        result.errors
          == "ladle: LADLE_SIMD asks for \(set.rawValue), which this machine lacks; it can be \(InstructionSet.offer).\n"
      )
    }
  }

  @Test func benchPrintsATableAndWritesTheSameFigures() throws {
    let place = try TemporaryDirectory()
    let file = place.path + "/bench.json"
    let result = try LadleProcess.run(["bench", "--only", "mlp-step", "--runs", "2", "--json", file])
    #expect(result.code == 0, "\(result.errors)")
    let rows = result.output.split(separator: "\n").filter { $0.hasPrefix("MLP") }
    #expect(rows.count == 1 && rows.allSatisfy { $0.contains("GFLOP/s") && $0.contains("%") && $0.contains("MB") })
    let report = try JSONDecoder().decode(BenchReport.self, from: Data(try place.contents("bench.json").utf8))
    #expect(report.productPeak > 0 && report.results.map(\.name) == ["mlp-step"])
    #expect(report.results.allSatisfy { $0.runs == 2 && $0.seconds >= $0.fastestSeconds && $0.peakBytes > 1_000_000 })
    #expect(try LadleProcess.run(["bench", "--only", "nothing"]).code == 64)
  }

  @Test func aMissingDataSetLeavesNoDirectory() throws {
    let place = try TemporaryDirectory()
    _ = try LadleProcess.run([
      "run", "gaal", "--dataset", "mnist", "--data", "/nowhere", "--out", place.path + "/run",
    ])
    #expect(!FileManager.default.fileExists(atPath: place.path + "/run"))
  }

  @Test func aKilledRunContinuesToTheSameBytes() throws {
    let place = try TemporaryDirectory()
    let whole = try LadleProcess.run(run(place.path + "/whole", seeds: "1-30"))
    #expect(whole.code == 0, "\(whole.errors)")
    let expected = try place.contents("whole/rounds.jsonl")
    #expect(lines(place.path + "/whole/rounds.jsonl") == 30 * (14 + 14 + 1))

    var kills = 0
    for rounds in [1, 100, 250, 450] {
      let process = try LadleProcess(run(place.path + "/killed", seeds: "1-30"))
      try waitForRounds(rounds, in: place.path + "/killed")
      process.send(SIGKILL)
      if try process.wait().code == 128 + SIGKILL { kills += 1 }
    }
    // A busy machine may let the last one or two end before this process looks again.
    #expect(kills >= 2, "the run ended before it could be killed")
    let continued = try LadleProcess.run(run(place.path + "/killed", seeds: "1-30"))
    #expect(continued.code == 0, "\(continued.errors)")
    #expect(try place.contents("killed/rounds.jsonl") == expected)
    #expect(try place.contents("killed/results.csv") == place.contents("whole/results.csv"))
    #expect(continued.output.replacingOccurrences(of: "killed", with: "whole") == whole.output)
    #expect(isWellFormed(try place.contents("killed/report.html")))
  }

  @Test func threadsDoNotChangeTheBytes() throws {
    let place = try TemporaryDirectory()
    let arguments = [
      "--schemes", "gaal,mixed", "--cache", place.path + "/cache-", "--set", "generator.epochs=1", "--set",
      "generator.width=8", "--set", "classifier.limit=200", "--set", "classifier.epochs=1", "--set",
      "classifier.width=8", "--set", "oracle.threshold=0", "--set", "synthesis.steps=5",
    ]
    for threads in ["1", "2"] {
      var words = run(place.path + "/" + threads, seeds: "1", arguments)
      words = words.map { $0.hasSuffix("cache-") ? $0 + threads : $0 }
      words.removeAll { $0 == "svm-active,random,supervised" }
      words.remove(at: try #require(words.firstIndex(of: "--schemes")))
      let result = try LadleProcess.run(words, environment: ["LADLE_THREADS": threads])
      #expect(result.code == 0, "\(result.errors)")
    }
    let one = try place.contents("1/rounds.jsonl")
    #expect(one.split(separator: "\n").count == 2 * 14)
    #expect(one == (try place.contents("2/rounds.jsonl")))
    for scheme in ["gaal", "mixed"] {
      let name = "queries/\(scheme)/seed-1/round-03.json"
      #expect(try place.contents("1/" + name) == place.contents("2/" + name))
    }
    #expect(FileManager.default.fileExists(atPath: place.path + "/1/queries/gaal/seed-1/round-03.png"))
  }

  @Test func anInterruptStopsAtASafePointAndSaysHowToGoOn() throws {
    let place = try TemporaryDirectory()
    let process = try LadleProcess(run(place.path, seeds: "1-2000"))
    try waitForRounds(3, in: place.path)
    process.send(SIGINT)
    let result = try process.wait()
    #expect(result.code == 130)
    #expect(result.errors == "ladle: stopped on request; “ladle run \(place.path)” goes on from here.\n")
    #expect(try place.contents("rounds.jsonl").hasSuffix("}\n"))
  }

  @Test func aSecondProcessIsRefusedByNumber() throws {
    let place = try TemporaryDirectory()
    let first = try LadleProcess(run(place.path, seeds: "1-2000"))
    try waitForRounds(1, in: place.path)
    let second = try LadleProcess.run(run(place.path, seeds: "1-2000"))
    first.send(SIGTERM)
    #expect(try first.wait().code == 130)
    #expect(second.code == 1)
    #expect(second.errors.hasPrefix("ladle: \(place.path) is in use by process \(first.identifier); "))
  }

  @Test func aFullDiskIsOneSentenceAndTheRunGoesOnLater() throws {
    let place = try TemporaryDirectory()
    // The largest file may have four blocks; the signal about it is ignored, so that writes fail as on a full disk.
    let full = try LadleProcess.run(run(place.path), shell: "trap '' XFSZ; ulimit -f 4;")
    #expect(full.code == 1)
    #expect(full.errors.split(separator: "\n").count == 1 && full.errors.contains("cannot be written"))
    let whole = try LadleProcess.run(run(place.path))
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(lines(place.path + "/rounds.jsonl") == 3 * (14 + 14 + 1))
  }
}
