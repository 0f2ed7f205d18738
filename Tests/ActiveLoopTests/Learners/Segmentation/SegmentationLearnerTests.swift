import ActiveLoop
import Models
import Tensor
import Testing

/// Dark images with a bright or a grey rectangle; the pixels of the bright ones are class 1, of the grey ones class 2.
private func rectangles(_ count: Int, seed: Int) -> (images: Tensor, bytes: [UInt8]) {
  var random = RandomSource(seed: seed)
  var scalars = Tensor(uniform: [count * 256], high: 0.2, using: &random).scalars
  var bytes = [UInt8](repeating: 0, count: count * 256)
  for image in 0..<count {
    let kind = 1 + random.integer(below: 2)
    let (top, left) = (random.integer(below: 9), random.integer(below: 9))
    for y in top..<top + 7 {
      for x in left..<left + 7 {
        scalars[image * 256 + y * 16 + x] += kind == 1 ? 0.8 : 0.4
        bytes[image * 256 + y * 16 + x] = UInt8(kind)
      }
    }
  }
  return (Tensor(scalars, shape: [count, 16, 16, 1]), bytes)
}

@Suite struct SegmentationLearnerTests {
  private let pool = rectangles(60, seed: 1)
  private let test = rectangles(20, seed: 2)

  private var masks: SegmentationMasks {
    SegmentationMasks(height: 16, width: 16, classCount: 3, bytes: pool.bytes + test.bytes)
  }

  private var data: ExperimentData {
    get throws {
      try ExperimentData(
        pool: pool.images, tests: [.init(name: "toy", inputs: test.images, labels: Array(60..<80))],
        classNames: (0..<80).map { "mask \($0)" })
    }
  }

  private func learner(
    steps: Int = 60, _ change: (inout NeuralTraining) -> Void = { _ in }
  ) throws -> SegmentationLearner<DilatedResidualNetwork> {
    var training = NeuralTraining()
    (training.steps, training.batchSize, training.optimizer.learningRate) = (steps, 8, 5e-3)
    change(&training)
    return try SegmentationLearner(training, masks: masks) {
      DilatedResidualNetwork(.init(channels: 1, classes: 3, width: 8), using: &$0)
    }
  }

  private func run<Strategy: QueryStrategy<SegmentationLearner<DilatedResidualNetwork>>>(
    _ strategy: Strategy, continuing saved: RunState? = nil, until last: Int = .max
  ) async throws -> (records: [RoundRecord], states: [RunState], indices: [[Int]]) {
    var configuration = PoolExperimentConfiguration()
    configuration.initial.count = 10
    (configuration.batch, configuration.budget, configuration.scoringChunk) = (10, 30, 7)
    let experiment = try PoolExperiment(
      data: data, configuration: configuration, learner: learner(), strategy: strategy, name: "toy")
    var (records, states, indices) = ([RoundRecord](), [RunState](), [[Int]]())
    try await experiment.run(
      seeds: ExperimentSeeds(3), oracle: GroundTruthOracle(labels: Array(0..<60)), continuing: saved
    ) {
      records.append($0.record)
      states.append($0.state)
      indices.append($0.indices)
    }
    return (records, states, indices)
  }

  @Test func learnsRectangles() throws {
    var learner = try learner(steps: 120)
    let samples = LabelledSamples(inputs: pool.images, labels: Array(0..<60), classCount: 80)
    var random = RandomSource(seed: 1)
    try learner.fit(samples, using: &random)
    let figures = learner.assessment(of: test.images, labels: Array(60..<80), scoringChunk: 6)
    // A background alone has a mean of about 0.27.
    #expect(try #require(figures["meanIoU"]) > 0.8)
    #expect(figures.keys.sorted() == ["IoU.0", "IoU.1", "IoU.2", "meanIoU", "pixelAccuracy"])
    let named = learner.pixelPredictions(for: test.images)
    let right = zip(named, test.bytes).count { $0 == Int($1) }
    #expect(figures["pixelAccuracy"] == Double(right) / Double(named.count))
    #expect(learner.predictions(for: test.images) == [Int](repeating: 0, count: 20))
    #expect(learner.embeddings(for: test.images).shape == [20, 32])
    let sums = learner.pixelProbabilities(for: test.images).sum(alongAxes: [3])
    #expect(sums.shape == [20, 16, 16] && sums.scalars.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func equalStreamsGiveEqualBits() throws {
    let samples = LabelledSamples(inputs: pool.images, labels: Array(0..<60), classCount: 80)
    let fitted = try (0..<2).map { _ in
      var (learner, random) = (try learner(steps: 6), RandomSource(seed: 4))
      try learner.fit(samples, using: &random)
      return learner.embeddings(for: test.images).scalars
    }
    #expect(fitted[0] == fitted[1])
  }

  @Test func strategiesWorkUnchanged() async throws {
    var vaal = VAALConfiguration.small
    (vaal.width, vaal.latentSize, vaal.hidden, vaal.batchSize, vaal.steps) = (4, 4, [8], 8, 20)
    let runs = try await [
      run(RandomSampling()), run(CoreSet()), run(PixelEntropySampling()), run(VAALSampling(vaal)),
    ]
    #expect(runs[3].records[1].metrics["strategy.activeUnits"] != nil)
    for run in runs {
      #expect(run.records.map(\.labelled) == [10, 20, 30])
      // Every mask shows a background, and one of the rectangles.
      for record in run.records {
        #expect(record.classCounts.count == 3 && record.classCounts[0] == record.labelled)
        #expect(record.classCounts[1] + record.classCounts[2] == record.labelled)
        #expect(record.metrics["meanIoU"] == record.metrics["meanIoU.toy"])
        #expect(record.metrics["accuracy"] == nil)
        #expect(record.metrics["learner.steps"] == 60)
      }
      #expect(run.indices[0] == runs[0].indices[0])
    }
    #expect(Set(runs.map { $0.indices[1] }).count == 4)
  }

  @Test func aRunGoesOnWhereItStopped() async throws {
    let whole = try await run(CoreSet())
    let rest = try await run(CoreSet(), continuing: whole.states[0])
    #expect(rest.records == Array(whole.records.dropFirst()))
  }

  /// The mean over pixels of −Σ p ln p.
  @Test func entropyIsAveragedOverPixels() throws {
    var learner = try learner(steps: 4)
    var random = RandomSource(seed: 5)
    try learner.fit(LabelledSamples(inputs: pool.images, labels: Array(0..<60), classCount: 80), using: &random)
    let probabilities = learner.pixelProbabilities(for: test.images).scalars
    let scores = PixelEntropySampling().scores(of: test.images, learner: learner)
    #expect(scores.shape == [20])
    for image in 0..<20 {
      let rows = Tensor(Array(probabilities[image * 768..<(image + 1) * 768]), shape: [256, 3])
      let expected = entropy(ofProbabilities: rows).scalars.reduce(0.0) { $0 + Double($1) } / 256
      #expect(abs(Double(scores.scalars[image]) - expected) < 1e-5)
    }
  }

  @Test func ignoredMasksTeachNothing() throws {
    let nothing = SegmentationMasks(
      height: 16, width: 16, classCount: 3, bytes: [UInt8](repeating: SegmentationMasks.ignored, count: 512))
    var training = NeuralTraining()
    training.steps = 2
    var learner = try SegmentationLearner(training, masks: nothing) {
      DilatedResidualNetwork(.init(channels: 1, classes: 3, width: 4), using: &$0)
    }
    var random = RandomSource(seed: 6)
    try learner.fit(LabelledSamples(inputs: pool.images.rows(0..<2), labels: [0, 1], classCount: 2), using: &random)
    #expect(learner.figures["loss"] == 0 && learner.classCounts(of: [0, 1]) == [0, 0, 0])
    #expect(throws: NeuralLearnerError.noSamples) {
      try learner.fit(LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 2), using: &random)
    }
  }

  @Test func settingsThatNeedClassesAreRefused() throws {
    #expect(throws: ExperimentError.self) { try learner { $0.augmentation.mirror = true } }
    #expect(throws: ExperimentError.self) { try learner { $0.validationShare = 0.2 } }
    #expect(throws: ExperimentError.self) { try learner { $0.refit = .warm } }
    for change: (inout PoolExperimentConfiguration) -> Void in [
      { $0.initial.method = .biased }, { $0.stopping.agreement = 0.9 },
    ] {
      var configuration = PoolExperimentConfiguration()
      change(&configuration)
      #expect(throws: ExperimentError.self) {
        try PoolExperiment(
          data: data, configuration: configuration, learner: learner(), strategy: RandomSampling(), name: "toy")
      }
    }
  }
}
