import ActiveLoop
import Models
import Tensor
import Testing

@Suite("VAAL's diagnostics")
struct VAALDiagnosticsTests {
  private func diagnostics(_ weighting: EvidenceBound.Weighting) throws -> VAALDiagnostics {
    var pool = UnlabelledPool(inputs: Bars.images(300, isVertical: { $0 % 2 == 0 }, seed: 1))
    let labelled = Array(0..<60)
    pool.remove(labelled)
    var configuration = Bars.configuration(steps: 250)
    configuration.width = 8
    configuration.losses.bound.weighting = weighting
    var random = RandomSource(seed: 2)
    var sampler = try VAALSampler(configuration, imageShape: [8, 8, 1], using: &random)
    try sampler.train(on: pool, labelled: labelled, using: &random)
    #expect(sampler.heldIndices.count == 24 && Set(sampler.heldIndices).isSubset(of: pool.indices))
    return try sampler.diagnostics(on: pool, labelled: labelled)
  }

  @Test("codes that say something of the images")
  func healthy() throws {
    let codes = try #require(try diagnostics(.perImageSums).codes)
    #expect(codes.activeUnits >= 2 && codes.divergence > 1)
    // The variance of a pixel is about 0.07; a mean image has that error.
    #expect(codes.reconstructionError < 0.05)
  }

  @Test("the released weighting makes them say nothing, and that is told")
  func collapsed() throws {
    let found = try diagnostics(.releasedCode)
    let codes = try #require(found.codes)
    #expect(codes.activeUnits < 2 && codes.divergence < 0.5)
    #expect(found.warnings.contains { $0.contains("collapsed") })
  }

  @Test("what is told when")
  func warnings() {
    func warnings(_ divergence: Double, _ units: Int, _ labelled: Double, _ unlabelled: Double) -> Int {
      let codes = VAALDiagnostics.Codes(reconstructionError: 0.01, divergence: divergence, activeUnits: units)
      return VAALDiagnostics(codes: codes, labelledAccuracy: labelled, unlabelledAccuracy: unlabelled).warnings.count
    }
    #expect(warnings(20, 9, 0.9, 0.8) == 0)
    #expect(warnings(20, 1, 0.9, 0.8) == 1)
    #expect(warnings(0.05, 9, 0.9, 0.8) == 1)
    // Everything taken for labelled: right half of the time.
    #expect(warnings(20, 9, 1, 0.05) == 1)
    #expect(warnings(0, 0, 0.5, 0.5) == 2)
    let direct = VAALDiagnostics(codes: nil, labelledAccuracy: 0.9, unlabelledAccuracy: 0.9)
    #expect(direct.warnings.isEmpty && direct.figures.count == 2)
  }

  @Test("a run that was stopped and goes on ends with the same bits")
  func resuming() async throws {
    let images = Bars.images(80, isVertical: { $0 % 2 == 0 }, seed: 3)
    let labels = (0..<80).map { $0 % 2 }
    var configuration = PoolExperimentConfiguration()
    (configuration.initial.count, configuration.batch, configuration.budget) = (8, 6, 20)
    let experiment = try PoolExperiment(
      data: ExperimentData(
        pool: images, tests: [.init(name: "test", inputs: images, labels: labels)], classNames: ["a", "b"]),
      configuration: configuration, learner: FixedHyperplane(weights: [Float](repeating: 1, count: 64), bias: -6),
      strategy: VAALSampling<FixedHyperplane>(Bars.configuration()), name: "vaal")
    var outcomes: [PoolRoundOutcome] = []
    try await experiment.run(seeds: ExperimentSeeds(4), oracle: GroundTruthOracle(labels: labels)) {
      outcomes.append($0)
    }
    #expect(outcomes.count == 3)
    #expect(outcomes[1].record.metrics["strategy.divergence"] != nil)
    var later: [PoolRoundOutcome] = []
    try await experiment.run(
      seeds: ExperimentSeeds(4), oracle: GroundTruthOracle(labels: labels), continuing: outcomes[1].state
    ) { later.append($0) }
    #expect(later.map(\.record) == [outcomes[2].record])
    #expect(later.map(\.indices) == [outcomes[2].indices])
  }
}
