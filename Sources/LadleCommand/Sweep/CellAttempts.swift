import Foundation
import Tensor

/// Everything that was tried for one cell, as files that several processes read and write: `attempts/CELL/`.
///
/// ```
/// claim-1.json   who took the cell; its time of change is the heartbeat
/// log-1.txt      what the run wrote
/// end-1.json     how it ended; absent while it runs, and after a kill
/// claim-2.json   …
/// ```
///
/// A claim is made by `link`, which succeeds for one process only. Nothing is ever removed or renamed: whoever takes a
/// cell over from a dead process makes the claim with the next number, and of several who try one succeeds.
struct CellAttempts: Sendable {
  /// How an attempt ended.
  struct End: Codable, Hashable, Sendable {
    enum State: String, Codable, Sendable { case completed, failed, interrupted }

    var state: State
    /// The run's exit code, or 128 + the signal that ended it; nil if no run was begun.
    var code: Int32?
    /// Seconds from the run's beginning to its end.
    var seconds: Double
    /// The run's own sentence about why it failed.
    var error: String?

    /// Whether a run can have taken so long; sums are computed of what can.
    fileprivate var isPossible: Bool { (0...1e12).contains(seconds) }
  }

  struct Claim: Codable, Hashable, Sendable {
    var owner: ProcessIdentity
  }

  /// What is known of a cell at one moment.
  struct History: Sendable {
    /// The number of the last claim; 0 if there is none.
    var last = 0
    var ends: [Int: End] = [:]

    var isCompleted: Bool { ends.values.contains { $0.state == .completed } }
    var failures: Int { ends.values.count { $0.state == .failed } }
    /// The end of the last attempt; nil if it runs, or was killed.
    var lastEnd: End? { ends[last] }
  }

  let path: String

  // MARK: - Reading

  func history() throws(CommandFailure) -> History {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return History() }
    var history = History()
    for name in names {
      if let number = Self.number(name, "claim-") { history.last = max(history.last, number) }
    }
    for name in names {
      guard let number = Self.number(name, "end-") else { continue }
      guard let bytes = try? FileBytes.read("\(path)/\(name)"),
        let end = try? JSONDecoder().decode(End.self, from: Data(bytes)), end.isPossible
      else {
        throw CommandFailure(.world, "\(path)/\(name) is damaged; remove \(path), and the cell is looked at anew.")
      }
      history.ends[number] = end
    }
    return history
  }

  private static func number(_ name: String, _ prefix: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(".json") else { return nil }
    return Int(name.dropFirst(prefix.count).dropLast(5)).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Who made claim `number`; nil if it cannot be read.
  func owner(of number: Int) -> ProcessIdentity? {
    guard let bytes = try? FileBytes.read(claimPath(number)) else { return nil }
    return (try? JSONDecoder().decode(Claim.self, from: Data(bytes)))?.owner
  }

  /// When the owner of claim `number` last showed that it lives, by the clock of the file system; nil if it cannot be
  /// read. The file is opened, because that is what makes a network file system ask its server.
  func heartbeat(of number: Int) -> [Int]? {
    let descriptor = open(claimPath(number), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    #if os(Linux)
      return [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
    #else
      return [Int(status.st_mtimespec.tv_sec), Int(status.st_mtimespec.tv_nsec)]
    #endif
  }

  /// Whether an attempt after `number` has been claimed, by a process that took this one for dead.
  func isSuperseded(_ number: Int) -> Bool { access(claimPath(number + 1), F_OK) == 0 }

  // MARK: - Writing

  func claimPath(_ number: Int) -> String { "\(path)/claim-\(number).json" }

  func logPath(_ number: Int) -> String { "\(path)/log-\(number).txt" }

  /// Makes claim `number` for `owner`; false if there is one already.
  func claim(_ number: Int, for owner: ProcessIdentity = .current) throws -> Bool {
    try RunDirectory.makeDirectory(path)
    let temporary = "\(path)/.claim-\(UUID().uuidString)"
    try AtomicFile.write(try JSONValue(encoding: Claim(owner: owner)).text(indented: true), to: temporary)
    defer { unlink(temporary) }
    if link(temporary, claimPath(number)) == 0 { return true }
    let code = errno
    // Over a network the answer to a link that succeeded may be lost, and its repetition fails.
    var status = stat()
    if stat(temporary, &status) == 0, status.st_nlink == 2 { return true }
    guard code == EEXIST else {
      throw CommandFailure(.world, "\(claimPath(number)) cannot be made: \(systemClause(code)).")
    }
    return false
  }

  /// Shows that the owner of claim `number` lives: the file system's clock is written, not this machine's.
  func beat(_ number: Int) { utimensat(AT_FDCWD, claimPath(number), nil, 0) }

  func end(_ number: Int, _ end: End) throws {
    try AtomicFile.write(try JSONValue(encoding: end).text(indented: true), to: "\(path)/end-\(number).json")
  }

  /// The last complaint in the log of attempt `number`, as the command writes it; nil if there is none.
  func complaint(_ number: Int) -> String? {
    guard let bytes = try? FileBytes.read(logPath(number)) else { return nil }
    let lines = String(decoding: bytes.suffix(1 << 16), as: UTF8.self).split(whereSeparator: \.isNewline)
    if let line = lines.last(where: { $0.hasPrefix("ladle: ") }) { return String(line.dropFirst("ladle: ".count)) }
    return lines.last.map { String($0.prefix(300)) }
  }
}
