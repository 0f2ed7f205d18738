import ActiveLoop
import Foundation
import Synchronization
import Tensor
import Testing

/// Clouds of points as an experiment small enough to run in milliseconds.
struct ToyExperiment {
  typealias Engine = GenerativeExperiment<NearestMean, ToyGenerator>

  var clouds = Clouds()
  var poolCount = 120
  var configuration: GenerativeExperimentConfiguration = {
    var configuration = GenerativeExperimentConfiguration()
    configuration.initialLabels = 8
    configuration.batch = 4
    configuration.budget = 28
    configuration.synthesis.steps = 15
    configuration.synthesis.learningRate = 0.05
    configuration.synthesis.minimumContrast = 0
    return configuration
  }()

  var labels: [Int] { clouds.samples(poolCount, seed: 21).labels }

  func engine() throws -> Engine {
    let test = clouds.samples(200, seed: 22)
    let shifted = clouds.samples(100, seed: 23)
    return try Engine(
      data: ExperimentData(
        pool: clouds.samples(poolCount, seed: 21).inputs,
        tests: [
          .init(name: "same", inputs: test.inputs, labels: test.labels),
          .init(name: "other", inputs: shifted.inputs, labels: shifted.labels),
        ],
        classNames: clouds.centres.indices.map { "class \($0)" }),
      configuration: configuration, learner: NearestMean(), generator: .plane)
  }

  /// Ground truth for the pool; for what is synthesized, the clouds' own posterior with a threshold.
  func oracle(threshold: Float = 0.6, labels: [Int]? = nil) -> some Oracle {
    let clouds = clouds
    return RoutedOracle(
      pool: GroundTruthOracle(labels: labels ?? self.labels),
      synthesized: ClassifierOracle(threshold: threshold) { clouds.probabilities(of: $0) })
  }

  func outcomes(
    _ scheme: Scheme, seed: Int = 1, oracle: (any Oracle)? = nil, continuing state: RunState? = nil
  ) async throws -> [RoundOutcome] {
    var outcomes: [RoundOutcome] = []
    func run(_ oracle: some Oracle) async throws {
      try await engine().run(scheme, seed: seed, oracle: oracle, continuing: state) { outcomes.append($0) }
    }
    if let oracle { try await run(oracle) } else { try await run(self.oracle()) }
    return outcomes
  }
}

@Suite("GenerativeExperiment")
struct GenerativeExperimentTests {
  private let toy = ToyExperiment()

  @Test("rounds buy the batch until the budget is spent, and count what they do", arguments: Scheme.allCases)
  func rounds(scheme: Scheme) async throws {
    let outcomes = try await toy.outcomes(scheme)
    let records = outcomes.map(\.record)
    if scheme == .supervised {
      #expect(records.map(\.labelled) == [120])
    } else {
      #expect(records.map(\.labelled) == [8, 12, 16, 20, 24, 28])
      #expect(records.map(\.round) == Array(0...5))
    }
    for (outcome, record) in zip(outcomes, records) {
      #expect(record.scheme == scheme.rawValue && record.seed == 1)
      #expect(record.classCounts.reduce(0, +) == record.labelled)
      #expect(record.attempted == record.labelled + record.discarded)
      #expect(Set(record.metrics.keys).isSuperset(of: ["accuracy", "accuracy.other", "balancedAccuracy.same"]))
      #expect(record.metrics["accuracy"] == record.metrics["accuracy.same"])
      #expect(record.metrics["learner.classes"] == 2)
      #expect(outcome.queries.count == outcome.answers.count)
      #expect(outcome.distancesAfter.count == outcome.answers.count)
      #expect(outcome.distancesBefore.count == (record.round == 0 ? 0 : outcome.answers.count))
      #expect(outcome.seconds.isEmpty)
    }
    #expect(outcomes.last?.state.ledger.stop == .budgetSpent)
    #expect(try #require(records.last?.metrics["accuracy"]) > 0.85)
  }

  @Test("the same seed gives the same records and queries, another seed others", arguments: Scheme.allCases)
  func determinism(scheme: Scheme) async throws {
    let (first, second) = (try await toy.outcomes(scheme), try await toy.outcomes(scheme))
    #expect(first.map(\.record) == second.map(\.record))
    #expect(first.map(\.state.ledger) == second.map(\.state.ledger))
    #expect(first.last?.state.synthesizedInputs.scalars == second.last?.state.synthesizedInputs.scalars)
    if scheme != .supervised {
      #expect(try await toy.outcomes(scheme, seed: 2).map(\.state.ledger.origins) != first.map(\.state.ledger.origins))
    }
  }

  @Test("one thread or two, the same bits")
  func threadCounts() async throws {
    let configured = ThreadPool.threadCount
    defer { ThreadPool.threadCount = configured }
    var toy = toy
    toy.poolCount = 3000
    ThreadPool.threadCount = 1
    let one = try await toy.outcomes(.mixed)
    ThreadPool.threadCount = 2
    let two = try await toy.outcomes(.mixed)
    #expect(one.map(\.record) == two.map(\.record))
    #expect(one.last?.state.synthesizedInputs.scalars == two.last?.state.synthesizedInputs.scalars)
  }

  @Test("all schemes start from the same labelled samples")
  func sharedStart() async throws {
    let first = try await toy.outcomes(.gaal)[0]
    for scheme in Scheme.allCases where scheme != .supervised {
      let start = try await toy.outcomes(scheme)[0]
      #expect(start.state.ledger.origins == first.state.ledger.origins)
      #expect(start.record.metrics == first.record.metrics)
    }
  }

  @Test("a run continued after any round ends as one that was never stopped", arguments: Scheme.allCases)
  func resume(scheme: Scheme) async throws {
    let whole = try await toy.outcomes(scheme)
    for (round, outcome) in whole.enumerated() {
      // Through JSON, as a saved run would go.
      let saved = try JSONEncoder().encode(outcome.state.ledger)
      let state = try RunState(
        ledger: JSONDecoder().decode(RunLedger.self, from: saved),
        synthesizedInputs: outcome.state.synthesizedInputs, synthesizedLatents: outcome.state.synthesizedLatents)
      let rest = try await toy.outcomes(scheme, continuing: state)
      #expect(rest.map(\.record) == whole.dropFirst(round + 1).map(\.record))
      #expect(rest.map(\.distancesAfter) == whole.dropFirst(round + 1).map(\.distancesAfter))
    }
  }

  @Test("labels of samples that were never asked about change nothing", arguments: [Scheme.svmActive, .random, .mixed])
  func hiddenLabels(scheme: Scheme) async throws {
    let plain = try await toy.outcomes(scheme)
    let last = try #require(plain.last)
    var trapped = [Int](repeating: 99, count: toy.poolCount)
    for index in last.state.ledger.poolIndices { trapped[index] = toy.labels[index] }
    let again = try await toy.outcomes(scheme, oracle: toy.oracle(labels: trapped))
    #expect(again.map(\.record) == plain.map(\.record))
  }

  @Test("discarded samples cost an attempt and no label, and synthesized ones are asked again")
  func discarded() async throws {
    let strict = try await toy.outcomes(.gaal, oracle: toy.oracle(threshold: 0.62))
    let last = try #require(strict.last)
    #expect(last.record.discarded > 0)
    #expect(last.record.labelled == 28)
    #expect(last.record.attempted == 28 + last.record.discarded)
    #expect(last.state.synthesizedInputs.shape == [20, 1, 2, 1])
    let answers = strict.flatMap(\.answers)
    #expect(answers.count == last.record.attempted)
    #expect(answers.count { $0 == .cannotTell } == last.record.discarded)
  }

  @Test("an oracle that rejects everything ends the run at the limit of attempts")
  func endlessRejection() async throws {
    let oracle = RoutedOracle(
      pool: GroundTruthOracle(labels: toy.labels),
      synthesized: ClassifierOracle { Tensor(repeating: 0.5, shape: [$0.shape[0], 2]) })
    for scheme in [Scheme.gaal, .simpleGAN] {
      let outcomes = try await toy.outcomes(scheme, oracle: oracle)
      #expect(outcomes.count == 2)
      #expect(outcomes[1].state.ledger.stop == .everythingRejected)
      #expect(outcomes[1].record.labelled == 8)
      #expect(outcomes[1].record.discarded == 80)
    }
  }

  @Test("an unrecognisable sample of the pool is not asked about twice")
  func retired() async throws {
    let clouds = toy.clouds
    let inputs = clouds.samples(toy.poolCount, seed: 21).inputs
    let oracle = ClassifierOracle(threshold: 0.9, pool: inputs) { clouds.probabilities(of: $0, sharpness: 20) }
    let outcomes = try await toy.outcomes(.svmActive, oracle: oracle)
    var asked: [Int] = []
    for outcome in outcomes {
      if case .pool(let indices) = outcome.queries { asked += indices }
    }
    #expect(Set(asked).count == asked.count)
    let last = try #require(outcomes.last)
    #expect(last.record.discarded > 0)
    #expect(last.state.ledger.retired.count == last.record.discarded)
  }

  @Test("the pool runs out before the budget")
  func exhaustedPool() async throws {
    var small = toy
    small.poolCount = 18
    let outcomes = try await small.outcomes(.random)
    #expect(outcomes.map(\.record.labelled) == [8, 12, 16, 18])
    #expect(outcomes.last?.state.ledger.stop == .poolExhausted)
  }

  @Test("the mixed scheme draws from the pool once after every so many rounds of synthesis")
  func mixed() async throws {
    var toy = toy
    toy.configuration.synthesisRoundsPerRandomRound = 2
    let kinds = try await toy.outcomes(.mixed).dropFirst().map { outcome in
      if case .pool = outcome.queries { "pool" } else { "synthesized" }
    }
    #expect(kinds == ["synthesized", "synthesized", "pool", "synthesized", "synthesized"])
  }

  @Test("more than two classes run through the same engine", arguments: Scheme.allCases)
  func threeClasses(scheme: Scheme) async throws {
    var toy = toy
    toy.clouds = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)], spread: 0.1)
    let outcomes = try await toy.outcomes(scheme, oracle: toy.oracle(threshold: 0.5))
    let last = try #require(outcomes.last)
    #expect(last.record.classCounts.count == 3)
    #expect(try #require(last.record.metrics["accuracy"]) > 0.85)
  }

  @Test("a rare class is found: its first sample takes a place among the initial ones")
  func rareClass() async throws {
    var labels = [Int](repeating: 0, count: toy.poolCount)
    labels[77] = 1
    let oracle = toy.oracle(labels: labels)
    for seed in 1...3 {
      let start = try await toy.outcomes(.random, seed: seed, oracle: oracle)[0]
      #expect(start.record.classCounts == [7, 1])
      #expect(start.record.attempted == 8)
      #expect(start.state.ledger.poolIndices.contains(77))
    }
    let one = toy.oracle(labels: [Int](repeating: 0, count: toy.poolCount))
    await #expect(throws: ExperimentError.classMissing(name: "class 1", looked: 120)) {
      try await toy.outcomes(.random, oracle: one)
    }
  }

  @Test("phases are timed by the caller's clock")
  func clock() async throws {
    var (now, outcomes) = (0.0, [RoundOutcome]())
    try await toy.engine().run(
      .gaal, seed: 1, oracle: toy.oracle(),
      clock: {
        now += 1
        return now
      }
    ) { outcomes.append($0) }
    #expect(Set(outcomes[0].seconds.keys) == [.oracle, .fit, .evaluation])
    #expect(Set(outcomes[1].seconds.keys) == Set(Phase.allCases))
    #expect(outcomes[1].seconds[.fit] == 1)
    let plain = try await toy.outcomes(.gaal)
    #expect(outcomes.map(\.record) == plain.map(\.record))
  }

  @Test("a cancelled run says after which round, and can be continued")
  func cancellation() async throws {
    let toy = toy
    let kept = Mutex<[RoundOutcome]>([])
    let task = Task {
      try await toy.engine().run(.random, seed: 1, oracle: toy.oracle()) { outcome in
        kept.withLock { $0.append(outcome) }
        if outcome.record.round == 2 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    let result = await task.result
    #expect(throws: ExperimentError.cancelled(afterRound: 2)) { try result.get() }
    let outcomes = kept.withLock { $0 }
    #expect(outcomes.count == 3)
    let rest = try await toy.outcomes(.random, continuing: outcomes[2].state)
    #expect((outcomes + rest).map(\.record) == (try await toy.outcomes(.random)).map(\.record))
  }

  @Test("what a callback throws ends the run")
  func callbackError() async throws {
    struct Full: Error {}
    await #expect(throws: Full.self) {
      try await toy.engine().run(.random, seed: 1, oracle: toy.oracle()) { _ in throw Full() }
    }
  }
}

@Suite("What an experiment refuses")
struct ExperimentErrorTests {
  private let toy = ToyExperiment()

  @Test("settings that make no sense are named")
  func badConfiguration() throws {
    let changes: [(String, (inout GenerativeExperimentConfiguration) -> Void)] = [
      ("batch", { $0.batch = 0 }), ("budget", { $0.budget = 3 }), ("initialLabels", { $0.initialLabels = 1 }),
      ("attemptsPerLabel", { $0.attemptsPerLabel = 0 }), ("synthesis", { $0.synthesis.steps = 0 }),
      ("learningRate", { $0.synthesis.learningRate = .nan }), ("scoringChunk", { $0.scoringChunk = 0 }),
      ("oracle.threshold", { $0.oracle.threshold = 1.5 }), ("restartLimit", { $0.synthesis.restartLimit = -1 }),
      ("synthesisRounds", { $0.synthesisRoundsPerRandomRound = 0 }),
    ]
    for (name, change) in changes {
      var toy = toy
      change(&toy.configuration)
      let error = #expect(throws: ExperimentError.self) { try toy.engine() }
      #expect(error?.description.contains(name) == true)
    }
  }

  @Test("data that do not fit together")
  func badData() {
    let (inputs, labels) = Clouds().samples(10, seed: 1)
    func data(
      pool: Tensor = inputs, tests: [ExperimentData.TestSet] = [.init(name: "t", inputs: inputs, labels: labels)],
      classNames: [String] = ["a", "b"]
    ) throws(ExperimentError) { _ = try ExperimentData(pool: pool, tests: tests, classNames: classNames) }
    #expect(throws: Never.self) { try data() }
    #expect(throws: ExperimentError.self) { try data(pool: .zeros([0, 1, 2, 1])) }
    #expect(throws: ExperimentError.self) { try data(pool: .zeros([5, 2, 2, 1])) }
    #expect(throws: ExperimentError.self) { try data(tests: []) }
    #expect(throws: ExperimentError.self) { try data(classNames: ["a"]) }
    #expect(throws: ExperimentError.self) { try data(tests: [.init(name: "t", inputs: inputs, labels: [0])]) }
    #expect(throws: ExperimentError.self) {
      try data(tests: [.init(name: "t", inputs: inputs, labels: [Int](repeating: 2, count: 10))])
    }
  }

  @Test("a state of another run, or of other data")
  func stateMismatch() async throws {
    let state = try #require(try await toy.outcomes(.random).first).state
    await #expect(throws: ExperimentError.self) { try await toy.outcomes(.gaal, continuing: state) }
    await #expect(throws: ExperimentError.self) { try await toy.outcomes(.random, seed: 2, continuing: state) }
    var smaller = toy
    smaller.poolCount = 5
    await #expect(throws: ExperimentError.self) { try await smaller.outcomes(.random, continuing: state) }
    var ledger = state.ledger
    ledger.labels.removeLast()
    #expect(throws: ExperimentError.self) {
      try RunState(ledger: ledger, synthesizedInputs: .zeros([0]), synthesizedLatents: .zeros([0]))
    }
    ledger = state.ledger
    ledger.origins[0] = .synthesized(3)
    #expect(throws: ExperimentError.self) {
      try RunState(ledger: ledger, synthesizedInputs: .zeros([1, 1, 2, 1]), synthesizedLatents: .zeros([1, 2]))
    }
    ledger.origins[0] = ledger.origins[1]
    #expect(throws: ExperimentError.self) {
      try RunState(ledger: ledger, synthesizedInputs: .zeros([0]), synthesizedLatents: .zeros([0]))
    }
  }

  @Test("a scheme that synthesizes needs a generator; one that does not runs without")
  func noGenerator() async throws {
    let plain = try toy.engine()
    let engine = try ToyExperiment.Engine(
      data: plain.data, configuration: toy.configuration, learner: NearestMean(), generator: nil)
    await #expect(throws: ExperimentError.generatorMissing(.gaal)) {
      try await engine.run(.gaal, seed: 1, oracle: toy.oracle()) { _ in }
    }
    try await engine.run(.svmActive, seed: 1, oracle: toy.oracle()) { _ in }
  }

  @Test("an oracle that answers too little, or with a class that is not there")
  func badOracle() async throws {
    struct Terse: Oracle {
      func answer(_ query: Query) async throws -> [Answer] { [.label(0)] }
    }
    await #expect(throws: OracleError.wrongAnswerCount(expected: 8, found: 1)) {
      try await toy.outcomes(.random, oracle: Terse())
    }
    let oracle = toy.oracle(labels: [Int](repeating: 2, count: toy.poolCount))
    await #expect(throws: OracleError.labelOutOfRange(label: 2, classCount: 2)) {
      try await toy.outcomes(.random, oracle: oracle)
    }
  }

  @Test("more initial labels than samples")
  func poolTooSmall() async throws {
    var toy = toy
    toy.poolCount = 5
    await #expect(throws: ExperimentError.poolTooSmall(needed: 8, found: 5)) { try await toy.outcomes(.random) }
  }

  @Test("a configuration survives JSON with every setting written out")
  func configurationCoding() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(GenerativeExperimentConfiguration())
    #expect(try JSONDecoder().decode(GenerativeExperimentConfiguration.self, from: data) == .init())
    let text = String(decoding: data, as: UTF8.self)
    for expected in [#""batch":10"#, #""budget":350"#, #""initialLabels":50"#, #""steps":100"#, #""tolerance":0"#] {
      #expect(text.contains(expected))
    }
  }
}
