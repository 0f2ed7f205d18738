import Foundation
import Testing

@testable import LadleCommand

/// Runs of `ladle` on files that are not what they should be.
enum HostileRuns {
  /// Real processes must end within this many seconds; the slowest takes one.
  private static let patience = 120.0

  /// Runs `ladle`, which has to end by itself with a code that it documents and, if it is not 0, with one sentence; if
  /// it is 0, without a word, or with sentences where it `mayNote` what it did without. nil, and a recorded issue, if it
  /// does not.
  static func run(
    _ arguments: [String], _ what: String, mayNote: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> LadleProcess.Result? {
    let process = try LadleProcess(
      arguments, shell: "ulimit -v 16000000;", environment: ["LADLE_THREADS": "1", "SWIFT_BACKTRACE": "enable=no"])
    let watchdog = DispatchWorkItem { process.send(SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: watchdog)
    let result = try process.wait()
    watchdog.cancel()
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    let areSentences = lines.last?.isEmpty == true && lines.dropLast().allSatisfy(isSentence)
    let isFine =
      switch result.code {
      case 0: mayNote ? areSentences : result.errors.isEmpty
      case 1, 64: areSentences && lines.count == 2
      default: false
      }
    #expect(
      isFine, "\(what): code \(result.code), \(result.errors.prefix(600))", sourceLocation: sourceLocation)
    return isFine ? result : nil
  }

  private static func isSentence(_ line: Substring) -> Bool {
    line.hasPrefix("ladle: ") && (line.hasSuffix(".") || line.hasSuffix("?"))
      && !["Error", "Optional(", "NSCocoa", "DecodingError"].contains { line.contains($0) }
  }

  /// Every file below `path` but for locks, by its path from there.
  static func files(in path: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) where !name.hasSuffix(".lock") {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isDirectory) else { continue }
      found[name] = isDirectory.boolValue ? Data() : try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
    }
    return found
  }

  /// How many variants ended in which way; printed, because a test that all pass says little.
  struct Tally {
    var name: String
    private var counts: [String: Int] = [:]

    init(_ name: String) { self.name = name }

    mutating func count(_ ending: String) { counts[ending, default: 0] += 1 }

    subscript(_ ending: String) -> Int { counts[ending] ?? 0 }

    func report() {
      let text = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      print("hostile \(name): \(counts.values.reduce(0, +)) variants, \(text)")
    }
  }
}
