import ActiveLoop
import ArgumentParser
import Foundation
import Tensor

/// `ladle export tensorboard`.
struct TensorBoardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tensorboard",
    abstract: "Figures and pictures of runs as TensorBoard's event files.",
    discussion: """
      A run of TensorBoard for every strategy and seed: LOGS/RUN/STRATEGY/seed-S. Steps are numbers of labels, so that
      curves of strategies lie over each other. Scalars are the metrics of every round; pictures are the sheets of what
      was asked, and reconstructions where a run has them. The same runs give the same bytes, written over those of an
      earlier export.

      Examples:
        ladle export tensorboard runs/digits --out logs
        tensorboard --logdir logs
      """)

  @Argument(help: ArgumentHelp("Directories of runs, or directories that hold them.", valueName: "dir"))
  var directories: [String]

  @Option(help: ArgumentHelp("The directory for TensorBoard; made if need be.", valueName: "logs"))
  var out: String

  func run() throws {
    let found = try RunFinder.runs(at: directories)
    try found.requireRounds(to: "export")
    // Before anything is written.
    for run in found.runs {
      if let name = TensorBoardLogs(run).cells.map(\.scheme).first(where: { !Self.isName($0) }) {
        throw CommandFailure(
          .world,
          "\(run.path)/rounds.jsonl names a strategy “\(name.prefix(40))”, after which no directory can be called: "
            + "restore the file from a copy.")
      }
    }
    var notes = found.allNotes
    var written = 0
    for (run, name) in zip(found.runs, Self.names(of: found.runs.map(\.path))) {
      let logs = TensorBoardLogs(run)
      for cell in logs.cells {
        let directory = "\(out)/\(name)/\(cell.scheme)/seed-\(cell.seed)"
        try RunDirectory.makeDirectory(directory)
        try AtomicFile.write(logs.events(of: cell, &notes).bytes, to: directory + "/events.out.tfevents.0.ladle")
        written += 1
      }
    }
    for note in notes { writeErrorLine(note) }
    print("\(out): \(written) \(written == 1 ? "run" : "runs"); tensorboard --logdir \(out)")
  }

  /// Whether a directory can be called `text`, and lies where its name says.
  private static func isName(_ text: String) -> Bool {
    !["", ".", ".."].contains(text) && text.utf8.count <= 255
      && !text.unicodeScalars.contains { $0 == "/" || $0.value < 32 }
  }

  /// For each path the part that tells it from the others: what follows the directories that all have in common.
  static func names(of paths: [String]) -> [String] {
    let parts = paths.map { URL(filePath: $0).standardizedFileURL.pathComponents }
    guard let first = parts.first else { return [] }
    let shortest = parts.map(\.count).min() ?? 1
    // The last part stays, be it the same.
    let common = (0..<max(0, shortest - 1)).first { place in parts.contains { $0[place] != first[place] } }
    return parts.map { $0.dropFirst(common ?? max(0, shortest - 1)).joined(separator: "/") }
  }
}

/// The event files of one run.
struct TensorBoardLogs {
  /// One strategy or scheme with one seed.
  struct Cell: Hashable {
    var scheme: String
    var seed: Int
  }

  let run: RecordedRun
  /// When the run began, in seconds since 1970.
  private let start: Double

  init(_ run: RecordedRun) {
    self.run = run
    let attributes = try? FileManager.default.attributesOfItem(atPath: run.path + "/environment.json")
    start = ((attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0).rounded()
  }

  /// In the order in which they were run.
  var cells: [Cell] {
    var found: [Cell] = []
    var seen: Set<Cell> = []
    for record in run.records {
      let cell = Cell(scheme: record.scheme, seed: record.seed)
      if seen.insert(cell).inserted { found.append(cell) }
    }
    return found
  }

  /// What TensorBoard shows of a cell, and a note of every picture that cannot be read. The wall time of a round is the
  /// run's beginning plus what was measured of the cell's rounds.
  func events(of cell: Cell, _ notes: inout [String]) -> EventFile {
    var file = EventFile(wallTime: start)
    var time = start
    let records = run.records.filter { $0.scheme == cell.scheme && $0.seed == cell.seed }
    for record in records {
      let timing = run.timings.first { $0.scheme == cell.scheme && $0.seed == cell.seed && $0.round == record.round }
      time += timing?.seconds.values.sorted().reduce(0, +) ?? 0
      var scalars = record.metrics.sorted { $0.key < $1.key }.map { (tag: $0.key, value: $0.value) }
      scalars.append(("labels/attempted", Double(record.attempted)))
      scalars.append(("labels/discarded", Double(record.discarded)))
      file.add(scalars, step: record.labelled, wallTime: time)
      add(
        QueryRecord.stem(cell.scheme, cell.seed, record.round) + ".png", as: "queries", to: &file,
        step: record.labelled, time, &notes)
    }
    if let last = records.last {
      add(
        "reconstructions/\(cell.scheme)-seed-\(cell.seed).png", as: "reconstructions", to: &file, step: last.labelled,
        time, &notes)
    }
    return file
  }

  /// Adds a picture, if it is there and is one.
  private func add(
    _ name: String, as tag: String, to file: inout EventFile, step: Int, _ time: Double, _ notes: inout [String]
  ) {
    let path = "\(run.path)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard let png = try? FileBytes.read(path), let header = PNGHeader(png) else {
      notes.append("\(path) cannot be read as a picture and is left out.")
      return
    }
    file.add(
      png: png, width: header.width, height: header.height, channels: header.channels, tag: tag, step: step,
      wallTime: time)
  }
}
