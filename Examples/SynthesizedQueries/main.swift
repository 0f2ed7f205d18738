// GAAL in one file: a GAN learns an unlabelled pool of handwriting-like digits, and each query is an image it makes
// where the support vector machine is least sure. A classifier stands in for the person who labels. The test set is
// written by another hand, so labels of the pool alone do not tell everything.

import ActiveLoop
import Datasets
import Models
import Tensor

let random = RandomSource(seed: 1)
let pool = GlyphGenerator(configuration: .init(size: 16, style: .pen, digits: [5, 7], seed: 1)).dataset(count: 2048)
let test = GlyphGenerator(configuration: .init(size: 16, style: .stamp, digits: [5, 7], seed: 2)).dataset(count: 1000)

// MARK: - The generator learns the pool, without labels

var weights = random.stream("weights")
var adversaries = AdversarialTraining(DCGANConfiguration(imageSize: 16, channels: 1, width: 32), using: &weights)
try adversaries.train(
  count: pool.count, epochs: 12, using: random.stream("gan"), images: { pool.images(at: $0) },
  progress: { progress in
    guard progress.step % (progress.totalSteps / 4) == 0 else { return }
    let losses = progress.losses
    print("GAN step \(progress.step): discriminator \(losses.discriminator), generator \(losses.generator)")
  })
var generator = adversaries.trainedGenerator
generator.recalibrate(using: &weights)

// MARK: - Who answers: the truth about the pool, a classifier about images that were never there

var classifier = ConvolutionalClassifier(.digits(imageSize: 16, classes: 2), using: &weights)
try classifier.train(
  labels: pool.labels, .init(epochs: 3, shift: 1), using: random.stream("classifier"), images: { pool.images(at: $0) })
print("the classifier knows \(classifier.accuracy(on: test.images, labels: test.labels)) of the test set")
let oracle = RoutedOracle(
  pool: GroundTruthOracle(labels: pool.labels),
  synthesized: ClassifierOracle(threshold: 0.9) { [classifier] in classifier.probabilities(for: $0) })

// MARK: - Rounds of queries

var configuration = GenerativeExperimentConfiguration()
configuration.initialLabels = 20
configuration.budget = 80
let experiment = try GenerativeExperiment(
  data: ExperimentData(
    pool: pool.images, tests: [.init(name: "test", inputs: test.images, labels: test.labels)],
    classNames: pool.classNames),
  configuration: configuration, learner: SupportVectorLearner(), generator: DCGANImageGenerator(generator))

for scheme in [Scheme.gaal, .random] {
  try await experiment.run(scheme, seed: 1, oracle: oracle) { outcome in
    let record = outcome.record
    print(
      "\(scheme.rawValue), \(record.labelled) labels, \(record.discarded) discarded:",
      "accuracy \(record.metrics["accuracy"] ?? .nan)")
  }
}
