import ActiveLoop
import Datasets
import Foundation
import Models
import Tensor

/// One run of `ladle run pool`, from settings to report.
struct PoolRun: Sendable {
  var settings: PoolSettings
  var path: String
  var dataDirectories: [String]
  var progress: ProgressReporter
  var checkpoints = CheckpointSchedule()

  func run() async throws {
    let start = ProcessInfo.processInfo.systemUptime
    // A data set that is missing or damaged should leave no directory behind, and to refuse a run that is there should not
    // take the time to read one.
    try settings.dataset.requireFiles(directories: dataDirectories)
    let read = RunDirectory.holdsRun(path) ? nil : try settings.dataset.load(directories: dataDirectories)
    let environment = EnvironmentRecord.current()
    let directory = try RunDirectory(path: path, settings: settings, environment: environment)
    for note in directory.notes { progress.note("ladle: \(note)") }
    let sets = try read ?? settings.dataset.load(directories: dataDirectories)
    var remarks = try await runCells(sets.pool, test: sets.test, directory)
    remarks += directory.warnings.map { "\($0.scheme), seed \($0.seed), round \($0.round): \($0.warning)" }
    let report = PoolReport(
      settings: settings, directory: directory, environment: environment, remarks: remarks,
      poolCount: min(sets.pool.count, settings.poolSize ?? .max), testCount: tested(sets.test).count,
      seconds: ProcessInfo.processInfo.systemUptime - start)
    try report.write()
    progress.end()
    for line in report.summaryLines() { print(line) }
  }

  private func tested(_ test: ImageDataset) -> ImageDataset { test.prefix(settings.testSize ?? test.count) }

  // MARK: - Cells

  private func runCells(_ whole: ImageDataset, test: ImageDataset, _ directory: RunDirectory) async throws -> [String] {
    let configuration = settings.experiment
    let bought = configuration.budget - configuration.initial.count
    let rounds = 1 + (bought + configuration.batch - 1) / configuration.batch
    let total = settings.seeds.count * settings.strategies.count * rounds
    let counter = RoundCounter(done: directory.records.count, progress: progress)
    progress.begin("Running \(settings.dataset.rawValue)", total: total, unit: "rounds", done: directory.records.count)
    var remarks: [String] = []
    for seed in settings.seeds {
      let seeds = settings.experimentSeeds(seed)
      let (vaal, sheets) = (settings.vaal, ReconstructionSheets(directory: path, seed: seed))
      let pool = drawn(from: whole, seeds)
      let test = tested(test)
      let data = try ExperimentData(
        pool: pool.images, tests: [.init(name: "test", inputs: test.images, labels: test.labels)],
        classNames: pool.classNames)
      let cells = Cells(
        data: data, oracle: oracle(pool, seeds), seeds: seeds, settings: settings, directory: directory,
        counter: counter, checkpoints: checkpoints)
      if settings.learner == .aral {
        var learner = try ARALLearner(settings.aral.learner(), unlabelled: data.pool)
        let entries = StrategyNames.aral(settings.aral.queryDefects, query: settings.query)
        for entry in settings.strategies.compactMap({ name in entries.first { $0.name == name } }) {
          let pictures = GeneratedSheets(directory: path, strategy: entry.name, seed: seed, progress: progress)
          learner.onFitted = pictures.write
          remarks += try await cells.run(learner, strategies: [entry])
        }
      } else if !settings.learner.isNeural {
        let learner = SupportVectorLearner(settings.machine, unlabelled: data.pool)
        remarks += try await cells.run(
          learner,
          strategies: StrategyNames.margin(
            SupportVectorLearner.self, vaal: vaal, query: settings.query, observing: sheets.write))
      } else {
        let make = settings.makeNetwork(imageShape: Array(data.pool.shape.dropFirst()), classes: data.classCount)
        if settings.network.members == 1 {
          let learner = try NeuralLearner(settings.training, network: make)
          remarks += try await cells.run(
            learner,
            strategies: StrategyNames.neural(
              type(of: learner), vaal: vaal, query: settings.query, observing: sheets.write))
        } else {
          let learner = try NeuralEnsemble(settings.network.members, settings.training, network: make)
          remarks += try await cells.run(
            learner,
            strategies: StrategyNames.neural(
              type(of: learner), vaal: vaal, query: settings.query, observing: sheets.write))
        }
      }
    }
    progress.finish()
    return remarks
  }

  private func drawn(from whole: ImageDataset, _ seeds: ExperimentSeeds) -> ImageDataset {
    guard let size = settings.poolSize, size < whole.count else { return whole }
    var random = seeds.splitSource
    return whole.selecting(random.permutation(of: whole.count).prefix(size).sorted())
  }

  private func oracle(_ pool: ImageDataset, _ seeds: ExperimentSeeds) -> AnyOracle {
    let truth = GroundTruthOracle(labels: pool.labels)
    guard settings.noise.rate > 0 else { return AnyOracle(truth) }
    return AnyOracle(
      NoisyOracle(
        truth, rate: settings.noise.rate, classCount: pool.classNames.count,
        groups: settings.noise.groups.isEmpty ? nil : settings.noise.groups, using: seeds.oracleSource))
  }
}

/// Counts rounds for the progress line, over all strategies and seeds.
private final class RoundCounter {
  private var done: Int
  let progress: ProgressReporter

  init(done: Int, progress: ProgressReporter) {
    self.done = done
    self.progress = progress
  }

  func advance() {
    done += 1
    progress.advance(to: done)
  }
}

/// The strategies of one seed.
private struct Cells {
  let data: ExperimentData
  let oracle: AnyOracle
  let seeds: ExperimentSeeds
  let settings: PoolSettings
  let directory: RunDirectory
  let counter: RoundCounter
  let checkpoints: CheckpointSchedule

  /// Remarks on runs that ended early.
  func run<Subject: Learner>(
    _ learner: Subject, strategies: [(name: String, strategy: any QueryStrategy<Subject>)]
  ) async throws -> [String] {
    var remarks: [String] = []
    for name in settings.strategies {
      guard let entry = strategies.first(where: { $0.name == name }) else { continue }
      let ledger = try await run(learner, entry.strategy, named: name)
      if let remark = remark(on: ledger) { remarks.append(remark) }
    }
    return remarks
  }

  private func run<Subject: Learner, Strategy: QueryStrategy<Subject>>(
    _ learner: Subject, _ strategy: Strategy, named name: String
  ) async throws -> RunLedger {
    let experiment = try PoolExperiment(
      data: data, configuration: settings.experiment, learner: learner, strategy: strategy, name: name)
    let saved = try SavedState.load(name, seeds.run, from: directory)
    let checkpoint = directory.checkpoint(name, seeds.run, schedule: checkpoints, progress: counter.progress)
    let last = try await experiment.run(
      seeds: seeds, oracle: oracle, continuing: saved, keeper: checkpoint,
      clock: { ProcessInfo.processInfo.systemUptime }
    ) { outcome in
      let seconds = Dictionary(outcome.seconds.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
      try directory.append(
        outcome.record,
        timing: TimingRecord(scheme: name, seed: seeds.run, round: outcome.record.round, seconds: seconds))
      let round = outcome.record.round
      for warning in outcome.warnings {
        try directory.warn(.init(scheme: name, seed: seeds.run, round: round, warning: warning))
        counter.progress.note("ladle: \(name), seed \(seeds.run), round \(round): \(warning)")
      }
      // Last, because the state says that the round and all its files are there.
      try SavedState.save(outcome.state, in: directory)
      checkpoint.clear()
      counter.advance()
    }
    checkpoint.clear()
    return last.ledger
  }

  /// Why a run ended before its budget was spent, or nil.
  private func remark(on ledger: RunLedger) -> String? {
    let reason: String? =
      switch ledger.stop {
      case .everythingRejected: "the oracle could name none of the samples it was shown"
      case .poolExhausted: "the pool has no samples left"
      case .targetReached: "the figure that was aimed at is reached"
      case .predictionsStabilized: "successive learners agree on the stop set"
      case .uncertaintyLow: "the learner is sure of what is left in the pool"
      case .budgetSpent, .nothingSynthesized, nil: nil
      }
    return reason.map {
      "\(ledger.scheme), seed \(ledger.seed), ended after round \(ledger.round) with \(ledger.labels.count) of "
        + "\(settings.experiment.budget) labels: \($0)."
    }
  }
}
