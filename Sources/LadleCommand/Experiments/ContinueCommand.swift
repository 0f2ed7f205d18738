import ArgumentParser

/// `ladle run DIR`: goes on with the run in a directory, whatever system it is of.
struct ContinueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "continue",
    abstract: "Continue the run in a directory; “ladle run DIR” means this.",
    discussion: """
      The settings are those of the run's config.json. A run that was killed, interrupted, or that ran out of disk space
      ends with the same bytes as one that was never stopped; of a finished run the report is written again.

      Examples:
        ladle run runs/usps
        ladle run continue runs/usps --quiet
      """)

  @Argument(help: ArgumentHelp("The directory of a run.", valueName: "dir"))
  var directory: String

  @OptionGroup var data: DataOption
  @OptionGroup var cache: CacheOption
  @OptionGroup var checkpoints: CheckpointOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  func run() async throws {
    var path = directory
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    let saved = try SavedConfiguration(path: path)
    let progress = ProgressReporter(output: quiet ? .silent : .standardError)
    let (directories, cache, checkpoints) = (data.directories(), cache.cache, checkpoints.schedule)
    switch saved.system {
    case .gaal:
      let run = GAALRun(
        settings: try saved.settings(), path: path, dataDirectories: directories, cache: cache, progress: progress,
        checkpoints: checkpoints)
      try await interruptible(continuedBy: path) { try await run.run() }
    case .pool:
      let run = PoolRun(
        settings: try saved.settings(), path: path, dataDirectories: directories, progress: progress,
        checkpoints: checkpoints)
      try await interruptible(continuedBy: path) { try await run.run() }
    case .selfTaught:
      let run = SelfTaughtRun(
        settings: try saved.settings(), path: path, dataDirectories: directories, cache: cache, progress: progress,
        checkpoints: checkpoints)
      try await interruptible(continuedBy: path) { try await run.run() }
    }
  }
}

/// Does `work`, which Ctrl-C and `kill` cancel; the run in `directory` is what it works on.
func interruptible(continuedBy directory: String, _ work: @escaping @Sendable () async throws -> Void) async throws {
  let task = Task { try await work() }
  Interruption.shared.install { task.cancel() }
  do {
    try await task.value
  } catch let error where Interruption.shared.isRequested && error.isCancellation {
    throw CommandFailure(.interrupted, "stopped on request; “ladle run \(directory)” goes on from here.")
  }
}
