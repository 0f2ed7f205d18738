internal import Tensor

/// The questions of one round and their answers.
struct Exchange {
  var queries: Query
  var latents: Tensor?
  var answers: [Answer] = []
  /// From the boundary of the learner that asked.
  var distances: [Float] = []
  var restarts = 0
  var stop: StopReason?

  var isFruitless: Bool { !answers.contains { $0.label != nil } }
}

extension GenerativeExperiment {
  /// One round of questions: until the batch has its labels, nothing is left to ask about, or the limit of attempts is
  /// reached. Discarded samples cost an attempt and no label, so others are asked about in their place.
  nonisolated(nonsending) func ask(
    inRound round: Int, learner: Subject, oracle: some Oracle, state: inout RunState, stopwatch: inout Stopwatch
  ) async throws -> Exchange {
    let source: QuerySource<Subject>? = try Scheme(rawValue: state.ledger.scheme)?.source(
      inRound: round, configuration: configuration, generator: generator, learner: Subject.self)
    switch source {
    case .pool(let strategy):
      return try await askAboutPool(
        strategy, inRound: round, learner: learner, oracle: oracle, state: &state, stopwatch: &stopwatch)
    case .synthesis(let synthesizer):
      return try await askAboutSynthesized(
        synthesizer, inRound: round, learner: learner, oracle: oracle, state: &state, stopwatch: &stopwatch)
    case nil: throw ExperimentError.stateMismatch("scheme \(state.ledger.scheme) has no rounds to continue")
    }
  }

  nonisolated(nonsending) private func askAboutPool(
    _ strategy: QuerySource<Subject>.Strategy, inRound round: Int, learner: Subject, oracle: some Oracle,
    state: inout RunState, stopwatch: inout Stopwatch
  ) async throws -> Exchange {
    var pool = UnlabelledPool(inputs: data.pool)
    pool.remove(state.ledger.poolIndices + state.ledger.retired)
    var (asked, exchange, attempt) = ([Int](), Exchange(queries: .pool([])), 0)
    let target = target(after: state)
    while state.ledger.labels.count < target, asked.count < attemptLimit, pool.count > 0 {
      try ExperimentError.checkCancellation(afterRound: round - 1)
      let wanted = min(target - state.ledger.labels.count, attemptLimit - asked.count)
      var random = stream("query", round: round, attempt: attempt, seed: state.ledger.seed)
      let indices = try stopwatch.measure(.query) { [pool] in try strategy(wanted, pool, learner, &random) }
      precondition(
        !indices.isEmpty && indices.count <= wanted, "a strategy chose \(indices.count) samples of \(wanted) wanted")
      pool.remove(indices)
      let answers = try await data.answers(to: .pool(indices), from: oracle, stopwatch: &stopwatch)
      state.add(poolIndices: indices, answers: answers)
      asked += indices
      exchange.answers += answers
      attempt += 1
    }
    exchange.queries = .pool(asked)
    exchange.distances = distances(of: exchange.queries, learner: learner)
    exchange.stop = pool.count == 0 ? .poolExhausted : exchange.isFruitless ? .everythingRejected : nil
    return exchange
  }

  nonisolated(nonsending) private func askAboutSynthesized(
    _ synthesizer: QuerySource<Subject>.Synthesizer, inRound round: Int, learner: Subject, oracle: some Oracle,
    state: inout RunState, stopwatch: inout Stopwatch
  ) async throws -> Exchange {
    var exchange = Exchange(queries: .pool([]))
    var (inputs, latents) = (Tensor.zeros([0]), Tensor.zeros([0]))
    var (spent, attempt) = (0, 0)
    let target = target(after: state)
    while state.ledger.labels.count < target, spent < attemptLimit {
      try ExperimentError.checkCancellation(afterRound: round - 1)
      let wanted = min(target - state.ledger.labels.count, attemptLimit - spent)
      // What was wanted counts, not what was made: a synthesizer that makes nothing comes to an end too.
      spent += wanted
      var random = stream("query", round: round, attempt: attempt, seed: state.ledger.seed)
      let made = try stopwatch.measure(.query) { try synthesizer(wanted, learner, &random) }
      attempt += 1
      exchange.restarts += made.restarts
      guard made.inputs.shape[0] > 0 else { continue }
      precondition(
        made.inputs.shape.dropFirst() == data.pool.shape.dropFirst(),
        "synthesized samples of shape \(made.inputs.shape) for a pool of shape \(data.pool.shape)")
      let answers = try await data.answers(to: .synthesized(made.inputs), from: oracle, stopwatch: &stopwatch)
      state.add(made, answers: answers)
      exchange.answers += answers
      exchange.distances += distances(of: made.inputs, learner: learner)
      inputs = appended(made.inputs, to: inputs)
      latents = appended(made.latents, to: latents)
    }
    exchange.queries = .synthesized(inputs)
    exchange.latents = latents
    if exchange.isFruitless { exchange.stop = exchange.answers.isEmpty ? .nothingSynthesized : .everythingRejected }
    return exchange
  }

  private func target(after state: RunState) -> Int {
    min(state.ledger.labels.count + configuration.batch, configuration.budget)
  }

  private var attemptLimit: Int { configuration.batch * configuration.attemptsPerLabel }

  private func stream(_ name: String, round: Int, attempt: Int, seed: Int) -> RandomSource {
    RandomSource(seed: seed).stream(name, round).stream("attempt", attempt)
  }

}

extension ExperimentData {
  /// Asks, and checks what comes back.
  nonisolated(nonsending) func answers(
    to query: Query, from oracle: some Oracle, stopwatch: inout Stopwatch
  ) async throws -> [Answer] {
    let answers = try await stopwatch.measureWaiting(.oracle) { try await oracle.answer(query) }
    guard answers.count == query.count else {
      throw OracleError.wrongAnswerCount(expected: query.count, found: answers.count)
    }
    for case .label(let label) in answers where !classNames.indices.contains(label) {
      throw OracleError.labelOutOfRange(label: label, classCount: classCount)
    }
    return answers
  }
}
