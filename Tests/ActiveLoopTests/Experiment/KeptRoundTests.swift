import ActiveLoop
import Models
import Synchronization
import Tensor
import TestSupport
import Testing

/// Random samples, and how often they were asked for in each round.
private final class Counting: ReportingStrategy {
  let queries = Mutex<[Int]>([])

  func selection(
    of count: Int, from pool: UnlabelledPool, learner: NeuralLearner<ToyNetwork>, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    queries.withLock { $0.append(context.round) }
    return QuerySelection(
      indices: random.sample(min(count, pool.count), from: pool.indices), figures: ["drawn": Double(random.uniform())])
  }
}

/// What a process leaves when it is stopped: records, the last state, and what the keeper holds.
private final class Process: Sendable {
  let records = Mutex<[RoundRecord]>([])
  let states = Mutex<[RunState]>([])
}

@Suite struct KeptRoundTests {
  private let pool = brightRows(60, seed: 21)

  private func run(_ strategy: Counting, keeper: MemoryKeeper, process: Process) async throws {
    let data = try ExperimentData(
      pool: pool.inputs, tests: [.init(name: "toy", inputs: pool.inputs, labels: pool.labels)],
      classNames: ["a", "b", "c"])
    var configuration = PoolExperimentConfiguration()
    (configuration.initial.count, configuration.batch, configuration.budget) = (6, 5, 16)
    let learner = try toyLearner { training in
      training.steps = 5
      training.refit = .warm
    }
    let experiment = try PoolExperiment(
      data: data, configuration: configuration, learner: learner, strategy: strategy, name: "counting")
    try await experiment.run(
      seeds: ExperimentSeeds(4), oracle: GroundTruthOracle(labels: pool.labels),
      continuing: process.states.withLock { $0.last }, keeper: keeper
    ) { outcome in
      process.records.withLock { $0.append(outcome.record) }
      process.states.withLock { $0.append(outcome.state) }
    }
  }

  /// Three rounds of five steps each.
  @Test(arguments: 1...14) func aRoundGoesOnAndChoosesNothingTwice(step: Int) async throws {
    let whole = Process()
    try await run(Counting(), keeper: MemoryKeeper(), process: whole)

    let (keeper, process, strategy) = (MemoryKeeper(), Process(), Counting())
    keeper.stop(at: step)
    let first = Task { try await run(strategy, keeper: keeper, process: process) }
    // A training that was stopped at its last step has ended; the task is noticed to be cancelled in the next round.
    await #expect(throws: ExperimentError.self) { try await first.value }
    keeper.letGo()
    try await Task { try await run(strategy, keeper: keeper, process: process) }.value
    #expect(process.records.withLock { $0 } == whole.records.withLock { $0 })
    #expect(keeper.steps <= 15 - step, "steps that were kept were made again")
    #expect(strategy.queries.withLock { $0 } == [1, 2])
  }
}
