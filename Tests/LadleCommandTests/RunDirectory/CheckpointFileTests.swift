import Foundation
import Synchronization
import Tensor
import Testing

@testable import LadleCommand

@Suite struct CheckpointFileTests {
  private func checkpoint(_ value: Float) -> Checkpoint {
    var checkpoint = Checkpoint(metadata: ["identity": "{\"steps\":\(Int(value))}"])
    checkpoint.add([("weight", Tensor([value, -0, .pi, .leastNonzeroMagnitude], shape: [2, 2]))], as: "network")
    checkpoint.add([0.1, 1e-300, .infinity], as: "sums")
    return checkpoint
  }

  private func same(_ a: Checkpoint?, _ b: Checkpoint) -> Bool {
    a?.metadata == b.metadata && a?.content.serialize() == b.content.serialize()
  }

  /// A file at `path` with every note it gave.
  private func open(
    _ path: String, minutes: Double = 5, now: @escaping @Sendable () -> Double = { 0 }
  ) -> (file: CheckpointFile, notes: () -> [String]) {
    let notes = Notes()
    let file = CheckpointFile(path: path, schedule: .init(minutes: minutes, now: now)) { notes.list.append($0) }
    return (file, { notes.list })
  }

  private final class Clock: Sendable {
    let time = Mutex(100.0)
  }

  private final class Notes { var list: [String] = [] }

  @Test func whatWasKeptComesBackOnceAndSaysSo() throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/state/x.checkpoint"
    let first = open(path).file
    #expect(first.state(of: "round 1/fit") == nil)
    first.settle(checkpoint(1), of: "round 1/query 0")
    #expect(!FileManager.default.fileExists(atPath: path), "what is done is written with what is at work")
    first.keep(checkpoint(2), of: "round 1/fit")
    first.keep(checkpoint(3), of: "round 1/fit")
    let (second, notes) = open(path)
    #expect(same(second.state(of: "round 1/fit"), checkpoint(3)))
    #expect(same(second.state(of: "round 1/query 0"), checkpoint(1)))
    #expect(second.state(of: "round 1/fit") == nil)
    #expect(
      notes() == ["round 1/fit goes on from the checkpoint", "round 1/query 0 goes on from the checkpoint"])
    let sums: [Double]? = checkpoint(1).value(from: "sums")
    #expect(sums == [0.1, 1e-300, .infinity])
  }

  @Test func trainingsInsideOfWhatIsDoneAreDropped() throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/x.checkpoint"
    do {
      let file = open(path).file
      file.settle(checkpoint(1), of: "round 1/query 0/sampler")
      file.settle(checkpoint(2), of: "round 1/query 0")
      file.keep(checkpoint(3), of: "round 1/member 0/fit")
    }
    do {
      // A part that was found and not asked for stays.
      let file = open(path).file
      file.keep(checkpoint(4), of: "round 1/member 1/fit")
    }
    let file = open(path).file
    #expect(file.state(of: "round 1/query 0/sampler") == nil)
    #expect(same(file.state(of: "round 1/query 0"), checkpoint(2)))
    #expect(same(file.state(of: "round 1/member 0/fit"), checkpoint(3)))
    #expect(same(file.state(of: "round 1/member 1/fit"), checkpoint(4)))
  }

  @Test func partsOfAnotherRoundAreLeftBehind() throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/x.checkpoint"
    open(path).file.keep(checkpoint(1), of: "round 1/fit")
    open(path).file.keep(checkpoint(2), of: "round 2/fit")
    let file = open(path).file
    #expect(file.state(of: "round 1/fit") == nil && same(file.state(of: "round 2/fit"), checkpoint(2)))
    file.clear()
    #expect(!FileManager.default.fileExists(atPath: path) && open(path).file.state(of: "round 2/fit") == nil)
  }

  @Test func theClockDecides() throws {
    let place = try TemporaryDirectory()
    let clock = Clock()
    let file = open(place.path + "/x", minutes: 0.5, now: { clock.time.withLock { $0 } }).file
    func isDue(after seconds: Double) -> Bool {
      clock.time.withLock { $0 += seconds }
      return file.isDue()
    }
    #expect(!isDue(after: 0) && !isDue(after: 29.9) && isDue(after: 0.1) && isDue(after: 5))
    file.keep(checkpoint(1), of: "fit")
    #expect(!isDue(after: 29.9) && isDue(after: 0.2))
    file.clear()
    #expect(!isDue(after: 29.9) && isDue(after: 0.2))
    #expect(open(place.path + "/y", minutes: 0).file.isDue())
  }

  @Test func damageOfEveryKindIsSaidAndNothingIsUsed() throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/x.checkpoint"
    open(path).file.keep(checkpoint(1), of: "round 1/fit")
    let sound = try Data(contentsOf: URL(filePath: path))
    func isRefused(_ bytes: Data, _ what: String) throws {
      try bytes.write(to: URL(filePath: path))
      let (file, notes) = open(path)
      #expect(file.state(of: "round 1/fit") == nil, "\(what)")
      #expect(notes().count == 1 && notes()[0].hasPrefix("the checkpoint \(path) is damaged ("), "\(what): \(notes())")
    }
    for length in stride(from: 0, to: sound.count, by: 11) { try isRefused(sound.prefix(length), "\(length) bytes") }
    for place in stride(from: 0, to: sound.count, by: 3) {
      var changed = sound
      changed[place] ^= 0x10
      // Blanks after the header mean nothing; a changed one is another character, which is refused.
      try isRefused(changed, "byte \(place)")
    }
    try isRefused(sound + Data([0]), "a byte more")
    try isRefused(Data(repeating: 0, count: sound.count), "zeros")
  }

  @Test func whatCannotBeWrittenIsSaidOnceAndTheWorkGoesOn() throws {
    let place = try TemporaryDirectory()
    try place.write("a file", to: "state")
    let (file, notes) = open(place.path + "/state/x.checkpoint")
    file.keep(checkpoint(1), of: "fit")
    file.keep(checkpoint(2), of: "fit")
    #expect(notes().count == 1 && notes()[0].contains("cannot be written") && notes()[0].contains("would lose"))
  }
}
