import ActiveLoop
import Datasets
import Foundation
import Models
import Tensor
import Testing

/// A pool experiment on drawn scenes, as in Documentation/Guides/Segmentation.md: minutes, not seconds, with
/// `LADLE_SCENES=400`; without it, to 120 labels.
@Suite(.serialized) struct SlowSceneSegmentationTests {
  private static let budget = ProcessInfo.processInfo.environment["LADLE_SCENES"].flatMap { Int($0) } ?? 120

  private typealias Subject = SegmentationLearner<DilatedResidualNetwork>

  private func curve<Strategy: QueryStrategy<Subject>>(
    _ strategy: Strategy, name: String, seed: Int
  ) async throws -> [Double] {
    let rare: [Float] = [8, 4, 2, 1]
    let pool = GlyphScenes(configuration: .init(frequencies: rare, seed: 1)).dataset(0..<1000)
    let test = GlyphScenes(configuration: .init(seed: 2)).dataset(0..<200)
    let masks = SegmentationMasks(
      height: 32, width: 32, classCount: 5, bytes: pool.masks.bytes + test.masks.bytes)
    var training = NeuralTraining()
    (training.steps, training.batchSize, training.optimizer.learningRate) = (400, 16, 3e-3)
    training.scoringChunk = 64
    let learner = try SegmentationLearner(training, masks: masks) {
      DilatedResidualNetwork(.init(channels: 1, classes: 5, width: 12), using: &$0)
    }
    var configuration = PoolExperimentConfiguration()
    configuration.initial.count = Self.budget > 120 ? 100 : 40
    configuration.batch = Self.budget > 120 ? 100 : 80
    configuration.budget = Self.budget
    let experiment = try PoolExperiment(
      data: ExperimentData(
        pool: pool.images.tensor(of: 0..<1000),
        tests: [.init(name: "scenes", inputs: test.images.tensor(of: 0..<200), labels: Array(1000..<1200))],
        classNames: (0..<1200).map { "mask \($0)" }),
      configuration: configuration, learner: learner, strategy: strategy, name: name)
    var figures: [Double] = []
    try await experiment.run(
      seeds: ExperimentSeeds(seed), oracle: GroundTruthOracle(labels: Array(0..<1000))
    ) { outcome in
      let figure = outcome.record.metrics["meanIoU"] ?? .nan
      print("\(name) seed \(seed): \(outcome.record.labelled) images, mean IoU \(figure)", outcome.record.classCounts)
      figures.append(figure)
    }
    return figures
  }

  @Test func moreMasksSegmentBetter() async throws {
    let random = try await curve(RandomSampling(), name: "random", seed: 1)
    let entropy = try await curve(PixelEntropySampling(), name: "pixel-entropy", seed: 1)
    #expect(random[0] == entropy[0])
    // The background alone has a mean of about 0.18.
    for figures in [random, entropy] {
      #expect(figures[0] > 0.25)
      #expect(figures[figures.count - 1] > figures[0] + 0.02)
    }
    if Self.budget > 120 { _ = try await curve(CoreSet(), name: "core-set", seed: 1) }
  }
}
