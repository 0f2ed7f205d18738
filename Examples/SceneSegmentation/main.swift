// Which images are worth a mask? Drawn scenes with one to three digits, some of them rare; a small dilated residual
// network names the class of every pixel; the loop and the strategies are those for classes of images.

import ActiveLoop
import Datasets
import Models
import Tensor

typealias Subject = SegmentationLearner<DilatedResidualNetwork>

let pool = GlyphScenes(configuration: .init(frequencies: [8, 4, 2, 1], seed: 1)).dataset(0..<1000)
let test = GlyphScenes(configuration: .init(seed: 2)).dataset(0..<200)
let masks = SegmentationMasks(height: 32, width: 32, classCount: 5, bytes: pool.masks.bytes + test.masks.bytes)
let data = try ExperimentData(
  pool: pool.images.tensor(of: 0..<1000),
  tests: [.init(name: "scenes", inputs: test.images.tensor(of: 0..<200), labels: Array(1000..<1200))],
  classNames: (0..<1200).map { "mask \($0)" })

var training = NeuralTraining()
training.steps = 600
training.batchSize = 16
training.optimizer.learningRate = 3e-3
training.scoringChunk = 64
let learner = try Subject(training, masks: masks) {
  DilatedResidualNetwork(.init(channels: 1, classes: 5, width: 16), using: &$0)
}

var configuration = PoolExperimentConfiguration()
configuration.initial.count = 100
configuration.batch = 100
configuration.budget = 400

@MainActor func run(_ strategy: some QueryStrategy<Subject>, name: String) async throws {
  let experiment = try PoolExperiment(
    data: data, configuration: configuration, learner: learner, strategy: strategy, name: name)
  let oracle = GroundTruthOracle(labels: Array(0..<1000))
  try await experiment.run(seeds: ExperimentSeeds(1), oracle: oracle) { outcome in
    let record = outcome.record
    let figure = record.metrics["meanIoU"] ?? .nan
    print("\(name): \(record.labelled) masks, mean IoU \(figure), images of each class \(record.classCounts)")
  }
}

try await run(RandomSampling(), name: "random")
try await run(PixelEntropySampling(), name: "pixel-entropy")
// VAAL looks at images alone, so it works for masks as it does for classes.
try await run(VAALSampling(.small), name: "vaal")
