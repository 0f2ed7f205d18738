import Foundation
import Tensor
import Testing

@testable import LadleCommand

/// Runs killed at random instants end with the bytes of runs that were never stopped. Slow: a minute or two.
///
/// `LADLE_CRASH_KILLS` is the number of kills over all systems, `LADLE_CRASH_SEED` chooses the instants; see
/// `scripts/crash-test`.
@Suite(.serialized, .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct CrashTests {
  private static let kills = ProcessInfo.processInfo.environment["LADLE_CRASH_KILLS"].flatMap(Int.init) ?? 42
  private static let seed = ProcessInfo.processInfo.environment["LADLE_CRASH_SEED"].flatMap(Int.init) ?? 1

  /// What came of the kills of one case.
  private struct Count {
    var sent = 0
    var hit = 0
    var insideTraining = 0
    var runs = 0
    var checkpointsUsed = 0
    var rounds = Set<Int>()
  }

  @Test(arguments: CrashCase.all) func killsAtRandomInstants(crash: CrashCase) throws {
    let share = (Self.kills + CrashCase.all.count - 1) / CrashCase.all.count
    let whole = try TemporaryDirectory()
    let start = ProcessInfo.processInfo.systemUptime
    let undisturbed = try LadleProcess.run(crash.begin(in: whole.path))
    let duration = ProcessInfo.processInfo.systemUptime - start
    #expect(undisturbed.code == 0, "\(undisturbed.errors)")
    let expected = try RunFiles(in: whole.path)
    #expect(expected.contents["run/rounds.jsonl"]?.isEmpty == false && !expected.hasCheckpoint)

    var random = RandomSource(seed: Self.seed).stream("kills of " + crash.name)
    var count = Count()
    while count.hit < share, count.sent < 20 * share {
      try killAgainAndAgain(crash, expected: expected, duration: duration, atMost: share, &count, using: &random)
    }
    #expect(count.hit >= share, "only \(count.hit) of \(count.sent) kills came before the run had ended")
    print(
      "crash test: \(crash.name): \(count.hit) kills in \(count.runs) runs of \(fixed(duration, 1)) s (seed \(Self.seed)), "
        + "\(count.insideTraining) inside a training that had been kept, "
        + "after \(count.rounds.count) different numbers of rounds; \(count.checkpointsUsed) checkpoints used")
  }

  /// One run in a new place, killed until it gets to its end.
  private func killAgainAndAgain(
    _ crash: CrashCase, expected: RunFiles, duration: Double, atMost share: Int, _ count: inout Count,
    using random: inout RandomSource
  ) throws {
    let place = try TemporaryDirectory()
    var instants: [Double] = []
    count.runs += 1
    while true {
      // A run that was killed before it wrote its settings is begun again.
      let isBegun = FileManager.default.fileExists(atPath: place.path + "/run/config.json")
      let process = try LadleProcess(isBegun ? crash.goOn(in: place.path) : crash.begin(in: place.path))
      if count.hit < share {
        let instant = duration * Double(random.uniform())
        instants.append(instant)
        usleep(UInt32(instant * 1e6))
        process.send(SIGKILL)
        count.sent += 1
      }
      let result = try process.wait()
      count.checkpointsUsed += result.errors.components(separatedBy: "goes on from the checkpoint").count - 1
      if result.code == 128 + SIGKILL {
        count.hit += 1
        let files = try RunFiles(in: place.path)
        if files.hasCheckpoint { count.insideTraining += 1 }
        count.rounds.insert(files.contents["run/rounds.jsonl"]?.count { $0 == UInt8(ascii: "\n") } ?? 0)
        continue
      }
      let told = "\(crash.name), seed \(Self.seed), killed after \(instants) s"
      #expect(result.code == 0, "\(told): \(result.errors)")
      let differences = try RunFiles(in: place.path).differences(from: expected)
      #expect(differences.isEmpty, "\(told): \(differences)")
      return
    }
  }
}
