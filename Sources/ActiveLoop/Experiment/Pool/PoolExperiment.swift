public import Tensor

/// Pool-based active learning: a strategy points at samples of the pool, an oracle names their classes, the learner is
/// refitted and tested, round after round.
///
/// Every random choice is drawn from a stream named by its use and the round (``ExperimentSeeds``). A run that continues
/// from a saved state therefore ends with the same bits as one that was never stopped, and all strategies start from
/// the same labelled samples under one seed. The oracle must answer the same sample the same way for that to hold.
///
/// With a ``TrainingKeeper`` a round that was stopped goes on inside it: what was chosen is not chosen again, and the
/// training that was under way goes on from the step that was kept last.
///
/// A strategy that errs is not repaired: what names a sample twice, one that is not in the pool, or none, ends the
/// program.
public struct PoolExperiment<Subject: Learner, Strategy: QueryStrategy<Subject>>: Sendable {
  /// What it runs on.
  public let data: ExperimentData
  /// The settings.
  public let configuration: PoolExperimentConfiguration
  /// The learner before its first fit.
  public let learner: Subject
  /// What chooses.
  public let strategy: Strategy
  /// Names the strategy in the records, such as `margin`.
  public let name: String

  /// Throws ``ExperimentError/badConfiguration(_:)`` if a setting makes no sense.
  public init(
    data: ExperimentData, configuration: PoolExperimentConfiguration, learner: Subject, strategy: Strategy, name: String
  ) throws(ExperimentError) {
    try configuration.validate(classCount: data.classCount)
    if configuration.stopping.uncertainty != nil, !(learner is any ProbabilisticLearner) {
      throw .badConfiguration("stopping.uncertainty is set, and the learner gives no probabilities")
    }
    if learner is any AnnotationLearner {
      guard configuration.initial.method == .random else {
        throw .badConfiguration("initial.method is \(configuration.initial.method.rawValue), and labels are no classes")
      }
      guard configuration.stopping.agreement == nil else {
        throw .badConfiguration("stopping.agreement is set, and the learner's labels are no classes")
      }
    }
    self.data = data
    self.configuration = configuration
    self.learner = learner
    self.strategy = strategy
    self.name = name
  }

  /// Runs from the start, or from where `saved` left it, and returns the last state.
  ///
  /// - Parameters:
  ///   - seeds: of every random choice.
  ///   - oracle: knows the labels; asked about the pool by index.
  ///   - saved: the state after a finished round, of the same strategy, seeds, data and configuration.
  ///   - keeper: keeps what a round that is not finished has trained and chosen so far, under `round N/…`.
  ///   - clock: seconds since any moment, to measure the phases of a round with; none are measured without it.
  ///   - onRound: called once per finished round; what it throws ends the run. A run that continues does not repeat
  ///     the rounds before.
  /// - Throws: ``ExperimentError``, and what oracle, learner, strategy and `onRound` throw. Cancelling the task is
  ///   noticed between questions to the oracle, and between the steps of a neural learner; the rounds that were reported
  ///   stay valid.
  @discardableResult
  nonisolated(nonsending) public func run(
    seeds: ExperimentSeeds, oracle: some Oracle, continuing saved: RunState? = nil,
    keeper: (any TrainingKeeper)? = nil, clock: (() -> Double)? = nil, onRound: (PoolRoundOutcome) throws -> Void
  ) async throws -> RunState {
    if let saved, saved.ledger.scheme != name || saved.ledger.seed != seeds.run {
      throw ExperimentError.stateMismatch(
        "it is of strategy \(saved.ledger.scheme), seed \(saved.ledger.seed), not of \(name), seed \(seeds.run)")
    }
    if let saved { try checkMemory(of: saved) }
    if let saved, saved.ledger.stop != nil { return saved }
    var stopwatch = Stopwatch(clock: clock)
    var state = saved ?? RunState(scheme: name, seed: seeds.run)
    var current = learner
    if saved == nil {
      let exchange = try await firstExchange(seeds: seeds, oracle: oracle, state: &state, stopwatch: &stopwatch)
      try fit(&current, to: &state, seeds: seeds, keeper, stopwatch: &stopwatch)
      try onRound(
        finish(exchange, round: 0, report: .init(indices: []), &state, learner: current, seeds, &stopwatch))
    } else {
      try resume(&current, from: state, seeds: seeds, keeper)
    }
    while state.ledger.stop == nil {
      stopwatch = Stopwatch(clock: clock)
      let round = state.ledger.round + 1
      let (exchange, report) = try await ask(
        inRound: round, learner: current, oracle: oracle, seeds: seeds, keeper, state: &state, stopwatch: &stopwatch)
      state.finish(round: round, stop: exchange.stop)
      if !exchange.isFruitless { try fit(&current, to: &state, seeds: seeds, keeper, stopwatch: &stopwatch) }
      try onRound(finish(exchange, round: round, report: report, &state, learner: current, seeds, &stopwatch))
    }
    return state
  }

  // MARK: - Fitting

  private func fit(
    _ learner: inout Subject, to state: inout RunState, seeds: ExperimentSeeds, _ keeper: (any TrainingKeeper)?,
    stopwatch: inout Stopwatch
  ) throws {
    let samples = try state.samples(of: data)
    let streams = seeds.fitStreams(round: state.ledger.round)
    do {
      try stopwatch.measure(.fit) {
        try Self.kept(by: keeper, round: state.ledger.round) { try learner.fit(samples, from: streams) }
      }
    } catch {
      // A fit that was cancelled leaves the rounds before it to be continued.
      let round = state.ledger.round
      try ExperimentError.checkCancellation(afterRound: round == 0 ? nil : round - 1)
      throw error
    }
    state.remember(learner)
  }

  /// What `body` trains has names that begin with `round N/`.
  private static func kept<Result>(
    by keeper: (any TrainingKeeper)?, round: Int, _ body: () throws -> Result
  ) throws -> Result {
    try TrainingPlace.kept(by: keeper) { try TrainingPlace.within("round \(round)", body) }
  }

  /// The learner as it was after its last fit.
  private func resume(
    _ learner: inout Subject, from state: RunState, seeds: ExperimentSeeds, _ keeper: (any TrainingKeeper)?
  ) throws {
    let streams = seeds.fitStreams(round: state.ledger.fitRound ?? 0)
    if state.carried.isEmpty {
      let samples = try state.samples(of: data)
      try Self.kept(by: keeper, round: state.ledger.round + 1) {
        try TrainingPlace.within("learner") { try learner.fit(samples, from: streams) }
      }
    } else {
      // Checks that the state belongs to these data.
      _ = try state.samples(of: data)
      try learner.restore(state.carried, from: streams)
    }
  }

  // MARK: - Asking

  private nonisolated(nonsending) func ask(
    inRound round: Int, learner: Subject, oracle: some Oracle, seeds: ExperimentSeeds,
    _ keeper: (any TrainingKeeper)?, state: inout RunState, stopwatch: inout Stopwatch
  ) async throws -> (exchange: Exchange, report: QuerySelection) {
    var pool = UnlabelledPool(inputs: data.pool)
    pool.remove(state.ledger.poolIndices + state.ledger.retired)
    var (asked, exchange, attempt) = ([Int](), Exchange(queries: .pool([])), 0)
    var report = QuerySelection(indices: [])
    let target = min(state.ledger.labels.count + configuration.batch, configuration.budget)
    let limit = configuration.batch * configuration.attemptsPerLabel
    while state.ledger.labels.count < target, asked.count < limit, pool.count > 0 {
      try ExperimentError.checkCancellation(afterRound: round - 1)
      let wanted = min(target - state.ledger.labels.count, limit - asked.count)
      let context = QueryContext(
        round: round, labelledIndices: state.ledger.poolIndices, labels: state.ledger.labels,
        classCount: data.classCount)
      let random = seeds.strategySource(round: round, attempt: attempt)
      let selection = try stopwatch.measure(.query) { [pool, attempt] in
        try Self.kept(by: keeper, round: round) { () throws -> QuerySelection in
          try choice(attempt, of: wanted, from: pool, learner: learner, context: context, using: random)
        }
      }
      precondition(
        !selection.indices.isEmpty && selection.indices.count <= wanted,
        "strategy \(name) chose \(selection.indices.count) samples of \(wanted) wanted")
      // Fails if one is named twice or is not in the pool.
      pool.remove(selection.indices)
      report.figures.merge(selection.figures) { $1 }
      report.warnings += selection.warnings.filter { !report.warnings.contains($0) }
      let answers = try await data.answers(to: .pool(selection.indices), from: oracle, stopwatch: &stopwatch)
      state.add(poolIndices: selection.indices, answers: answers)
      asked += selection.indices
      exchange.answers += answers
      attempt += 1
    }
    exchange.queries = .pool(asked)
    exchange.stop = pool.count == 0 ? .poolExhausted : exchange.isFruitless ? .everythingRejected : nil
    return (exchange, report)
  }

  /// What the strategy chooses, or chose before the process was stopped.
  private func choice(
    _ attempt: Int, of wanted: Int, from pool: UnlabelledPool, learner: Subject, context: QueryContext,
    using source: RandomSource
  ) throws -> QuerySelection {
    let name = "query \(attempt)"
    let place = TrainingPlace(name, identity: source)
    if let saved = place.restored(), let selection = saved.value(QuerySelection.self, from: "selection") {
      return selection
    }
    var random = source
    let selection: QuerySelection
    do {
      selection = try TrainingPlace.within(name) { () throws -> QuerySelection in
        try strategy.selection(of: wanted, from: pool, learner: learner, context: context, using: &random)
      }
    } catch {
      try ExperimentError.checkCancellation(afterRound: context.round - 1)
      throw error
    }
    place.settle {
      var result = Checkpoint()
      result.add(selection, as: "selection")
      return result
    }
    return selection
  }

  // MARK: - Recording

  private func finish(
    _ exchange: Exchange, round: Int, report: QuerySelection, _ state: inout RunState, learner: Subject,
    _ seeds: ExperimentSeeds, _ stopwatch: inout Stopwatch
  ) -> PoolRoundOutcome {
    var memory = state.ledger.stopping
    let (metrics, rule) = stopwatch.measure(.evaluation) { [state] in
      var metrics = data.metrics(of: learner, scoringChunk: configuration.scoringChunk)
      for (name, figure) in state.ledger.fitFigures ?? [:] { metrics["learner.\(name)"] = figure }
      for (name, figure) in report.figures { metrics["strategy.\(name)"] = figure }
      let rule = stopReason(of: learner, metrics: &metrics, memory: &memory, state: state, seeds: seeds)
      return (metrics, rule)
    }
    let isSpent = state.ledger.labels.count >= configuration.budget
    let isEmpty = state.ledger.poolIndices.count + state.ledger.retired.count >= data.pool.shape[0]
    state.remember(memory)
    state.finish(
      round: round, stop: isSpent ? .budgetSpent : isEmpty ? .poolExhausted : exchange.stop ?? rule)
    let ledger = state.ledger
    var classCounts = [Int](repeating: 0, count: data.classCount)
    if let learner = learner as? any AnnotationLearner {
      classCounts = learner.classCounts(of: ledger.labels)
    } else {
      for label in ledger.labels { classCounts[label] += 1 }
    }
    guard case .pool(let indices) = exchange.queries else { preconditionFailure("a pool experiment asks its pool") }
    return PoolRoundOutcome(
      record: RoundRecord(
        scheme: ledger.scheme, seed: ledger.seed, round: round, labelled: ledger.labels.count,
        attempted: ledger.attempted, discarded: ledger.discarded, classCounts: classCounts, metrics: metrics),
      indices: indices, answers: exchange.answers, warnings: report.warnings, state: state,
      seconds: stopwatch.seconds)
  }
}

/// Everything about one round of a pool experiment.
public struct PoolRoundOutcome: Sendable {
  /// The line for the run's record. Figures of the learner are named `learner.…`, of the strategy `strategy.…`, of the
  /// rules that may end the run `stopping.…`.
  public var record: RoundRecord
  /// What was asked about, discarded samples included, in order.
  public var indices: [Int]
  /// One answer per index.
  public var answers: [Answer]
  /// What the strategy wants a person to know.
  public var warnings: [String]
  /// The state to continue from.
  public var state: RunState
  /// Seconds by phase, if a clock was passed; they are no part of the record.
  public var seconds: [Phase: Double]
}
