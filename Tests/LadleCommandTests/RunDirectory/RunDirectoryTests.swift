import ActiveLoop
import Foundation
import Tensor
import Testing

@testable import LadleCommand

@Suite struct RunDirectoryTests {
  private let settings = JSONValue.object([
    "seeds": .array([.integer(1), .integer(2)]), "gan": .object(["steps": .integer(8000)]),
  ])

  private func record(_ round: Int, accuracy: Double = 0.75) -> RoundRecord {
    RoundRecord(
      scheme: "gaal", seed: 1, round: round, labelled: 50 + 10 * round, attempted: 50 + 12 * round,
      discarded: 2 * round, classCounts: [25, 25 + 10 * round], metrics: ["accuracy": accuracy])
  }

  private func open(
    _ path: String, _ settings: JSONValue? = nil, defaults: JSONValue? = nil
  ) throws -> RunDirectory {
    try RunDirectory(
      path: path, configuration: settings ?? self.settings, defaults: defaults, environment: .current())
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test func aNewRunWritesItsSettingsAndMachine() throws {
    let place = try TemporaryDirectory()
    let run = try open(place.path + "/a/b")
    #expect(!run.isContinued && run.notes.isEmpty)
    let config = try place.contents("a/b/config.json")
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(config.utf8)) == settings)
    let environment = try JSONDecoder().decode(
      EnvironmentRecord.self, from: Data(try place.contents("a/b/environment.json").utf8))
    #expect(environment == .current())
    #expect(environment.backend.blas.contains("OpenBLAS") && environment.backend.hasLAPACKE)
  }

  @Test func aTornLastLineIsDroppedWithANote() throws {
    let place = try TemporaryDirectory()
    do {
      let run = try open(place.path)
      for round in 0..<3 { try run.append(record(round), timing: nil) }
    }
    let whole = try place.contents("rounds.jsonl")
    let lastStart = try #require(whole.dropLast().lastIndex(of: "\n"))
    // Every length the file can have after a kill during the last append.
    for cut in stride(from: 1, to: whole.distance(from: lastStart, to: whole.endIndex) - 1, by: 7) {
      try place.write(String(whole.dropLast(cut)), to: "rounds.jsonl")
      let run = try open(place.path)
      #expect(run.isContinued)
      #expect(run.records == [record(0), record(1)])
      #expect(run.notes.count == 1 && run.notes[0].contains("torn"))
      try run.append(record(2), timing: nil)
      #expect(try place.contents("rounds.jsonl") == whole, "a continued run ends with the same bytes")
    }
  }

  @Test func aDamagedLineInsideIsAnError() throws {
    let place = try TemporaryDirectory()
    do { try open(place.path).append(record(0), timing: nil) }
    let line = try place.contents("rounds.jsonl")
    try place.write(line + "{\"scheme\":\n" + line, to: "rounds.jsonl")
    #expect(refusal { _ = try open(place.path) }.hasPrefix("line 2 of \(place.path)/rounds.jsonl is damaged"))
  }

  @Test func aRoundIsWrittenOnceAndMustNotChange() throws {
    let place = try TemporaryDirectory()
    let run = try open(place.path)
    try run.append(record(0), timing: TimingRecord(scheme: "gaal", seed: 1, round: 0, seconds: ["fit": 0.5]))
    try run.append(record(0), timing: nil)
    #expect(run.records.count == 1 && run.timingRecords.count == 1)
    #expect(
      refusal { try run.append(record(0, accuracy: 0.5), timing: nil) }.hasPrefix(
        "round 0 of gaal, seed 1, came out differently"))
  }

  @Test func aNumberThatIsNotFiniteIsNotWritten() throws {
    let place = try TemporaryDirectory()
    let run = try open(place.path)
    #expect(refusal { try run.append(record(0, accuracy: .nan), timing: nil) }.contains("not finite"))
    #expect(try place.contents("rounds.jsonl").isEmpty)
  }

  @Test func otherSettingsAreRefusedByName() throws {
    let place = try TemporaryDirectory()
    do { _ = try open(place.path) }
    let other = JSONValue.object([
      "seeds": .array([.integer(1), .integer(2)]), "gan": .object(["steps": .integer(4000)]), "new": .boolean(true),
    ])
    #expect(
      refusal { _ = try open(place.path, other) }
        == "\(place.path) holds a run with other settings (gan.steps is 8000 there and 4000 here, "
        + "new is missing there and true here); run with the same settings to continue it, or choose another --out.")
  }

  @Test func aSettingNewerThanTheRunHadItsDefault() throws {
    let place = try TemporaryDirectory()
    do { _ = try open(place.path) }
    let before = try place.contents("config.json")
    func grown(_ value: Int) -> JSONValue {
      .object([
        "seeds": .array([.integer(1), .integer(2)]),
        "gan": .object(["steps": .integer(8000), "width": .integer(value)]),
      ])
    }
    do { #expect(try open(place.path, grown(64), defaults: grown(64)).isContinued) }
    #expect(
      refusal { _ = try open(place.path, grown(32), defaults: grown(64)) }
        .contains("(gan.width is 64 there and 32 here)"))
    // What the run says for itself counts, whatever the defaults are by now.
    let later = JSONValue.object(["seeds": .array([]), "gan": .object(["steps": .integer(1), "width": .integer(64)])])
    do { #expect(try open(place.path, grown(64), defaults: later).isContinued) }
    #expect(try place.contents("config.json") == before)
  }

  @Test func aSecondHolderIsRefusedByProcessNumber() throws {
    let place = try TemporaryDirectory()
    let first = try open(place.path)
    #expect(
      refusal { _ = try open(place.path) }
        == "\(place.path) is in use by process \(getpid()); wait until it has ended, or choose another --out.")
    withExtendedLifetime(first) {}
  }

  @Test func theLockGoesWithItsHolder() throws {
    let place = try TemporaryDirectory()
    do { _ = try open(place.path) }
    let again = try open(place.path)
    #expect(again.isContinued && again.notes.isEmpty)
  }

  @Test func aLockOfADeadProcessIsSaidAndPassedOver() throws {
    let place = try TemporaryDirectory()
    do { _ = try open(place.path) }
    try place.write("4194305\n", to: ".lock")
    #expect(try open(place.path).notes == ["process 4194305 that held \(place.path) is gone; going on"])
    #expect(try open(place.path).notes.isEmpty)
  }

  @Test func halfWrittenFilesOfAKilledProcessAreRemoved() throws {
    let place = try TemporaryDirectory()
    do { try open(place.path).write([1], to: "state/a") }
    try place.write("half", to: "state/.ladle-77-5.partial")
    try place.write("mine", to: "state/notes.partial")
    _ = try open(place.path)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path + "/state").sorted() == ["a", "notes.partial"])
  }

  @Test func timingsThatALossOfPowerDamagedAreDropped() throws {
    let place = try TemporaryDirectory()
    do {
      let run = try open(place.path)
      for round in 0..<3 {
        let timing = TimingRecord(scheme: "gaal", seed: 1, round: round, seconds: ["fit": 0.5])
        try run.append(record(round), timing: timing)
      }
    }
    let lines = try place.contents("timings.jsonl").split(separator: "\n")
    try place.write(String(lines[0]) + "\n\0\0\0\0\n" + lines[2] + "\n", to: "timings.jsonl")
    let run = try open(place.path)
    #expect(run.timingRecords.map(\.round) == [0] && run.records.count == 3)
  }

  @Test func badPlacesAreOneSentence() throws {
    let place = try TemporaryDirectory()
    try place.write("x", to: "file")
    #expect(
      refusal { _ = try open(place.path + "/file") }.hasSuffix("is a file, not a directory; choose another --out."))
    #expect(
      refusal { _ = try open(place.path + "/file/run") }
        == "\(place.path)/file/run cannot be made: a part of the path is not a directory; choose another --out.")
    #expect(
      refusal { _ = try open(place.path) }
        == "\(place.path) holds other files (file) and no run; choose an empty or a new directory for --out.")
    #expect(refusal { _ = try open("") } == "--out needs the path of a directory.")
    #expect(refusal { _ = try open("/proc/self/ladle") }.contains("cannot be made"))
  }

  @Test func filesOfTheRunAppearWithTheirDirectories() throws {
    let place = try TemporaryDirectory()
    let run = try open(place.path)
    try run.write([1, 2, 3], to: "queries/gaal/seed-1/round-01.npy")
    #expect(try run.read("queries/gaal/seed-1/round-01.npy") == [1, 2, 3])
    #expect(try run.read("queries/none") == nil)
  }
}
