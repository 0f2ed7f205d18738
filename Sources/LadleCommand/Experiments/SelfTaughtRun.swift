import ActiveLoop
import Datasets
import Foundation
import Tensor

/// One run of `ladle run self-taught`, from settings to table.
struct SelfTaughtRun: Sendable {
  /// The rows of the comparison, as records name them.
  enum Row: String, CaseIterable, Sendable {
    case selfTaught = "self-taught"
    case pixels = "raw-pixels"

    /// For people.
    var title: String {
      switch self {
      case .selfTaught: "self-taught"
      case .pixels: "raw pixels, supervised"
      }
    }
  }

  var settings: SelfTaughtSettings
  var path: String
  var dataDirectories: [String]
  var cache: ArtifactCache
  var progress: ProgressReporter
  var checkpoints = CheckpointSchedule()

  func run() async throws {
    try ImageTask.requireFiles(settings.dataset, directories: dataDirectories)
    // A wrong --gaal should be known before minutes are spent.
    let gaal = try settings.gaal.map(GAALRecords.init(path:))
    let read = RunDirectory.holdsRun(path) ? nil : try loadTask()
    let environment = EnvironmentRecord.current()
    let directory = try RunDirectory(path: path, settings: settings, environment: environment)
    for note in directory.notes { progress.note("ladle: \(note)") }
    let task = try read ?? loadTask()
    try gaal?.check(task)
    if let most = settings.labels.max(), most > task.pool.count {
      throw CommandFailure(.usage, "--labels asks for \(most) labels of a pool of \(task.pool.count) images.")
    }
    let data = try ExperimentData(
      pool: task.pool.images,
      tests: task.tests.map { .init(name: $0.name, inputs: $0.data.images, labels: $0.data.labels) },
      classNames: task.pool.classNames)
    let workshop = ModelWorkshop(
      cache: cache, progress: progress, backend: environment.backend, checkpoints: checkpoints)
    let learnt = try workshop.selfTaught(settings.rica, data: data, pool: task.pool)
    if let sheet = learnt.filters { try directory.write(sheet.png, to: "filters.png") }
    try await fit(data, learnt.data, labels: task.pool.labels, into: directory)
    let table = SelfTaughtTable(
      settings: settings, task: task, records: directory.records, gaal: gaal, command: commandLine)
    try directory.write(Array(directory.records.longForm.utf8), to: "results.csv")
    try directory.write(Array(table.markdown.utf8), to: "table.md")
    progress.end()
    for line in table.lines { print(line) }
    print("table: \(directory.path)/table.md")
  }

  private func loadTask() throws -> ImageTask {
    try ImageTask.load(
      settings.dataset, framing: settings.framing, poolLimit: settings.poolLimit, directories: dataDirectories,
      withClassifier: false)
  }

  /// One record per row, seed and number of labels; `round` counts the numbers of labels in their order.
  private func fit(
    _ data: ExperimentData, _ features: ExperimentData, labels: [Int], into directory: RunDirectory
  ) async throws {
    let present = Set(directory.records.map { [$0.scheme, "\($0.seed)", "\($0.round)"] })
    let total = settings.seeds.count * settings.labels.count * Row.allCases.count
    var done = present.count
    progress.begin("Fitting", total: total, unit: "machines", done: done)
    for seed in settings.seeds {
      for (round, count) in settings.labels.enumerated() {
        for row in Row.allCases where !present.contains([row.rawValue, "\(seed)", "\(round)"]) {
          let configuration = settings.experiment(labels: count)
          let learner =
            row == .pixels
            ? SupportVectorLearner(settings.learner, unlabelled: data.pool) : SupportVectorLearner(settings.learner)
          let experiment = try GenerativeExperiment(
            data: row == .pixels ? data : features, configuration: configuration, learner: learner,
            generator: DCGANImageGenerator?.none)
          try await experiment.run(
            .random, seed: seed, oracle: GroundTruthOracle(labels: labels),
            clock: { ProcessInfo.processInfo.systemUptime }
          ) { outcome in
            var record = outcome.record
            (record.scheme, record.round) = (row.rawValue, round)
            let seconds = Dictionary(outcome.seconds.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
            try directory.append(
              record, timing: TimingRecord(scheme: record.scheme, seed: seed, round: round, seconds: seconds))
          }
          done += 1
          progress.advance(to: done)
        }
      }
    }
    progress.finish()
  }

  /// The command that makes this run: what differs from the defaults, as options and settings.
  private var commandLine: String {
    let defaults = SelfTaughtSettings(settings.dataset)
    var words = ["ladle run self-taught --dataset \(settings.dataset.rawValue)"]
    if settings.framing != defaults.framing { words.append("--framing \(settings.framing.rawValue)") }
    words.append("--labels " + settings.labels.map(String.init).joined(separator: ","))
    words.append("--seeds " + seedsText(settings.seeds))
    let special: Set = ["dataset", "seeds", "labels", "framing", "gaal"]
    let here = (try? SettingsSchema(of: settings).resolved.leaves) ?? []
    let there = Dictionary((try? SettingsSchema(of: defaults).resolved.leaves) ?? []) { first, _ in first }
    for leaf in here where !special.contains(leaf.path) && there[leaf.path] != leaf.value {
      words.append("--set \(leaf.path)=\(leaf.value.shown)")
    }
    if let gaal = settings.gaal { words.append("--gaal \(gaal)") }
    return (words + ["--out DIR"]).joined(separator: " \\\n  ")
  }
}

/// `1-10`, or `1,3,5`: as `--seeds` takes them.
func seedsText(_ seeds: [Int], dash: String = "-", comma: String = ",") -> String {
  // One before the next, because the largest seed has none after it.
  let isRange = seeds.count > 1 && zip(seeds, seeds.dropFirst()).allSatisfy { $0 < $1 && $1 - 1 == $0 }
  return isRange ? "\(seeds[0])\(dash)\(seeds[seeds.count - 1])" : seeds.map(String.init).joined(separator: comma)
}
