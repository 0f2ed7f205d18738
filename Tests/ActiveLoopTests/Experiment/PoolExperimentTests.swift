import ActiveLoop
import Foundation
import Models
import Synchronization
import Tensor
import Testing

/// Reports, needs the labels, and asks for the samples nearest to none of the labelled ones of class 0.
private struct Nosy: ReportingStrategy {
  func selection(
    of count: Int, from pool: UnlabelledPool, learner: NeuralLearner<ToyNetwork>, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    let samples = try context.labelledSamples(of: pool)
    return QuerySelection(
      indices: random.sample(min(count, pool.count), from: pool.indices),
      figures: ["seen": Double(samples.count), "round": Double(context.round)], warnings: ["nosy"])
  }
}

/// The least sure first.
private struct LeastConfident<Subject: ProbabilisticLearner>: QueryStrategy {
  func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let scores = try pool.scores { learner.probabilities(for: $0) }
    let classes = scores.shape[1]
    let top = (0..<pool.count).map { scores.scalars[$0 * classes..<($0 + 1) * classes].max() ?? 0 }
    return top.indices.sorted { (top[$0], $0) < (top[$1], $1) }.prefix(count).map { pool.indices[$0] }
  }
}

/// Remembers which samples it was asked about.
private final class Watched: Oracle {
  let labels: [Int]
  let asked = Mutex<[Int]>([])
  init(_ labels: [Int]) { self.labels = labels }

  func answer(_ query: Query) async throws -> [Answer] {
    guard case .pool(let indices) = query else { return [] }
    asked.withLock { $0 += indices }
    return indices.map { .label(labels[$0]) }
  }
}

@Suite struct PoolExperimentTests {
  let pool = brightRows(90, seed: 21)
  let test = brightRows(45, seed: 22)

  private var data: ExperimentData {
    get throws {
      try ExperimentData(
        pool: pool.inputs, tests: [.init(name: "toy", inputs: test.inputs, labels: test.labels)],
        classNames: ["a", "b", "c"])
    }
  }

  private func configuration(
    _ change: (inout PoolExperimentConfiguration) -> Void = { _ in }
  ) -> PoolExperimentConfiguration {
    var configuration = PoolExperimentConfiguration()
    (configuration.initial.count, configuration.batch, configuration.budget) = (6, 5, 24)
    configuration.stopping.stopSetSize = 40
    change(&configuration)
    return configuration
  }

  private typealias Toy = NeuralLearner<ToyNetwork>

  private func experiment<Strategy: QueryStrategy<Toy>>(
    _ strategy: Strategy, _ name: String, refit: NeuralTraining.Refit = .scratch,
    _ change: (inout PoolExperimentConfiguration) -> Void = { _ in }
  ) throws -> PoolExperiment<Toy, Strategy> {
    let learner = try toyLearner { training in
      training.refit = refit
      training.steps = 12
    }
    return try PoolExperiment(
      data: data, configuration: configuration(change), learner: learner, strategy: strategy, name: name)
  }

  @Test func roundsBuyTheBudgetAndNoSampleTwice() async throws {
    let experiment = try experiment(RandomSampling<Toy>(), "random")
    var records: [RoundRecord] = []
    let oracle = Watched(pool.labels)
    let last = try await experiment.run(seeds: ExperimentSeeds(1), oracle: oracle) { records.append($0.record) }
    #expect(records.map(\.labelled) == [6, 11, 16, 21, 24])
    #expect(last.ledger.stop == .budgetSpent)
    let asked = oracle.asked.withLock { $0 }
    #expect(asked.count == 24 && Set(asked).count == 24 && asked == last.ledger.poolIndices)
    #expect(records.allSatisfy { $0.metrics["accuracy"] != nil && $0.metrics["learner.loss"] != nil })
  }

  @Test func aRunThatGoesOnEndsWithTheSameBytes() async throws {
    for refit in [NeuralTraining.Refit.scratch, .warm, .shrinkPerturb(shrink: 0.6, noise: 0.01)] {
      let experiment = try experiment(LeastConfident<Toy>(), "least", refit: refit) { $0.stopping.agreement = 1 }
      let oracle = GroundTruthOracle(labels: pool.labels)
      var whole: [RoundRecord] = []
      var states: [RunState] = []
      let last = try await experiment.run(seeds: ExperimentSeeds(2), oracle: oracle) { outcome in
        whole.append(outcome.record)
        states.append(outcome.state)
      }
      for (round, state) in states.enumerated() {
        // Through bytes, as a run directory would.
        let ledger = try JSONDecoder().decode(RunLedger.self, from: JSONEncoder().encode(state.ledger))
        let saved = try RunState(ledger: ledger, carried: state.carried)
        var rest: [RoundRecord] = []
        let end = try await experiment.run(seeds: ExperimentSeeds(2), oracle: oracle, continuing: saved) {
          rest.append($0.record)
        }
        #expect(rest == Array(whole.dropFirst(round + 1)), "\(refit.method) after round \(round)")
        #expect(end.ledger == last.ledger)
        #expect(end.carried.map { $0.tensor.scalars } == last.carried.map { $0.tensor.scalars })
      }
    }
  }

  @Test func labelsThatWereNotBoughtDoNotMatter() async throws {
    let experiment = try experiment(LeastConfident<Toy>(), "least")
    let honest = try await experiment.run(
      seeds: ExperimentSeeds(3), oracle: GroundTruthOracle(labels: pool.labels)
    ) { _ in }
    // Another class for every sample that was not asked about.
    let bought = Set(honest.ledger.poolIndices)
    let trap = pool.labels.enumerated().map { bought.contains($0) ? $1 : ($1 + 1) % 3 }
    let trapped = try await experiment.run(
      seeds: ExperimentSeeds(3), oracle: GroundTruthOracle(labels: trap)
    ) { _ in }
    #expect(trapped.ledger == honest.ledger)
  }

  @Test func strategiesStartFromTheSameLabels() async throws {
    func initial(_ experiment: PoolExperiment<Toy, some QueryStrategy<Toy>>, _ seeds: ExperimentSeeds) async throws
      -> [Int]
    {
      var found: [Int] = []
      try await experiment.run(seeds: seeds, oracle: GroundTruthOracle(labels: pool.labels)) { outcome in
        if outcome.record.round == 0 { found = outcome.indices }
      }
      return found
    }
    let one = try await initial(try experiment(RandomSampling<Toy>(), "random"), ExperimentSeeds(4))
    let two = try await initial(try experiment(LeastConfident<Toy>(), "least"), ExperimentSeeds(4))
    #expect(one == two)
    #expect(try await initial(try experiment(RandomSampling<Toy>(), "random"), ExperimentSeeds(5)) != one)
    // The initial set follows its own seed alone.
    var seeds = ExperimentSeeds(9)
    seeds.initial = 4
    #expect(try await initial(try experiment(RandomSampling<Toy>(), "random"), seeds) == one)
  }

  @Test func initialSetsAreStratifiedOrBiased() async throws {
    func counts(_ change: @escaping (inout InitialSet) -> Void) async throws -> [Int] {
      var found: [Int] = []
      let experiment = try experiment(RandomSampling<Toy>(), "random") { change(&$0.initial) }
      try await experiment.run(seeds: ExperimentSeeds(6), oracle: GroundTruthOracle(labels: pool.labels)) { outcome in
        if outcome.record.round == 0 {
          found = outcome.record.classCounts
          #expect(outcome.record.attempted == outcome.record.labelled)
        }
      }
      return found
    }
    #expect(try await counts { ($0.method, $0.count) = (.stratified, 6) } == [2, 2, 2])
    #expect(try await counts { ($0.method, $0.count) = (.stratified, 8) }.sorted() == [2, 3, 3])
    let given = try await counts { ($0.method, $0.count, $0.missing) = (.biased, 10, [1]) }
    #expect(given[1] == 0 && given.reduce(0, +) == 10 && given[0] > 0 && given[2] > 0)
    let drawn = try await counts { ($0.method, $0.count, $0.missingCount) = (.biased, 10, 2) }
    #expect(drawn.sorted() == [0, 0, 10])
  }

  @Test func strategiesSeeWhatWasBoughtAndMayReport() async throws {
    var outcomes: [PoolRoundOutcome] = []
    let experiment = try experiment(Nosy(), "nosy")
    try await experiment.run(seeds: ExperimentSeeds(1), oracle: GroundTruthOracle(labels: pool.labels)) {
      outcomes.append($0)
    }
    #expect(outcomes.map { $0.record.metrics["strategy.seen"] } == [nil, 6, 11, 16, 21])
    #expect(outcomes.map { $0.record.metrics["strategy.round"] } == [nil, 1, 2, 3, 4])
    #expect(outcomes.map(\.warnings) == [[], ["nosy"], ["nosy"], ["nosy"], ["nosy"]])
    var random = RandomSource(seed: 1)
    #expect(throws: ContextMissing.self) {
      try Nosy().query(1, from: UnlabelledPool(inputs: pool.inputs), learner: toyLearner(), using: &random)
    }
  }

  @Test func rulesEndARun() async throws {
    func stop(_ change: @escaping (inout StoppingRules) -> Void) async throws -> (StopReason?, [RoundRecord]) {
      var records: [RoundRecord] = []
      let experiment = try experiment(RandomSampling<Toy>(), "random") { configuration in
        configuration.budget = 80
        change(&configuration.stopping)
      }
      let last = try await experiment.run(
        seeds: ExperimentSeeds(7), oracle: GroundTruthOracle(labels: pool.labels)
      ) { records.append($0.record) }
      return (last.ledger.stop, records)
    }
    #expect(try await stop { _ in }.0 == .budgetSpent)
    let (target, reached) = try await stop { $0.target = 0.6 }
    #expect(target == .targetReached)
    #expect(reached.dropLast().allSatisfy { ($0.metrics["accuracy"] ?? 1) < 0.6 })
    #expect((reached.last?.metrics["accuracy"] ?? 0) >= 0.6)
    let (stable, agreed) = try await stop { ($0.agreement, $0.agreementWindow) = (0.9, 2) }
    #expect(stable == .predictionsStabilized)
    let last = agreed.suffix(2).compactMap { $0.metrics["stopping.agreement"] }
    #expect(last.count == 2 && last.reduce(0, +) / 2 >= 0.9)
    // Nothing is ever certain; then the most certain round but one sets the limit.
    let (spent, all) = try await stop { $0.uncertainty = 0 }
    #expect(spent == .budgetSpent)
    let threshold = try #require(all.compactMap { $0.metrics["stopping.uncertainty"] }.sorted().dropFirst().first)
    let (sure, uncertain) = try await stop { $0.uncertainty = threshold }
    #expect(sure == .uncertaintyLow)
    #expect(uncertain.dropLast().allSatisfy { ($0.metrics["stopping.uncertainty"] ?? 0) > threshold })
    #expect((uncertain.last?.metrics["stopping.uncertainty"] ?? 1) <= threshold)
  }

  @Test func kappaIsThatOfTheTextbook() {
    // Cohen 1960: observed 0.7, expected 0.5 of two raters of ten items.
    let first = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    #expect(abs(cohenKappa(first, [0, 0, 0, 0, 1, 1, 1, 1, 0, 0], classCount: 2) - 0.4) < 1e-12)
    #expect(cohenKappa(first, first, classCount: 2) == 1)
    #expect(cohenKappa([1, 1], [1, 1], classCount: 2) == 1)
    #expect(cohenKappa([0, 1], [1, 0], classCount: 2) == -1)
  }

  @Test func aCancelledRunSaysWhereItStopped() async throws {
    let experiment = try experiment(RandomSampling<Toy>(), "random")
    let labels = pool.labels
    let task = Task {
      var rounds = 0
      do {
        try await experiment.run(seeds: ExperimentSeeds(1), oracle: GroundTruthOracle(labels: labels)) { _ in
          rounds += 1
          if rounds == 2 { withUnsafeCurrentTask { $0?.cancel() } }
        }
        return nil as ExperimentError?
      } catch {
        return error as? ExperimentError
      }
    }
    #expect(await task.value == .cancelled(afterRound: 1))
  }

  @Test func anotherRunsStateIsRefused() async throws {
    let one = try experiment(RandomSampling<Toy>(), "random")
    let oracle = GroundTruthOracle(labels: pool.labels)
    let state = try await one.run(seeds: ExperimentSeeds(1), oracle: oracle) { _ in }
    await #expect(throws: ExperimentError.self) {
      try await one.run(seeds: ExperimentSeeds(2), oracle: oracle, continuing: state) { _ in }
    }
  }
}
