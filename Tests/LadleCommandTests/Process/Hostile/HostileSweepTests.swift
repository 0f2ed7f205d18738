import ArgumentParser
import Foundation
import Testing

@testable import LadleCommand

/// Damaged sweep files, and files of a damaged sweep directory. Slow: some 730 processes, half a minute.
@Suite(
  "Hostile sweep files (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"),
  .enabled(if: Ladle.configuration.subcommands.contains { $0.configuration.commandName == "sweep" }, "no ladle sweep"))
struct HostileSweepTests {
  private static let text = """
    name: hostile
    system: pool
    dataset: digits
    learner: mlp
    strategy: [random, margin]
    initial: 100
    batch: 50
    budget: 250
    pool-size: 1500
    seeds: 1-3
    parameters:
      noise.rate: {values: [0.1, 0.2, 0.3]}
      training.steps:
        min: 100
        max: 300
        distribution: int_uniform
    settings:
      noise.groups: [[0, 3, 6, 8, 9], [1, 2, 4, 5, 7]]
      vaal: {width: 8, hidden: [64, 64], steps: 60}
    method: random
    run_cap: 7
    metric: {name: accuracy, goal: maximize}

    """

  /// What is right for a reader of YAML, and still no sweep.
  private static let odd = [
    "- - - - - - - -\n", "? [a]\n: b\n", "a: &a [*a]\n", "a: &a [x, x]\nb: [*a, *a]\n", "---\na: 1\n---\nb: 2\n",
    "!!python/object:os.system x\n", "%YAML 9.9\n---\na: b\n", "a: \"\\x\"\n", "a:\n\t- b\n", "<<: {a: 1}\n",
    String(repeating: "[", count: 400) + String(repeating: "]", count: 400), String(repeating: "? ", count: 20_000),
    String(repeating: "{a: ", count: 3000), String(repeating: "x", count: 2_000_000), "seeds: 1-999999999999\n",
  ]

  @Test func aDamagedFileIsRefusedOrListed() throws {
    let place = try TemporaryDirectory()
    let file = place.path + "/sweep.yaml"
    func run(_ bytes: [UInt8], _ what: String) throws -> LadleProcess.Result? {
      try Data(bytes).write(to: URL(filePath: file))
      let out = place.path + "/out"
      let result = try HostileRuns.run(["sweep", file, "--dry-run", "--out", out], what)
      #expect(!FileManager.default.fileExists(atPath: out), "\(what) left a directory behind")
      return result
    }
    let whole = Array(Self.text.utf8)
    #expect(try run(whole, "the file as it was")?.code == 0)
    var tally = HostileRuns.Tally("sweep.yaml")
    let variants =
      Array(Damage.variants(of: whole, named: "sweep", .text, count: 200)) + Self.odd.map { Array($0.utf8) }
      + Self.odd.map { whole + Array($0.utf8) }
    for (index, bytes) in variants.enumerated() {
      guard let result = try run(bytes, "variant \(index)") else { continue }
      tally.count(result.code == 0 ? "another value" : "refused")
    }
    tally.report()
    #expect(tally["refused"] > 100)
  }

  /// Going on with a sweep that is done writes its tables again. They are the same, or there is one sentence.
  @Test(arguments: [("sweep.json", 200), ("end-1.json", 100), ("claim-1.json", 100), ("rounds.jsonl", 100)])
  func aDamagedDirectoryIsRefusedOrHarmless(name: String, count: Int) throws {
    let sweep = try SweepFixture(seeds: "1")
    let out = sweep.path("out")
    let arguments = sweep.arguments("out", ["--quiet"])
    #expect(try HostileRuns.run(arguments, "a new sweep")?.code == 0)
    let cell = try #require(try sweep.plan.cells.first?.name)
    let places = ["sweep.json": "sweep.json", "rounds.jsonl": "cells/\(cell)/rounds.jsonl"]
    let file = URL(filePath: "\(out)/\(places[name] ?? "attempts/\(cell)/\(name)")")
    let (original, table) = ([UInt8](try Data(contentsOf: file)), try sweep.place.contents("out/results.csv"))
    let template = try HostileRuns.files(in: out)
    var tally = HostileRuns.Tally("\(name) of a sweep")
    for (index, bytes) in Damage.variants(of: original, named: name, .text, count: count).enumerated() {
      try Data(bytes).write(to: file)
      let what = "\(name) of a sweep, variant \(index)"
      guard let result = try HostileRuns.run(arguments, what, mayNote: true) else { continue }
      let after = try sweep.place.contents("out/results.csv")
      // What is damaged of the rounds is missing from the table of a sweep that does not run its cells again.
      if name != "rounds.jsonl" || result.code != 0 { #expect(after == table, "\(what) changed the results") }
      #expect(after.hasSuffix("\n"))
      tally.count(result.code != 0 ? "refused" : after == table ? "harmless" : "another value")
      try restore(template, in: out)
    }
    tally.report()
  }

  /// Makes a directory what it was.
  private func restore(_ files: [String: Data], in path: String) throws {
    for (name, bytes) in try HostileRuns.files(in: path) where files[name] != bytes {
      if files[name] == nil { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
    }
    for (name, bytes) in files
    where !bytes.isEmpty && (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))) != bytes {
      try bytes.write(to: URL(filePath: "\(path)/\(name)"))
    }
  }
}
