import Foundation

/// Finds run directories: those with a `config.json` and a `rounds.jsonl`.
enum RunFinder {
  /// What was found below some paths.
  struct Result {
    var runs: [RecordedRun] = []
    /// Directories that look like runs but cannot be read, in sentences.
    var notes: [String] = []

    /// Everything that could not be read, in sentences.
    var allNotes: [String] { notes + runs.flatMap(\.notes) }

    /// Throws, with what could not be read, if no run has a finished round; `verb` says for what one is needed.
    func requireRounds(to verb: String) throws(CommandFailure) {
      guard runs.allSatisfy(\.records.isEmpty) else { return }
      let reason = allNotes.first ?? "no run there has a finished round."
      throw CommandFailure(.world, "there is nothing to \(verb): \(reason)")
    }
  }

  /// Every run at or below `paths`, each once, in the order of the paths and sorted by name below each.
  static func runs(at paths: [String]) throws(CommandFailure) -> Result {
    var result = Result()
    var seen: Set<String> = []
    for path in paths {
      let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
        throw CommandFailure(.world, "\(path) is no directory; give the directories of runs, or one that holds many.")
      }
      let before = result.runs.count + result.notes.count
      for directory in directories(at: path, depth: 0) {
        let real = URL(filePath: directory).resolvingSymlinksInPath().path
        guard seen.insert(real).inserted else { continue }
        do {
          result.runs.append(try RecordedRun(reading: directory))
        } catch {
          result.notes.append(error.description)
        }
      }
      if result.runs.count + result.notes.count == before, seen.isEmpty {
        throw CommandFailure(
          .world, "there is no run at or below \(path): a run has a config.json and a rounds.jsonl.")
      }
    }
    return result
  }

  /// Whether `path` holds a run.
  static func isRun(_ path: String) -> Bool {
    ["config.json", "rounds.jsonl"].allSatisfy { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
  }

  /// What lies inside a run is not looked at, and a chain of links ends somewhere.
  private static func directories(at path: String, depth: Int) -> [String] {
    if isRun(path) { return [path] }
    guard depth < 12, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
    return names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name -> [String] in
      var isDirectory: ObjCBool = false
      let inner = "\(path)/\(name)"
      guard FileManager.default.fileExists(atPath: inner, isDirectory: &isDirectory), isDirectory.boolValue else {
        return []
      }
      return directories(at: inner, depth: depth + 1)
    }
  }
}
