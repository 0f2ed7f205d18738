import ActiveLoop
import Foundation
import Tensor

/// What a run left so far. Read without a lock and without a write, for the run may still be going on.
struct RecordedRun: Sendable {
  let path: String
  /// All settings, resolved.
  var configuration: JSONValue
  var environment: EnvironmentRecord?
  var records: [RoundRecord]
  var timings: [TimingRecord] = []
  var warnings: [WarningRecord] = []
  /// What could not be read, in sentences.
  var notes: [String] = []

  /// What this process has open.
  init(_ directory: RunDirectory, configuration: JSONValue, environment: EnvironmentRecord) {
    path = directory.path
    self.configuration = configuration
    self.environment = environment
    (records, timings, warnings) = (directory.records, directory.timingRecords, directory.warnings)
  }

  /// Reads the directory at `path`. Throws if its settings cannot be read; a torn last line, and whatever follows a
  /// damaged one, is left out and noted.
  init(reading path: String) throws(CommandFailure) {
    self.path = path
    guard let bytes = try? FileBytes.read(path + "/config.json"),
      let found = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)), found.isObject
    else {
      throw CommandFailure(.world, "\(path)/config.json cannot be read, so nothing is known of the run.")
    }
    configuration = found
    environment = (try? FileBytes.read(path + "/environment.json")).flatMap {
      try? JSONDecoder().decode(EnvironmentRecord.self, from: Data($0))
    }
    records = []
    records = lines("rounds.jsonl")
    timings = lines("timings.jsonl")
    warnings = lines("warnings.jsonl")
    if records.isEmpty { notes.append("\(path) has no finished round.") }
  }

  /// The records of a file, or as many as can be read; none without the file.
  private mutating func lines<Record: Decodable>(_ name: String) -> [Record] {
    guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else { return [] }
    guard let bytes = try? FileBytes.read("\(path)/\(name)") else {
      notes.append("\(path)/\(name) cannot be read.")
      return []
    }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last line end is a line that is being written, or was when the process died.
    if let last = lines.popLast(), !last.isEmpty {
      notes.append("The last line of \(path)/\(name) is torn and does not count.")
    }
    let decoder = JSONDecoder()
    var records: [Record] = []
    for (number, line) in lines.enumerated() {
      guard let record = try? decoder.decode(Record.self, from: Data(line)) else {
        notes.append(
          "Line \(number + 1) of \(path)/\(name) is damaged; it and the \(lines.count - number - 1) after it do not count."
        )
        break
      }
      records.append(record)
    }
    return records
  }
}

extension RecordedRun {
  /// Which experiment it is, by the settings it has.
  enum System: String, Sendable {
    case gaal, pool, selfTaught, other
  }

  var system: System {
    if configuration[["schemes"]] != nil { return .gaal }
    if configuration[["strategies"]] != nil { return .pool }
    return configuration[["rica"]] != nil ? .selfTaught : .other
  }

  /// The labels it is to buy in the end, if a setting says so.
  var budget: Int? {
    if case .integer(let budget)? = configuration[["experiment", "budget"]] { return budget }
    return nil
  }

  /// The schemes or strategies, in the order they were asked for; then those that only records name.
  var schemes: [String] {
    var names: [String] = []
    for key in ["schemes", "strategies"] {
      guard case .array(let members)? = configuration[[Substring(key)]] else { continue }
      for case .string(let name) in members where !names.contains(name) { names.append(name) }
    }
    for record in records where !names.contains(record.scheme) { names.append(record.scheme) }
    return names
  }
}
