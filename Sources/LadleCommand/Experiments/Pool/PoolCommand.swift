import ActiveLoop
import ArgumentParser

/// `ladle run pool`.
struct PoolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Pool-based active learning: learning curves of strategies that choose what is labelled.",
    discussion: """
      Each strategy buys labels of the pool in rounds, from the same initial ones under one seed, and the learner is
      refitted and tested after each. The directory gets rounds.jsonl, curves as SVG, results.csv and a report.html that
      opens without a network. The same command on the same directory continues where it was stopped and ends with the
      same bytes.

      Strategies for networks: \(StrategyNames.all(for: .cnn).joined(separator: ", ")).
      Strategies for the support vector machine: \(StrategyNames.all(for: .svm).joined(separator: ", ")).
      Strategies for ARAL: \(StrategyNames.all(for: .aral).joined(separator: ", ")).

      Examples:
        ladle run pool --dataset digits --learner mlp --initial 50 --batch 50 --budget 200 --out runs/digits
        ladle run pool --dataset mnist --strategy random --seeds 1-5 --pool-size 10000 --out runs/mnist
        ladle run pool --dataset cifar10 --preset noisy-20 --seeds 1-5 --pool-size 10000 --out runs/noisy
      """)

  @Option(help: "One of: mnist, fashion-mnist, cifar10, optdigits, digits (drawn, no file needed).")
  var dataset: PoolDataset

  @Option(
    help: """
      An experiment by name; its settings hold unless said otherwise. One of: \
      \(PoolPreset.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var preset: PoolPreset?

  @Option(help: "Strategies to compare, with commas between; random unless a preset has others.")
  var strategy: String?

  @Option(help: "One of: cnn, mlp, vgg16, resnet18, svm, aral.")
  var learner = PoolSettings.LearnerName.cnn

  @Option(help: "Seeds, such as 1-5 or 1,3,5. Every strategy runs once with each.")
  var seeds = "1"

  @Option(help: "Labels before the first query.")
  var initial: Int?

  @Option(help: "How they are chosen: random, stratified or biased.")
  var initialMethod: String?

  @Option(help: "Labels bought per round.")
  var batch: Int?

  @Option(help: "Labels to buy, the initial ones included.")
  var budget: Int?

  @Option(help: "Keeps so many samples of the pool, drawn by the seed.")
  var poolSize: Int?

  @Option(help: "Keeps the first so many test samples.")
  var testSize: Int?

  @Option(help: ArgumentHelp("The directory of the run; made if need be.", valueName: "dir"))
  var out: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting by its name, such as training.epochs=10; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Also keep the networks of every last fit, in models/; “ladle export torch” reads them.")
  var saveModels = false

  @OptionGroup var data: DataOption
  @OptionGroup var checkpoints: CheckpointOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  /// The settings these arguments stand for.
  func resolved() throws -> PoolSettings {
    var resolved = PoolSettings(dataset)
    resolved.learner = learner
    if let preset {
      try preset.apply(to: &resolved)
      preset.applyCounts(
        to: &resolved.experiment, poolSize: min(poolSize ?? dataset.poolCount, dataset.poolCount))
    }
    if let strategy {
      resolved.strategies = strategy.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let list = SeedList(seeds) else {
      throw CommandFailure(.usage, "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “\(seeds)”.")
    }
    resolved.seeds = list.seeds
    if let initial { resolved.experiment.initial.count = initial }
    if let initialMethod {
      guard let method = InitialSet.Method(rawValue: initialMethod) else {
        throw CommandFailure(
          .usage,
          "--initial-method is \(listed(InitialSet.Method.allCases.map(\.rawValue), "or")), not “\(initialMethod)”.")
      }
      resolved.experiment.initial.method = method
    }
    if let batch { resolved.experiment.batch = batch }
    if let budget { resolved.experiment.budget = budget }
    if let poolSize { resolved.poolSize = poolSize }
    if let testSize { resolved.testSize = testSize }
    resolved = try patched(resolved, with: try settings.map { text in try SettingsPatch(text) })
    try resolved.validate()
    return resolved
  }

  func run() async throws {
    let settings = try resolved()
    if saveModels, settings.learner == .svm {
      throw CommandFailure(.usage, "--save-models keeps networks, and a support vector machine is none.")
    }
    let run = PoolRun(
      settings: settings, path: out, dataDirectories: data.directories(),
      progress: ProgressReporter(output: quiet ? .silent : .standardError), checkpoints: checkpoints.schedule,
      savesModels: saveModels)
    try await interruptible(continuedBy: out) { try await run.run() }
  }
}
