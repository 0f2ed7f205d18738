import ActiveLoop
import Foundation
import Models
import Synchronization
import Tensor
import Testing

@testable import LadleCommand

/// Runs whose disk lost what was not flushed, at any instant, end with the bytes of a run that lost nothing.
///
/// A run is recorded: every write, flush, rename and directory it makes. The disk that a loss of power after any of these
/// operations may leave is built anew, and the run goes on there.
@Suite(.serialized) struct PowerLossTests {
  private func settings() -> PoolSettings {
    var settings = PoolSettings(.digits)
    (settings.learner, settings.strategies) = (.mlp, ["random", "vaal"])
    (settings.poolSize, settings.testSize, settings.network.hidden) = (80, 20, 8)
    (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (10, 10, 30)
    settings.experiment.initial.method = .stratified
    (settings.training.steps, settings.training.refit.method) = (6, .warm)
    (settings.vaal.steps, settings.vaal.width, settings.vaal.batchSize) = (2, 4, 4)
    return settings
  }

  private func run(_ path: String) async throws {
    let run = PoolRun(
      settings: settings(), path: path, dataDirectories: [], progress: ProgressReporter(output: .silent),
      checkpoints: CheckpointSchedule(minutes: 0))
    try await run.run()
  }

  private final class Recorder: Sendable {
    let events = Mutex<[FileEvent]>([])
  }

  @Test func whatWasFlushedIsEnough() async throws {
    let place = try TemporaryDirectory()
    let root = place.path + "/whole"
    let recorder = Recorder()
    let observer = FileEvent.Observer { event in recorder.events.withLock { $0.append(event) } }
    try await FileEvent.$observer.withValue(observer) {
      try await run(root)
    }
    let events = recorder.events.withLock { $0 }
    let expected = try RunFiles(in: root)
    // Everything that the run left was recorded.
    var disk = SimulatedDisk()
    for event in events { disk.apply(event) }
    var random = RandomSource(seed: 1).stream("power loss")
    let end = disk.afterLoss(below: root, using: &random)
    for name in expected.contents.keys { #expect(end[name].map { Data($0) } == expected.contents[name], "\(name)") }

    var (losses, withRounds, withCheckpoints) = (0, 0, 0)
    for loss in 0..<60 {
      // Spread over the run, and a few operations to either side.
      let count = min(events.count, loss * events.count / 60 + random.integer(below: 12))
      var disk = SimulatedDisk()
      for event in events.prefix(count) { disk.apply(event) }
      let files = disk.afterLoss(below: root, using: &random)
      let again = try TemporaryDirectory()
      for (name, bytes) in files {
        let path = again.path + "/run/" + name
        try FileManager.default.createDirectory(
          at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
      }
      losses += 1
      if files["rounds.jsonl"]?.isEmpty == false { withRounds += 1 }
      if files.keys.contains(where: { $0.hasSuffix(".checkpoint") }) { withCheckpoints += 1 }
      try await run(again.path + "/run")
      let differences = try RunFiles(in: again.path + "/run").differences(from: expected)
      #expect(differences.isEmpty, "after \(count) of \(events.count) operations: \(differences)")
    }
    #expect(withRounds > losses / 2 && withCheckpoints > losses / 4, "\(withRounds), \(withCheckpoints) of \(losses)")
    print(
      "power loss: \(losses) disks after a part of \(events.count) operations, \(withCheckpoints) with a checkpoint")
  }
}
