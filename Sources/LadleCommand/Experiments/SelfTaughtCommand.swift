import ArgumentParser
import Datasets

/// `ladle run self-taught`.
struct SelfTaughtCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "self-taught",
    abstract: "Self-taught learning: features learnt without labels against raw pixels, by number of labels.",
    discussion: """
      Learns RICA's filters on the unlabelled pool, then fits a linear support vector machine to random labelled subsets
      of each size, once on the learnt features beside pixels and once on pixels alone, with the same subsets. The
      directory gets rounds.jsonl, results.csv, table.md and filters.png. The same command on the same directory
      continues where it was stopped. The filters are learnt once and kept in the cache.

      Examples:
        ladle run self-taught --dataset glyphs --labels 50,250 --seeds 1-3 --out runs/taught
        ladle run self-taught --dataset mnist-usps --seeds 1-10 --gaal runs/usps --out runs/table1
      """)

  @Option(help: "One of: mnist-usps, mnist, cifar10-automobile-horse, glyphs.")
  var dataset: GAALDataset

  @Option(help: "How USPS is brought to MNIST's frame: stretch (as the paper's figure) or mnist (the fair one).")
  var framing: String?

  @Option(help: "Sizes of the labelled subsets, with commas between.")
  var labels = "250,500,1000,5000"

  @Option(help: "Seeds, such as 1-10 or 1,3,5. Each draws its own subsets.")
  var seeds = "1"

  @Option(
    help: ArgumentHelp("A finished run of ladle run gaal, for a row of GAAL in the table.", valueName: "dir"))
  var gaal: String?

  @Option(help: ArgumentHelp("The directory of the run; made if need be.", valueName: "dir"))
  var out: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "A setting by its name, such as rica.model.filters=100; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var data: DataOption
  @OptionGroup var cache: CacheOption
  @OptionGroup var checkpoints: CheckpointOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  /// The settings these arguments stand for.
  func resolved() throws -> SelfTaughtSettings {
    var resolved = SelfTaughtSettings(dataset)
    if let framing {
      guard let known = Framing(rawValue: framing) else {
        throw CommandFailure(
          .usage, "--framing is \(listed(Framing.allCases.map(\.rawValue), "or")), not “\(framing)”.")
      }
      resolved.framing = known
    }
    let sizes = labels.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !sizes.contains(nil) else {
      throw CommandFailure(.usage, "--labels takes whole numbers such as 250,500,1000,5000, not “\(labels)”.")
    }
    resolved.labels = sizes.compactMap { $0 }
    guard let list = SeedList(seeds) else {
      throw CommandFailure(.usage, "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “\(seeds)”.")
    }
    resolved.seeds = list.seeds
    resolved.gaal = gaal
    resolved = try patched(resolved, with: try settings.map { text in try SettingsPatch(text) })
    try resolved.validate()
    return resolved
  }

  func run() async throws {
    let settings = try resolved()
    let run = SelfTaughtRun(
      settings: settings, path: out, dataDirectories: data.directories(), cache: cache.cache,
      progress: ProgressReporter(output: quiet ? .silent : .standardError), checkpoints: checkpoints.schedule)
    try await interruptible(continuedBy: out) { try await run.run() }
  }
}
