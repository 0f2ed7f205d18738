import ActiveLoop
import ArgumentParser
import Datasets

/// `ladle run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run an experiment into a directory, or continue one.",
    discussion: """
      A run is a directory. It can be stopped at any instant, by Ctrl-C, kill -9 or a power cut, and goes on with

        ladle run DIR

      from what the directory holds, whatever system it is of. The command that began it does the same.
      """,
    subcommands: [GAALCommand.self, PoolCommand.self, SelfTaughtCommand.self, ContinueCommand.self],
    defaultSubcommand: ContinueCommand.self)
}

/// `ladle run gaal`.
struct GAALCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaal",
    abstract: "Generative adversarial active learning: learning curves of query synthesis and its rivals.",
    discussion: """
      Trains a generator on the unlabelled pool, then lets each scheme buy labels in rounds and tests a linear support
      vector machine after each. The directory gets rounds.jsonl, the queries of every round, curves as SVG and a
      report.html that opens without a network. The same command on the same directory continues where it was stopped
      and ends with the same bytes. Generator and classifier are trained once and kept in the cache.

      Schemes: gaal, simple-gan, svm-active, random, supervised, mixed, self-taught.

      Examples:
        ladle run gaal --dataset glyphs --seeds 1-3 --out runs/first
        ladle run gaal --dataset mnist-usps --framing mnist --seeds 1-10 --out runs/usps
        ladle run gaal --dataset mnist --schemes gaal,random --set synthesis.steps=50 --out runs/short
      """)

  @Option(help: "One of: mnist-usps, mnist, cifar10-automobile-horse, glyphs.")
  var dataset: GAALDataset

  @Option(help: "How USPS is brought to MNIST's frame: stretch (as the paper's figure) or mnist (the fair one).")
  var framing: String?

  @Option(help: "Schemes to compare, with commas between. All unless given.")
  var schemes: String?

  @Option(help: "Seeds, such as 1-10 or 1,3,5. Every scheme runs once with each.")
  var seeds = "1"

  @Option(help: "Labels to buy, the first 50 included.")
  var budget: Int?

  @Option(help: ArgumentHelp("The directory of the run; made if need be.", valueName: "dir"))
  var out: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting by its name, such as generator.epochs=10; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var data: DataOption
  @OptionGroup var cache: CacheOption
  @OptionGroup var checkpoints: CheckpointOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  /// The settings these arguments stand for.
  func resolved() throws -> GAALSettings {
    var resolved = GAALSettings(dataset)
    if let framing { resolved.experiment.framing = framing }
    if let budget { resolved.experiment.budget = budget }
    if let schemes {
      resolved.schemes = try schemes.split(separator: ",", omittingEmptySubsequences: false).map { name in
        guard let scheme = Scheme(rawValue: String(name)) else {
          throw CommandFailure(
            .usage,
            "there is no scheme “\(name)”; choose among \(listed(Scheme.allCases.map(\.rawValue))).")
        }
        return scheme
      }
      guard Set(resolved.schemes).count == resolved.schemes.count else {
        throw CommandFailure(.usage, "--schemes names a scheme twice.")
      }
    }
    guard let list = SeedList(seeds) else {
      throw CommandFailure(.usage, "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “\(seeds)”.")
    }
    resolved.seeds = list.seeds
    resolved = try patched(resolved, with: try settings.map { text in try SettingsPatch(text) })
    try resolved.validate()
    return resolved
  }

  func run() async throws {
    let settings = try resolved()
    let run = GAALRun(
      settings: settings, path: out, dataDirectories: data.directories(), cache: cache.cache,
      progress: ProgressReporter(output: quiet ? .silent : .standardError), checkpoints: checkpoints.schedule)
    try await interruptible(continuedBy: out) { try await run.run() }
  }
}

extension Error {
  var isCancellation: Bool {
    if self is CancellationError { return true }
    if case .cancelled = self as? ExperimentError { return true }
    return false
  }
}

/// `--checkpoint-minutes`, for every command that trains.
struct CheckpointOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Minutes between two checkpoints inside a training; 0 for one after every step. No result depends on it.",
      valueName: "minutes"))
  var checkpointMinutes = 5.0

  func validate() throws {
    guard checkpointMinutes >= 0, checkpointMinutes.isFinite else {
      throw ValidationError("--checkpoint-minutes is 0 or more, not \(checkpointMinutes)")
    }
  }

  var schedule: CheckpointSchedule { CheckpointSchedule(minutes: checkpointMinutes) }
}

/// `--cache`, for every command that trains models.
struct CacheOption: ParsableArguments {
  @Option(
    name: .customLong("cache"),
    help: ArgumentHelp(
      "Where trained models are kept. Without it: $LADLE_CACHE, then ~/.cache/ladle.", valueName: "dir"))
  var cacheDirectory: String?

  var cache: ArtifactCache { ArtifactCache(root: cacheDirectory ?? ArtifactCache.defaultRoot()) }
}
