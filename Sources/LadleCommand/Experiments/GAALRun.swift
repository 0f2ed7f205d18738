import ActiveLoop
import Datasets
import Foundation
import Models
import Tensor

/// One run of `ladle run gaal`, from settings to report.
struct GAALRun: Sendable {
  var settings: GAALSettings
  var path: String
  var dataDirectories: [String]
  var cache: ArtifactCache
  var progress: ProgressReporter
  var checkpoints = CheckpointSchedule()

  func run() async throws {
    let start = ProcessInfo.processInfo.systemUptime
    // A data set that is missing or damaged should leave no directory behind, and to refuse a run that is there should not
    // take the time to read one.
    try ImageTask.requireFiles(settings.dataset, directories: dataDirectories)
    let read = RunDirectory.holdsRun(path) ? nil : try loadTask()
    let environment = EnvironmentRecord.current()
    let directory = try RunDirectory(path: path, settings: settings, environment: environment)
    for note in directory.notes { progress.note("ladle: \(note)") }
    let task = try read ?? loadTask()
    let data = try ExperimentData(
      pool: task.pool.images,
      tests: task.tests.map { test in
        ExperimentData.TestSet(name: test.name, inputs: test.data.images, labels: test.data.labels)
      }, classNames: task.pool.classNames)

    var generator: DCGANImageGenerator?
    var classifier: (model: ConvolutionalClassifier, accuracy: Double)?
    if settings.needsGenerator {
      let workshop = ModelWorkshop(
        cache: cache, progress: progress, backend: environment.backend, checkpoints: checkpoints)
      generator = DCGANImageGenerator(try workshop.generator(settings.generator, pool: task.pool))
      classifier = try workshop.classifier(
        settings.classifier, training: task.classifierTraining, test: task.classifierTest,
        isNatural: task.dataset.isNatural)
    }
    var facts = try modelFacts(generator, classifier, task, directory)
    var selfTaught: ExperimentData?
    if settings.schemes.contains(.selfTaught) {
      let workshop = ModelWorkshop(
        cache: cache, progress: progress, backend: environment.backend, checkpoints: checkpoints)
      let learnt = try workshop.selfTaught(settings.rica, data: data, pool: task.pool)
      selfTaught = learnt.data
      facts.filters = learnt.filters
      if let sheet = learnt.filters { try directory.write(sheet.png, to: "filters.png") }
    }
    facts.remarks = try await runCells(data, selfTaught, generator, classifier?.model, task, directory)
    let report = GAALReport(
      settings: settings, task: task, directory: directory, environment: environment, facts: facts,
      seconds: ProcessInfo.processInfo.systemUptime - start)
    try report.write()
    progress.end()
    for line in report.summaryLines() { print(line) }
  }

  private func loadTask() throws -> ImageTask {
    try ImageTask.load(
      settings.dataset, framing: Framing(rawValue: settings.experiment.framing) ?? .stretch,
      poolLimit: settings.poolLimit, directories: dataDirectories, withClassifier: settings.needsGenerator)
  }

  // MARK: - Cells

  private func runCells(
    _ data: ExperimentData, _ selfTaught: ExperimentData?, _ generator: DCGANImageGenerator?,
    _ classifier: ConvolutionalClassifier?, _ task: ImageTask, _ directory: RunDirectory
  ) async throws -> [String] {
    var remarks: [String] = []
    // The same samples behind another map: the scheme differs from random sampling in what the learner sees alone.
    let throughFeatures = try selfTaught.map {
      try GenerativeExperiment(
        data: $0, configuration: settings.experiment, learner: SupportVectorLearner(settings.experiment.learner),
        generator: DCGANImageGenerator?.none)
    }
    let experiment = try GenerativeExperiment(
      data: data, configuration: settings.experiment,
      learner: SupportVectorLearner(settings.experiment.learner, unlabelled: data.pool),
      generator: generator)
    let configuration = settings.experiment
    let rounds =
      1 + (configuration.budget - configuration.initialLabels + configuration.batch - 1) / configuration.batch
    let total = settings.seeds.count * settings.schemes.map { $0 == .supervised ? 1 : rounds }.reduce(0, +)
    var done = directory.records.count
    progress.begin("Running \(settings.dataset.rawValue)", total: total, unit: "rounds", done: done)
    for seed in settings.seeds {
      for scheme in settings.schemes {
        let saved = try SavedState.load(scheme.rawValue, seed, from: directory)
        let here = scheme == .selfTaught ? throughFeatures ?? experiment : experiment
        let last = try await here.run(
          scheme, seed: seed, oracle: oracle(seed, task, classifier), continuing: saved,
          clock: { ProcessInfo.processInfo.systemUptime }
        ) { outcome in
          try QueryRecord.write(outcome, classNames: data.classNames, to: directory)
          let seconds = Dictionary(outcome.seconds.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
          try directory.append(
            outcome.record,
            timing: TimingRecord(scheme: scheme.rawValue, seed: seed, round: outcome.record.round, seconds: seconds))
          try SavedState.save(outcome.state, in: directory)
          done += 1
          progress.advance(to: done)
        }
        if let remark = Self.remark(on: last.ledger, budget: configuration.budget) { remarks.append(remark) }
      }
    }
    progress.finish()
    return remarks
  }

  /// Why a run ended before its budget was spent, or nil.
  private static func remark(on ledger: RunLedger, budget: Int) -> String? {
    let reason: String? =
      switch ledger.stop {
      case .everythingRejected: "the oracle could name none of the samples it was shown"
      case .nothingSynthesized: "no start of the synthesiser succeeded"
      case .poolExhausted where ledger.scheme != Scheme.supervised.rawValue: "the pool has no samples left"
      case .budgetSpent, .poolExhausted, .targetReached, .predictionsStabilized, .uncertaintyLow, nil: nil
      }
    return reason.map {
      "\(Scheme(rawValue: ledger.scheme)?.title ?? ledger.scheme), seed \(ledger.seed), ended after round \(ledger.round) with \(ledger.labels.count) of "
        + "\(budget) labels: \($0)."
    }
  }

  /// The truth about the pool; a classifier, where there is one, about new images; noise over both if asked for.
  private func oracle(_ seed: Int, _ task: ImageTask, _ classifier: ConvolutionalClassifier?) -> AnyOracle {
    let truth = GroundTruthOracle(labels: task.pool.labels)
    let columns = task.classColumns
    let threshold = settings.experiment.oracle.threshold
    let both = RoutedOracle(
      pool: truth,
      synthesized: ClassifierOracle(threshold: threshold) { images in
        guard let classifier else { return .zeros([images.shape[0], columns.count]) }
        return classifier.probabilities(for: images).selectingColumns(columns)
      })
    let noise = settings.experiment.oracle
    guard noise.noiseRate > 0 else { return AnyOracle(both) }
    return AnyOracle(
      NoisyOracle(
        both, rate: noise.noiseRate, classCount: task.pool.classNames.count,
        groups: noise.confusionGroups.isEmpty ? nil : noise.confusionGroups,
        using: RandomSource(seed: seed).stream("noise")))
  }

  // MARK: - Models

  /// What the report says of the models, and a sheet of samples.
  private func modelFacts(
    _ generator: DCGANImageGenerator?, _ classifier: (model: ConvolutionalClassifier, accuracy: Double)?,
    _ task: ImageTask, _ directory: RunDirectory
  ) throws -> GAALReport.ModelFacts {
    var facts = GAALReport.ModelFacts(classifierAccuracy: classifier?.accuracy)
    let real = ImageSheet(task.pool.images(0..<min(100, task.pool.count)), columns: 20, padding: 1)
    facts.real = real
    try directory.write(real.png, to: "real.png")
    guard let generator, let classifier else { return facts }
    var random = RandomSource(seed: settings.generator.seed).stream("samples")
    let images = generator.inputs(from: generator.latents(1000, using: &random)).detached
    let all = classifier.model.probabilities(for: images)
    facts.recognised = shareOfSure(all.selectingColumns(task.classColumns))
    facts.sureOfAny = shareOfSure(all)
    let sheet = ImageSheet(images.rows(0..<100), columns: 20, padding: 1)
    facts.samples = sheet
    try directory.write(sheet.png, to: "samples.png")
    return facts
  }

  /// The share of rows with a probability that reaches the oracle's threshold.
  private func shareOfSure(_ probabilities: Tensor) -> Double {
    let (rows, width) = (probabilities.shape[0], probabilities.shape[1])
    let sure = probabilities.withUnsafeScalars { scalars in
      (0..<rows).count { row in
        scalars[row * width..<(row + 1) * width].contains { $0 >= settings.experiment.oracle.threshold }
      }
    }
    return Double(sure) / Double(max(1, rows))
  }
}

/// An oracle whose type does not matter.
struct AnyOracle: Oracle {
  private let base: any Oracle

  init(_ base: some Oracle) { self.base = base }

  func answer(_ query: Query) async throws -> [Answer] { try await base.answer(query) }
}

extension Tensor {
  /// The columns of a matrix, in the order given.
  fileprivate func selectingColumns(_ columns: [Int]) -> Tensor {
    let (rows, width) = (shape[0], shape[1])
    return Tensor(shape: [rows, columns.count]) { target in
      withUnsafeScalars { source in
        for row in 0..<rows {
          for (place, column) in columns.enumerated() {
            target[row * columns.count + place] = source[row * width + column]
          }
        }
      }
    }
  }
}
