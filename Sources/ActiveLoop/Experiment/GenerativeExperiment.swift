internal import Tensor

/// The experiment of the GAAL paper: a scheme buys labels in rounds, the learner is refitted after each and tested.
///
/// Everything random is drawn from streams named by their use and the round, so a run that continues from a saved state
/// ends with the same bits as one that was never stopped, and all schemes start from the same labelled samples under
/// one seed. The oracle must answer the same sample the same way for that to hold, or its answers must be kept.
public struct GenerativeExperiment<Subject: MarginLearner, Generator: ImageGenerator>: Sendable {
  /// What it runs on.
  public let data: ExperimentData
  /// The settings.
  public let configuration: GenerativeExperimentConfiguration
  /// The untrained learner that every fit starts from.
  public let learner: Subject
  /// G; schemes that synthesize need it.
  public let generator: Generator?

  /// Throws ``ExperimentError/badConfiguration(_:)`` if a setting makes no sense.
  public init(
    data: ExperimentData, configuration: GenerativeExperimentConfiguration, learner: Subject, generator: Generator?
  ) throws(ExperimentError) {
    try configuration.validate()
    self.data = data
    self.configuration = configuration
    self.learner = learner
    self.generator = generator
  }

  /// Runs one scheme with one seed, from the start or from where `saved` left it, and returns the last state.
  ///
  /// - Parameters:
  ///   - scheme: how samples are found.
  ///   - seed: of every random choice.
  ///   - oracle: knows the labels; asked about the pool by index, and about synthesized inputs.
  ///   - saved: the state after a finished round, of the same scheme, seed, data and configuration.
  ///   - clock: seconds since any moment, to measure the phases of a round with; none are measured without it.
  ///   - onRound: called once per finished round; what it throws ends the run. A run that continues does not repeat
  ///     the rounds before.
  /// - Throws: ``ExperimentError``, and what oracle, learner and `onRound` throw. Cancelling the task is noticed
  ///   between questions to the oracle; the rounds that were reported stay valid.
  @discardableResult
  nonisolated(nonsending) public func run(
    _ scheme: Scheme, seed: Int, oracle: some Oracle, continuing saved: RunState? = nil,
    clock: (() -> Double)? = nil, onRound: (RoundOutcome) throws -> Void
  ) async throws -> RunState {
    if let saved, saved.ledger.scheme != scheme.rawValue || saved.ledger.seed != seed {
      throw ExperimentError.stateMismatch(
        "it is of scheme \(saved.ledger.scheme), seed \(saved.ledger.seed), "
          + "not of \(scheme.rawValue), seed \(seed)")
    }
    if scheme.needsGenerator, generator == nil { throw ExperimentError.generatorMissing(scheme) }
    if let saved, saved.ledger.stop != nil { return saved }
    var stopwatch = Stopwatch(clock: clock)
    var state = saved ?? RunState(scheme: scheme.rawValue, seed: seed)
    var current: Subject
    if saved == nil {
      let first = try await firstExchange(scheme: scheme, seed: seed, oracle: oracle, stopwatch: &stopwatch)
      state = first.state
      if scheme == .supervised { state.finish(round: 0, stop: .budgetSpent) }
      current = try fitted(to: state, stopwatch: &stopwatch)
      try onRound(outcome(of: first.exchange, state: state, learner: current, stopwatch: &stopwatch))
    } else {
      current = try fitted(to: state, stopwatch: &stopwatch)
    }
    while state.ledger.stop == nil {
      guard state.ledger.labels.count < configuration.budget else {
        state.finish(round: state.ledger.round, stop: .budgetSpent)
        break
      }
      stopwatch = Stopwatch(clock: clock)
      let round = state.ledger.round + 1
      let exchange = try await ask(
        inRound: round, learner: current, oracle: oracle, state: &state, stopwatch: &stopwatch)
      state.finish(round: round, stop: exchange.stop ?? (isSpent(state) ? .budgetSpent : nil))
      if exchange.answers.contains(where: { $0.label != nil }) {
        current = try fitted(to: state, stopwatch: &stopwatch)
      }
      try onRound(outcome(of: exchange, state: state, learner: current, stopwatch: &stopwatch))
    }
    return state
  }

  private func isSpent(_ state: RunState) -> Bool { state.ledger.labels.count >= configuration.budget }

  /// A learner fitted afresh to the samples of `state`.
  private func fitted(to state: RunState, stopwatch: inout Stopwatch) throws -> Subject {
    let samples = try state.samples(of: data)
    var random = RandomSource(seed: state.ledger.seed).stream("fit", state.ledger.round)
    var fresh = learner
    try stopwatch.measure(.fit) { try fresh.fit(samples, using: &random) }
    return fresh
  }

  private func outcome(
    of exchange: Exchange, state: RunState, learner: Subject, stopwatch: inout Stopwatch
  ) -> RoundOutcome {
    let figures = stopwatch.measure(.evaluation) { data.metrics(of: learner, scoringChunk: configuration.scoringChunk) }
    let after = exchange.answers.isEmpty ? [] : distances(of: exchange.queries, learner: learner)
    let ledger = state.ledger
    var classCounts = [Int](repeating: 0, count: data.classCount)
    for label in ledger.labels { classCounts[label] += 1 }
    return RoundOutcome(
      record: RoundRecord(
        scheme: ledger.scheme, seed: ledger.seed, round: ledger.round, labelled: ledger.labels.count,
        attempted: ledger.attempted, discarded: ledger.discarded, classCounts: classCounts, metrics: figures),
      queries: exchange.queries, latents: exchange.latents, answers: exchange.answers,
      distancesBefore: exchange.distances, distancesAfter: after, restarts: exchange.restarts, state: state,
      seconds: stopwatch.seconds)
  }

  /// Distances of queries from the boundary.
  func distances(of queries: Query, learner: Subject) -> [Float] {
    switch queries {
    case .synthesized(let inputs): distances(of: inputs, learner: learner)
    case .pool(let indices):
      stride(from: 0, to: indices.count, by: configuration.scoringChunk).flatMap { start in
        let chunk = Array(indices[start..<min(start + configuration.scoringChunk, indices.count)])
        return distances(of: data.pool.gathered(rows: chunk), learner: learner)
      }
    }
  }

  func distances(of inputs: Tensor, learner: Subject) -> [Float] {
    inputs.shape[0] == 0 ? [] : boundaryDistances(ofDecisionValues: learner.decisionValues(for: inputs))
  }
}

/// Adds up the seconds of each phase, if there is a clock.
struct Stopwatch {
  let clock: (() -> Double)?
  private(set) var seconds: [Phase: Double] = [:]

  init(clock: (() -> Double)?) { self.clock = clock }

  mutating func measure<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
    guard let clock else { return try body() }
    let start = clock()
    defer { seconds[phase, default: 0] += clock() - start }
    return try body()
  }

  nonisolated(nonsending) mutating func measureWaiting<Result>(
    _ phase: Phase, for body: nonisolated(nonsending) () async throws -> Result
  ) async rethrows -> Result {
    guard let clock else { return try await body() }
    let start = clock()
    let result = try await body()
    seconds[phase, default: 0] += clock() - start
    return result
  }
}

extension GenerativeExperiment where Subject == SupportVectorLearner {
  /// With the support vector machine that the configuration describes.
  public init(
    data: ExperimentData, configuration: GenerativeExperimentConfiguration, generator: Generator?
  ) throws(ExperimentError) {
    try self.init(
      data: data, configuration: configuration,
      learner: SupportVectorLearner(configuration.learner, unlabelled: data.pool), generator: generator)
  }
}
