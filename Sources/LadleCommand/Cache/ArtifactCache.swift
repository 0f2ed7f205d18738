import Datasets
import Foundation
import Tensor

/// Keeps what is expensive to make, under a name derived from everything it depends on.
///
/// An artifact is a directory `ROOT/kind-<digest of its key>` with files and a manifest of their checksums. It is made
/// in a temporary directory and renamed, so it is there whole or not at all; while one process makes it, another that
/// wants it waits; one whose files do not match their checksums is made again.
struct ArtifactCache: Sendable {
  /// The directory that holds the artifacts.
  var root: String

  /// The place for caches when none is named: `LADLE_CACHE`, then `$XDG_CACHE_HOME/ladle`, then `~/.cache/ladle`.
  static func defaultRoot(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let path = environment["LADLE_CACHE"], !path.isEmpty { return path }
    if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") { return path + "/ladle" }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/ladle"
  }

  /// What an artifact is known by.
  struct Key {
    /// Such as `generator`: names the directory for people.
    var kind: String
    /// Everything the artifact depends on: settings, checksums of data, version.
    var content: JSONValue
  }

  private struct Manifest: Codable {
    struct File: Codable {
      var bytes: Int
      var sha256: String
    }
    var key: JSONValue
    var files: [String: File]
  }

  /// The directory of the artifact, made by `make` if it is not there. `make` gets an empty directory to fill, and the
  /// path of a file beside it for a checkpoint, which stays when `make` throws and is removed when it is done.
  ///
  /// - Parameters:
  ///   - note: told what the person should know, such as that an artifact was damaged.
  ///   - stopRequested: asked while waiting for another process.
  func artifact(
    _ key: Key, note: (String) -> Void, stopRequested: () -> Bool = { false },
    make: (_ directory: String, _ checkpoint: String) throws -> Void
  ) throws -> String {
    let text = try key.content.text(indented: false)
    let name = "\(key.kind)-\(SHA256.hexadecimal(Array(text.utf8)).prefix(20))"
    let directory = "\(root)/\(name)"
    do {
      try RunDirectory.makeDirectory(root)
    } catch {
      throw CommandFailure(.world, "the cache \(root) cannot be made; name a directory that can with --cache.")
    }
    let lock = try lockWaiting("\(root)/.\(name).lock", note: note, stopRequested: stopRequested)
    defer { withExtendedLifetime(lock) {} }
    if let dead = lock.deadHolder { note("process \(dead) that was making the \(key.kind) is gone; going on") }
    // In a directory of its own, so that what a killed process was writing is known to be its.
    let progress = "\(root)/.\(name).progress"
    RunDirectory.removePartialFiles(progress)
    switch Self.check(directory, key.content) {
    case .sound:
      try remove(progress)
      return directory
    case .damaged(let reason):
      note("the cached \(key.kind) is damaged (\(reason)) and is made again")
      try remove(directory)
    case .missing: break
    }
    let partial = "\(root)/.\(name).partial"
    try remove(partial)  // what a killed process left; the lock is ours
    try RunDirectory.makeDirectory(partial)
    do {
      try make(partial, progress + "/training.checkpoint")
      try writeManifest(partial, key.content)
      // The checkpoint goes when the device knows the artifact's name.
      var code = rename(partial, directory) == 0 ? 0 : errno
      if code == 0 { code = AtomicFile.flushDirectory(root) }
      guard code == 0 else {
        throw CommandFailure(.world, "\(directory) cannot be written: \(systemClause(code)).")
      }
      try remove(progress)
    } catch {
      try? remove(partial)
      throw error
    }
    return directory
  }

  // MARK: - Parts

  private func lockWaiting(
    _ path: String, note: (String) -> Void, stopRequested: () -> Bool
  ) throws -> DirectoryLock {
    var isTold = false
    while true {
      do throws(DirectoryLock.Failure) {
        return try DirectoryLock(path: path)
      } catch .held(let holder) {
        if !isTold {
          note("waiting for \(holder.map { "process \($0)" } ?? "another process"), which is making the same thing")
        }
        isTold = true
        if stopRequested() { throw CancellationError() }
        usleep(200_000)
      } catch .system(let reason) {
        throw CommandFailure(
          .world, "the cache \(root) cannot be written: \(reason); name a directory that can with --cache.")
      }
    }
  }

  private enum Condition {
    case sound, missing
    case damaged(String)
  }

  private static func check(_ directory: String, _ key: JSONValue) -> Condition {
    guard FileManager.default.fileExists(atPath: directory) else { return .missing }
    guard let bytes = try? FileBytes.read(directory + "/manifest.json"),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
    else { return .damaged("its manifest cannot be read") }
    guard manifest.key == key else { return .damaged("it was made with other settings") }
    for (name, file) in manifest.files.sorted(by: { $0.key < $1.key }) {
      guard let bytes = try? FileBytes.read("\(directory)/\(name)") else { return .damaged("\(name) is missing") }
      guard bytes.count == file.bytes, SHA256.hexadecimal(bytes) == file.sha256 else {
        return .damaged("\(name) has another checksum")
      }
    }
    return .sound
  }

  private func writeManifest(_ directory: String, _ key: JSONValue) throws {
    var files: [String: Manifest.File] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      let bytes = try FileBytes.read("\(directory)/\(name)")
      files[name] = Manifest.File(bytes: bytes.count, sha256: SHA256.hexadecimal(bytes))
    }
    let manifest = try JSONValue(encoding: Manifest(key: key, files: files))
    try AtomicFile.write(try manifest.text(indented: true), to: directory + "/manifest.json")
  }

  private func remove(_ directory: String) throws {
    guard FileManager.default.fileExists(atPath: directory) else { return }
    do {
      try FileManager.default.removeItem(atPath: directory)
    } catch {
      throw CommandFailure(.world, "\(directory) cannot be removed; remove it, or name another --cache.")
    }
  }
}
