import Foundation
import Testing

@testable import LadleCommand

/// Damaged files in the directory of a run that is continued. Slow: some 1500 processes, a minute or two.
///
/// A variant is refused in one sentence, and the directory is as it was; or it makes no difference; or it says something
/// that could have been so, and then what the directory says of finished rounds stays.
@Suite("Hostile run directories (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileRunDirectoryTests {
  @Test(arguments: [
    ("config.json", 200), ("rounds.jsonl", 200), ("timings.jsonl", 100), ("environment.json", 100),
    ("state/\(StoppedRun.scheme)-seed-1.safetensors", 200), ("state/random-seed-1.safetensors", 100),
  ])
  func aDamagedFileIsRefusedOrHarmless(name: String, count: Int) throws {
    try check(name, count, "again") { $0.arguments($1) }
  }

  /// The settings are then whatever config.json says.
  @Test(arguments: [
    ("config.json", 200), ("rounds.jsonl", 200), ("state/\(StoppedRun.scheme)-seed-1.safetensors", 200),
  ])
  func aDamagedFileIsRefusedOrHarmlessByDirectory(name: String, count: Int) throws {
    try check(name, count, "by directory") { $0.continuation($1) }
  }

  private func check(
    _ name: String, _ count: Int, _ way: String, _ command: (StoppedRun, String) -> [String]
  ) throws {
    let stopped = try StoppedRun()
    let expectedPath = try stopped.copy("expected")
    let whole = try #require(try HostileRuns.run(command(stopped, expectedPath), "the file as it was"))
    let expected = try HostileRuns.files(in: expectedPath)
    let finished = try HostileRuns.files(in: stopped.template)
    #expect(whole.code == 0 && expected["rounds.jsonl"] != finished["rounds.jsonl"])

    let original = [UInt8](try #require(finished[name]))
    var tally = HostileRuns.Tally("\(name), \(way)")
    for (index, bytes) in Damage.variants(of: original, named: name, .text, count: count).enumerated() {
      let path = try stopped.copy("variant")
      try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
      let before = try HostileRuns.files(in: path)
      let what = "\(name), \(way), variant \(index)"
      guard let result = try HostileRuns.run(command(stopped, path), what) else { continue }
      var after = try HostileRuns.files(in: path)
      if result.code != 0 {
        // A line without its end is dropped when the file is opened, whatever follows.
        if name.hasSuffix(".jsonl"), after[name] == withoutTornLine(Data(bytes)) { after[name] = Data(bytes) }
        #expect(after == before, "\(what) was refused, and changed \(changes(before, after))")
        tally.count("refused")
      } else if after["rounds.jsonl"] == expected["rounds.jsonl"], after["results.csv"] == expected["results.csv"] {
        tally.count("harmless")
      } else {
        let rounds = try #require(after["rounds.jsonl"])
        let kept = name == "rounds.jsonl" ? withoutTornLine(Data(bytes)) : finished["rounds.jsonl"] ?? Data()
        #expect(rounds.starts(with: kept), "\(what) changed the rounds that were finished")
        #expect(after["report.html"] != nil && after["results.csv"] != nil, "\(what) left a part of a run")
        // Only what figures are about may say something else, and settings that nothing else names.
        let mayDiffer = name == "rounds.jsonl" || name.hasPrefix("state/") || way == "by directory"
        #expect(mayDiffer, "\(what) changed the result")
        tally.count("another value")
      }
    }
    tally.report()
    #expect(tally["refused"] + tally["harmless"] >= count / 2, "a check that accepts most damage is none")
    // Continuing depends on neither of these two.
    #expect(["environment.json", "timings.jsonl"].contains(name) || tally["refused"] > 0)
  }

  @Test(arguments: [
    "config.json", "rounds.jsonl", "timings.jsonl", "environment.json", "state",
    "state/\(StoppedRun.scheme)-seed-1.safetensors",
    "report.html", "results.csv",
  ])
  func somethingElseInItsPlaceIsRefusedOrHarmless(name: String) throws {
    let stopped = try StoppedRun()
    for kind in ["directory", "link to nowhere", "link to a device", "pipe", "link to itself"] {
      let path = try stopped.copy("variant")
      let place = "\(path)/\(name)"
      try? FileManager.default.removeItem(atPath: place)
      switch kind {
      case "directory": try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      case "link to nowhere": #expect(symlink("/nowhere/at/all", place) == 0)
      case "link to a device": #expect(symlink("/dev/zero", place) == 0)
      case "pipe": #expect(mkfifo(place, 0o600) == 0)
      default: #expect(symlink(place, place) == 0)
      }
      guard let result = try HostileRuns.run(stopped.arguments(path), "a \(kind) as \(name)") else { continue }
      guard result.code == 0 else { continue }
      let rounds = try Data(contentsOf: URL(filePath: "\(path)/rounds.jsonl"))
      #expect(rounds.split(separator: UInt8(ascii: "\n")).count == 6, "a \(kind) as \(name) made another run")
    }
  }

  private func withoutTornLine(_ bytes: Data) -> Data {
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return Data() }
    return Data(bytes[...end])
  }

  private func changes(_ before: [String: Data], _ after: [String: Data]) -> [String] {
    Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
  }
}
