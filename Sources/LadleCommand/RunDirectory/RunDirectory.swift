import ActiveLoop
import Foundation
import Tensor

/// A directory that holds one run, open in this process alone.
///
/// ```
/// config.json        every setting, defaults written out; a run with others is refused here
/// environment.json   processor, BLAS, version
/// rounds.jsonl       one record per round; the same seed gives the same bytes
/// timings.jsonl      seconds by phase: what differs from run to run
/// warnings.jsonl     what strategies wanted a person to know, if anything
/// state/             what continuing a run needs, one file per scheme and seed, and while a round is at work a
///                    checkpoint of what it has trained so far
/// queries/           what was asked, by scheme and seed: indices as .npy, synthesised images as .png
/// reconstructions/   images beside what VAAL's models make of them, by strategy and seed: the last round's
/// report.html        the page about it
/// ```
final class RunDirectory {
  let path: String
  /// Whether a run was there already.
  let isContinued: Bool
  /// What the person should know about how the directory was found.
  private(set) var notes: [String] = []
  private let lock: DirectoryLock
  private let rounds: JSONLinesFile<RoundRecord>
  private let timings: JSONLinesFile<TimingRecord>
  private var warningsFile: JSONLinesFile<WarningRecord>?
  private var recorded: [RoundKey: RoundRecord] = [:]

  private struct RoundKey: Hashable {
    var scheme: String
    var seed: Int
    var round: Int
  }

  /// Opens the directory at `path`, or makes it, for a run with `configuration` (all settings, resolved). A setting
  /// that a run found there does not name is newer than that run, which had what is now its value in `defaults`. Those
  /// named in `free` may differ, and are then written anew.
  init(
    path: String, configuration: JSONValue, defaults: JSONValue? = nil, free: Set<String> = [],
    environment: EnvironmentRecord
  ) throws {
    self.path = path
    try Self.makeDirectory(path)
    do {
      lock = try DirectoryLock(path: path + "/.lock")
    } catch .held(let holder) {
      throw CommandFailure(
        .world,
        "\(path) is in use by \(holder.map { "process \($0)" } ?? "another process"); "
          + "wait until it has ended, or choose another --out.")
    } catch .system(let reason) {
      throw CommandFailure(.world, "\(path) cannot be written: \(reason); choose another --out.")
    }
    if let dead = lock.deadHolder { notes.append("process \(dead) that held \(path) is gone; going on") }
    isContinued = try Self.settle(path, configuration, defaults, free)
    Self.removePartialFiles(path)
    if isContinued {
      notes += Self.environmentNotes(path, environment)
    } else {
      // A directory that is forgotten takes everything in it along.
      let text = try JSONValue(encoding: environment).text(indented: true)
      try AtomicFile.write(text, to: path + "/environment.json")
      // Last, because its presence says that the directory holds a run.
      try AtomicFile.write(try configuration.text(indented: true), to: path + "/config.json")
    }
    rounds = try JSONLinesFile(path: path + "/rounds.jsonl")
    timings = try JSONLinesFile(path: path + "/timings.jsonl", flushing: false)
    if rounds.droppedTornLine {
      notes.append("the last line of rounds.jsonl was torn and has been dropped; its round is done again")
    }
    try RoundSequence.check(rounds.records, file: path + "/rounds.jsonl")
    for record in rounds.records {
      recorded[RoundKey(scheme: record.scheme, seed: record.seed, round: record.round)] = record
    }
    if FileManager.default.fileExists(atPath: path + "/warnings.jsonl") { _ = try openWarnings() }
    if isContinued { try SavedState.check(in: self) }
  }

  // MARK: - Rounds

  /// Every round recorded so far, in the order of the file.
  var records: [RoundRecord] { rounds.records }

  /// The seconds recorded so far.
  var timingRecords: [TimingRecord] { timings.records }

  /// Adds a round. One that is there already, from a run that was stopped before it could save its state, must say
  /// the same and is not written twice.
  func append(_ record: RoundRecord, timing: TimingRecord?) throws {
    let key = RoundKey(scheme: record.scheme, seed: record.seed, round: record.round)
    if let present = recorded[key] {
      guard present == record else {
        throw CommandFailure(
          .world,
          "round \(record.round) of \(record.scheme), seed \(record.seed), came out differently from what "
            + "\(path)/rounds.jsonl says: the directory is from another version or processor; choose another --out.")
      }
      return
    }
    try rounds.append(record)
    recorded[key] = record
    if let timing { try timings.append(timing) }
  }

  // MARK: - Warnings

  /// Every warning recorded so far.
  var warnings: [WarningRecord] { warningsFile?.records ?? [] }

  /// Adds a warning, unless a round that was done again has already given it.
  func warn(_ warning: WarningRecord) throws {
    let file = try openWarnings()
    if !file.records.contains(warning) { try file.append(warning) }
  }

  private func openWarnings() throws -> JSONLinesFile<WarningRecord> {
    if let warningsFile { return warningsFile }
    let file = try JSONLinesFile<WarningRecord>(path: path + "/warnings.jsonl")
    warningsFile = file
    return file
  }

  // MARK: - Files

  /// Writes a file of the run, whole or not at all, making the directories it lies in. It is on the device when the
  /// call returns, because a round that is recorded is not done again, and its files are not written again. `flushing`
  /// as in ``AtomicFile``: what is written again whenever a run is continued need not wait.
  func write(_ bytes: [UInt8], to relativePath: String, flushing: Bool = true) throws {
    let full = "\(path)/\(relativePath)"
    if let slash = full.lastIndex(of: "/") { try Self.makeDirectory(String(full[..<slash])) }
    try AtomicFile.write(bytes, to: full, flushing: flushing)
  }

  /// The bytes of a file of the run, or nil if there is none.
  func read(_ relativePath: String) throws -> [UInt8]? {
    let full = "\(path)/\(relativePath)"
    guard FileManager.default.fileExists(atPath: full) else { return nil }
    return try FileBytes.read(full)
  }

  /// Where a round of a scheme and seed keeps what it has trained so far.
  func checkpoint(
    _ scheme: String, _ seed: Int, schedule: CheckpointSchedule, progress: ProgressReporter
  ) -> CheckpointFile {
    CheckpointFile(path: "\(path)/state/\(scheme)-seed-\(seed).checkpoint", schedule: schedule) {
      progress.note("ladle: \(scheme), seed \(seed): \($0)")
    }
  }

  // MARK: - Opening

  /// Whether a run has begun in the directory at `path`.
  static func holdsRun(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/config.json") }

  /// Removes what a killed process left of files that it was writing below a directory whose lock is ours.
  static func removePartialFiles(_ path: String) {
    guard let files = FileManager.default.enumerator(atPath: path) else { return }
    for case let name as String in files {
      let file = name.split(separator: "/").last ?? ""
      if file.hasPrefix(".ladle-"), file.hasSuffix(".partial") { unlink("\(path)/\(name)") }
    }
  }

  /// Makes the directory and those above it, and waits until the device knows of them.
  static func makeDirectory(_ path: String) throws(CommandFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw CommandFailure(.usage, "--out needs the path of a directory.")
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard isDirectory.boolValue else {
        throw CommandFailure(.world, "\(path) is a file, not a directory; choose another --out.")
      }
      return
    }
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      let parent = made.isEmpty ? "/" : made
      made += "/\(part)"
      var code = mkdir(made, 0o755) == 0 ? 0 : errno
      if code == EEXIST { continue }
      if code == 0 { FileEvent.tell(.madeDirectory(made)) }
      if code == 0 { code = AtomicFile.flushDirectory(parent) }
      if code != 0 {
        throw CommandFailure(.world, "\(path) cannot be made: \(systemClause(code)); choose another --out.")
      }
    }
  }

  /// Whether the directory holds a run with these settings; throws if it holds anything else.
  private static func settle(
    _ path: String, _ configuration: JSONValue, _ defaults: JSONValue?, _ free: Set<String>
  ) throws -> Bool {
    let file = path + "/config.json"
    guard FileManager.default.fileExists(atPath: file) else {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      // environment.json alone is a run that was killed while it was being set up.
      let others = names.filter { !$0.hasPrefix(".") && $0 != "environment.json" }.sorted()
      if let first = others.first {
        throw CommandFailure(
          .world, "\(path) holds other files (\(first)) and no run; choose an empty or a new directory for --out.")
      }
      return false
    }
    let found: JSONValue
    do {
      found = try JSONDecoder().decode(JSONValue.self, from: Data(try FileBytes.read(file)))
    } catch is DecodingError {
      throw CommandFailure(.world, "\(file) is damaged; choose another --out.")
    }
    let differences = differences(found, configuration, defaults, except: free)
    guard differences.isEmpty else {
      throw CommandFailure(
        .world,
        "\(path) holds a run with other settings (\(differences)); "
          + "run with the same settings to continue it, or choose another --out.")
    }
    if free.contains(where: { (found[[Substring($0)]] ?? .null) != (configuration[[Substring($0)]] ?? .null) }) {
      try AtomicFile.write(try configuration.text(indented: true), to: file)
    }
    return true
  }

  /// The settings that differ, at most four of them, in words; empty when none do.
  private static func differences(
    _ found: JSONValue, _ wanted: JSONValue, _ defaults: JSONValue?, except free: Set<String>
  ) -> String {
    func members(_ value: JSONValue) -> [String: JSONValue] {
      Dictionary(value.leaves.map { ($0.path, $0.value) }) { first, _ in first }
    }
    let here = members(wanted)
    let there = members(found).merging(defaults.map(members) ?? [:]) { found, _ in found }
    let names = Set(there.keys).union(here.keys).subtracting(free).filter { there[$0] != here[$0] }.sorted()
    let shown = names.prefix(4).map { name in
      "\(name) is \(there[name]?.shown ?? "missing") there and \(here[name]?.shown ?? "missing") here"
    }
    return (shown + (names.count > 4 ? ["and \(names.count - 4) more"] : [])).joined(separator: ", ")
  }

  private static func environmentNotes(_ path: String, _ now: EnvironmentRecord) -> [String] {
    guard let bytes = try? FileBytes.read(path + "/environment.json"),
      let then = try? JSONDecoder().decode(EnvironmentRecord.self, from: Data(bytes))
    else { return ["environment.json cannot be read, so nothing is known of where the run began"] }
    var changed: [String] = []
    if then.ladle != now.ladle { changed.append("ladle \(then.ladle)") }
    if then.processor != now.processor || then.backend.kernelLevel != now.backend.kernelLevel {
      changed.append("a \(then.processor) (\(then.backend.kernelLevel))")
    }
    if then.backend.blas != now.backend.blas { changed.append(then.backend.blas) }
    return changed.isEmpty
      ? [] : ["the run began with \(listed(changed)): rounds from here on may differ in their last bits"]
  }
}

/// Seconds by phase for one round: a line of `timings.jsonl`.
struct TimingRecord: Codable, Sendable, Hashable {
  var scheme: String
  var seed: Int
  var round: Int
  var seconds: [String: Double]
}

extension TimingRecord {
  /// Reads what an encoder wrote. Times that no run can have taken are an error.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    scheme = try container.decode(String.self, forKey: .scheme)
    seed = try container.decode(Int.self, forKey: .seed)
    round = try container.decode(Int.self, forKey: .round)
    seconds = try container.decode([String: Double].self, forKey: .seconds)
    if let wrong = seconds.values.first(where: { !(0...1e12).contains($0) }) {
      throw DecodingError.dataCorruptedError(
        forKey: .seconds, in: container, debugDescription: "seconds cannot be \(wrong)")
    }
  }
}

/// What a strategy wanted a person to know after one round: a line of `warnings.jsonl`.
struct WarningRecord: Codable, Sendable, Hashable {
  var scheme: String
  var seed: Int
  var round: Int
  var warning: String
}
