import Foundation
import Testing

@testable import LadleCommand

/// Damaged checkpoints of a run that was killed inside a training. Slow: some 200 processes.
@Suite("Hostile checkpoints (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileCheckpointTests {
  private let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  private func begin(_ path: String) -> [String] {
    let settings = ["network.hidden=16", "training.steps=60"].flatMap { ["--set", $0] }
    return [
      "run", "pool", "--dataset", "digits", "--pool-size", "120", "--test-size", "40", "--learner", "mlp", "--strategy",
      "margin", "--seeds", "1", "--initial", "20", "--batch", "20", "--budget", "40", "--checkpoint-minutes", "0",
      "--quiet", "--out", path,
    ] + settings
  }

  /// The path of a run that was killed between two steps, with the checkpoint that it left.
  private func killed() throws -> (run: String, checkpoint: String)? {
    for attempt in 0..<20 {
      let path = "\(place.path)/killed-\(attempt)"
      let checkpoint = "state/margin-seed-1.checkpoint"
      let process = try LadleProcess(begin(path))
      for _ in 0..<20_000 where !FileManager.default.fileExists(atPath: "\(path)/\(checkpoint)") { usleep(500) }
      process.send(SIGKILL)
      let result = try process.wait()
      if result.code != 0, FileManager.default.fileExists(atPath: "\(path)/\(checkpoint)") { return (path, checkpoint) }
    }
    return nil
  }

  @Test func theRunIsTheSameWithoutThem() throws {
    let whole = place.path + "/whole"
    #expect(try LadleProcess.run(begin(whole)).code == 0)
    let expected = try Data(contentsOf: URL(filePath: whole + "/rounds.jsonl"))
    let (template, checkpoint) = try #require(try killed())
    let original = [UInt8](try Data(contentsOf: URL(filePath: "\(template)/\(checkpoint)")))
    let path = place.path + "/variant"
    var tally = HostileRuns.Tally(checkpoint)
    for (index, bytes) in Damage.variants(of: original, named: "checkpoint", .text, count: 200).enumerated() {
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: template, toPath: path)
      try Data(bytes).write(to: URL(filePath: "\(path)/\(checkpoint)"))
      let what = "checkpoint, variant \(index)"
      guard let result = try HostileRuns.run(["run", path, "--quiet"], what) else { continue }
      #expect(result.code == 0, "\(what): \(result.errors)")
      #expect(try Data(contentsOf: URL(filePath: path + "/rounds.jsonl")) == expected, "\(what) changed the run")
      #expect(!FileManager.default.fileExists(atPath: "\(path)/\(checkpoint)"))
      tally.count("the same run")
    }
    tally.report()
    #expect(tally["the same run"] == 200)
  }
}
