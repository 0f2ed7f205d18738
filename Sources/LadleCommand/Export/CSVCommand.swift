import ActiveLoop
import ArgumentParser
import Foundation
import Tensor

/// `ladle export csv`.
struct CSVCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv",
    abstract: "Every figure of many runs as one table in long form.",
    discussion: """
      A line per run, round and metric: run, system, strategy, seed, round, labelled, attempted, discarded, metric,
      value. Directories may hold many runs, such as a sweep; runs may still be going on, and are only read.

      Examples:
        ladle export csv runs/digits > digits.csv
        ladle export csv sweeps/vaal runs/mnist --out all.csv
      """)

  @Argument(help: ArgumentHelp("Directories of runs, or directories that hold them.", valueName: "dir"))
  var directories: [String]

  @Option(help: ArgumentHelp("The file; standard output without it.", valueName: "file"))
  var out: String?

  func run() throws {
    let found = try RunFinder.runs(at: directories)
    try found.requireRounds(to: "export")
    for note in found.allNotes { writeErrorLine(note) }
    let table = LongTable.text(of: found.runs)
    guard let out else {
      FileHandle.standardOutput.write(Data(table.utf8))
      return
    }
    try AtomicFile.write(table, to: out)
    print(out)
  }
}

/// Figures of runs, one a line.
enum LongTable {
  static let columns = [
    "run", "system", "strategy", "seed", "round", "labelled", "attempted", "discarded", "metric", "value",
  ]

  /// The table with its head, as RFC 4180 wants it but for line ends.
  static func text(of runs: [RecordedRun]) -> String {
    var lines = [columns.joined(separator: ",")]
    for run in runs {
      let (path, system) = (quoted(run.path), run.system.rawValue)
      for record in run.records {
        let counts = "\(record.seed),\(record.round),\(record.labelled),\(record.attempted),\(record.discarded)"
        for (metric, value) in record.metrics.sorted(by: { $0.key < $1.key }) {
          lines.append("\(path),\(system),\(quoted(record.scheme)),\(counts),\(quoted(metric)),\(value)")
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A field in quotation marks if it needs them.
  static func quoted(_ field: String) -> String {
    let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return isPlain ? field : "\"\(field.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
