import Foundation
import Tensor

/// When trainings in progress are kept.
struct CheckpointSchedule: Sendable {
  /// Between two checkpoints of one training; 0 keeps every step.
  var minutes = 5.0
  /// Seconds from any fixed moment.
  var now: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}

/// What a piece of work that is not finished has trained so far, in one file: a round of a run, or an artifact of the
/// cache. The file is a safetensors file with the parts' tensors and texts; a checksum over all of them is among the
/// texts, so that damage is found. It is replaced whole, and removed when the work is done.
///
/// Nothing depends on it but time: what cannot be read is said, and the work begins again from its last whole state. What
/// cannot be written is said, and the work goes on.
final class CheckpointFile: TrainingKeeper, @unchecked Sendable {  // one thread at a time trains with it
  let path: String
  private let schedule: CheckpointSchedule
  private let note: (String) -> Void
  /// What this process found, until it is asked for.
  private var found: [String: Checkpoint]?
  /// What was done in this piece of work and may still be asked for after a stop.
  private var settled: [String: Checkpoint] = [:]
  private var lastSave: Double
  private var hasFailed = false

  /// `note` is told what a person should know, without a full stop.
  init(path: String, schedule: CheckpointSchedule, note: @escaping (String) -> Void) {
    (self.path, self.schedule, self.note) = (path, schedule, note)
    lastSave = schedule.now()
  }

  // MARK: - For trainings

  func state(of name: String) -> Checkpoint? {
    load()
    guard let state = found?.removeValue(forKey: name) else { return nil }
    note("\(name) goes on from the checkpoint")
    return state
  }

  func isDue() -> Bool { schedule.now() - lastSave >= schedule.minutes * 60 }

  func keep(_ state: Checkpoint, of name: String) {
    var parts = load()
    parts.merge(settled) { $1 }
    parts[name] = state
    write(parts.filter { Self.piece($0.key) == Self.piece(name) })
    lastSave = schedule.now()
  }

  func settle(_ result: Checkpoint, of name: String) {
    for part in load().keys where part.hasPrefix(name + "/") { found?[part] = nil }
    for part in settled.keys where part.hasPrefix(name + "/") { settled[part] = nil }
    settled[name] = result
  }

  /// The round that a name belongs to: parts of another are left from a process that was killed after that round.
  private static func piece(_ name: String) -> Substring { name.prefix { $0 != "/" } }

  // MARK: - For who does the work

  /// The piece of work is done.
  func clear() {
    (found, settled) = ([:], [:])
    if unlink(path) == 0 {
      FileEvent.tell(.removed(path))
    } else if errno != ENOENT {
      complain("the checkpoint \(path) cannot be removed", systemClause(errno))
    }
    lastSave = schedule.now()
  }

  // MARK: - The file

  @discardableResult
  private func load() -> [String: Checkpoint] {
    if let found { return found }
    var parts: [String: Checkpoint] = [:]
    if FileManager.default.fileExists(atPath: path) {
      do {
        parts = try CheckpointParts.read(path)
      } catch {
        let reason = (error as? CheckpointParts.Damage)?.reason ?? "\(error)".trimmingCharacters(in: ["."])
        note("the checkpoint \(path) is damaged (\(reason)) and not used: what it held is trained again")
      }
    }
    found = parts
    return parts
  }

  private func write(_ parts: [String: Checkpoint]) {
    do {
      if let slash = path.lastIndex(of: "/") { try RunDirectory.makeDirectory(String(path[..<slash])) }
      try CheckpointParts.write(parts, to: path)
      hasFailed = false
    } catch FileFormatError.unwritable(_, let reason) {
      complain("the checkpoint \(path) cannot be written", reason)
    } catch {
      complain("the checkpoint \(path) cannot be written", "\(error)".trimmingCharacters(in: ["."]))
    }
  }

  /// Once, until it works again.
  private func complain(_ what: String, _ reason: String) {
    if !hasFailed { note("\(what): \(reason); a stop now would lose what was trained since the last one") }
    hasFailed = true
  }
}
