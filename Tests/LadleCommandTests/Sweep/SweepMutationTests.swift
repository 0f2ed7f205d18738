import Foundation
import Tensor
import Testing

@testable import LadleCommand

/// What a person may hand in by mistake: damaged files end in a sweep or in one sentence, never in a crash.
@Suite struct SweepMutationTests {
  private static let text = """
    # A comment.
    system: pool
    name: mutated
    method: random
    run_cap: 4
    dataset: digits
    learner: mlp
    strategy: [random, margin]
    seeds: [1, 2]
    metric: {name: accuracy, goal: maximize}
    settings:
      training: {epochs: 2}
      noise.groups: [[0, 1], [2, 3]]
    parameters:
      training.optimizer.learningRate: {distribution: log_uniform_values, min: 0.001, max: 0.1}
      network.hidden: {values: [8, 16]}
      network.dropout: {min: 0.1, max: 0.5}
    """

  private func mutated(_ bytes: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var bytes = bytes
    let marks = Array("{}[]:,-#&*!|>'\"%@`?~\n\t 0e.\u{7f}".utf8)
    for _ in 0...random.integer(below: 2) {
      let place = random.integer(below: max(1, bytes.count))
      switch random.integer(below: 6) {
      case 0: bytes = Array(bytes[..<place])
      case 1: bytes.insert(marks[random.integer(below: marks.count)], at: place)
      case 2 where !bytes.isEmpty: bytes[place] = marks[random.integer(below: marks.count)]
      case 3 where !bytes.isEmpty: bytes[place] = UInt8(random.integer(below: 256))
      case 4 where !bytes.isEmpty: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.integer(below: 20)))
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
      }
      if bytes.isEmpty { bytes = [10] }
    }
    return bytes
  }

  @Test func mutatedFilesAreASweepOrASentence() throws {
    let place = try TemporaryDirectory()
    var random = RandomSource(seed: 11)
    var (good, bad) = (0, 0)
    for _ in 0..<300 {
      let bytes = mutated(Array(Self.text.utf8), &random)
      let path = place.path + "/s.yaml"
      try Data(bytes).write(to: URL(filePath: path))
      do {
        let plan = try SweepPlan(SweepFile.read(path))
        #expect(!plan.cells.isEmpty && plan.cells.count <= SweepPlan.mostCells)
        good += 1
      } catch {
        let failure = CommandFailure(explaining: error)
        #expect(failure.kind == .usage && failure.description.hasPrefix(path), "\(failure.description)")
        #expect(!failure.description.contains("\n") && failure.description.count < 4000)
        bad += 1
      }
    }
    #expect(good > 0 && bad > 100, "\(good) good, \(bad) bad")
  }

  @Test(arguments: [
    String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000),
    String(repeating: "{a: ", count: 100_000),
    "a: " + String(repeating: "[1,", count: 900) + String(repeating: "]", count: 900),
    "system: pool\ndataset: digits\nsettings:\n  a: \u{FFFD}\u{202E}", "%YAML 9.9\n---\nsystem: pool",
    "---\na: 1\n---\nb: 2\n",
    "system: pool\ndataset: digits\nseeds: 1-99999999999999999999", "system: pool\ndataset: digits\nrun_cap: 1e99",
    "system: pool\ndataset: digits\nparameters:\n  batch: {min: -9223372036854775808, max: 9223372036854775807}",
    "system: pool\ndataset: digits\nparameters:\n  a: {distribution: q_uniform, min: 0, max: 1.0e308, q: 1.0e-308}",
    "? [a, b]\n: c", "!!binary aGk=: 1", "system: !!python/object pool\ndataset: 3",
  ])
  func hostileFilesAreASentence(text: String) {
    let failure = #expect(throws: (any Error).self) {
      _ = try SweepPlan(SweepFile.read(YAMLValue(text: text, file: "s.yaml"), file: "s.yaml"))
    }
    let sentence = failure.map { CommandFailure(explaining: $0).description } ?? ""
    #expect(sentence.hasPrefix("s.yaml") && !sentence.contains("\n") && sentence.count < 4000, "\(sentence)")
  }

  @Test func whatIsNoTextIsRefused() throws {
    let place = try TemporaryDirectory()
    for bytes in [[0xFF, 0xFE, 0x00], [0x61, 0x00, 0x62], [UInt8](repeating: 0x20, count: 1_100_000)] as [[UInt8]] {
      try Data(bytes).write(to: URL(filePath: place.path + "/s.yaml"))
      #expect(throws: CommandFailure.self) { _ = try YAMLValue(file: place.path + "/s.yaml") }
    }
    #expect(throws: CommandFailure.self) { _ = try YAMLValue(file: place.path + "/none.yaml") }
    #expect(throws: CommandFailure.self) { _ = try YAMLValue(file: place.path) }
  }
}
