import ArgumentParser
import Foundation
import Testing

@testable import LadleCommand

/// Damaged sweep files. Slow: some 220 processes, half a minute.
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
}
