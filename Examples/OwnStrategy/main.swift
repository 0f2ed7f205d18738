// A strategy of one's own: InformationDensity.swift is all of it. This program checks that it keeps the laws of query
// strategies, and draws its learning curve beside those of two others.
//
//   swift run -c release --package-path Examples own-strategy

import ActiveLoop
import Datasets
import Models
import Tensor

typealias Subject = NeuralLearner<MultilayerPerceptron>

// MARK: - What it is tried on: drawn digits of 16 pixels, and a perceptron

let pool = GlyphGenerator(configuration: .init(size: 16, style: .pen, seed: 1)).dataset(count: 3000)
let test = GlyphGenerator(configuration: .init(size: 16, style: .pen, seed: 2)).dataset(count: 2000)
let data = try ExperimentData(
  pool: pool.images, tests: [.init(name: "test", inputs: test.images, labels: test.labels)],
  classNames: pool.classNames)
var training = NeuralTraining()
training.steps = 200
let learner = try Subject(training) { random in
  MultilayerPerceptron(.init(inputs: 256, hidden: [64], classes: 10), using: &random)
}

// MARK: - The laws

var fitted = learner
var random = RandomSource(seed: 3)
let few = Array(0..<100)
let sample = try UnlabelledPool(inputs: pool.images).inputs(at: few)
try fitted.fit(
  LabelledSamples(inputs: sample, labels: few.map { pool.labels[$0] }, classCount: 10), using: &random)
let laws = StrategyLaws(inputs: sample, labels: few.map { pool.labels[$0] }, classCount: 10)
let broken = try laws.violations(of: InformationDensity(), learner: fitted, followsSamples: true)
precondition(broken.isEmpty, broken.joined(separator: "; "))
print("InformationDensity keeps the laws of query strategies.")

// MARK: - The curves

var configuration = PoolExperimentConfiguration()
(configuration.initial.count, configuration.batch, configuration.budget) = (50, 50, 300)
var records: [RoundRecord] = []

@MainActor func run(_ name: String, _ strategy: some QueryStrategy<Subject>) async throws {
  let experiment = try PoolExperiment(
    data: data, configuration: configuration, learner: learner, strategy: strategy, name: name)
  for seed in 1...5 {
    let oracle = GroundTruthOracle(labels: pool.labels)
    try await experiment.run(seeds: ExperimentSeeds(seed), oracle: oracle) { records.append($0.record) }
  }
}

try await run("random", RandomSampling())
try await run("entropy", EntropySampling())
try await run("information density", InformationDensity())

func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10)" }

let random5 = LearningCurve(of: records, scheme: "random")
print(
  "accuracy in % after \(random5.points.map { "\($0.labelled)" }.joined(separator: ", ")) labels, means of five seeds")
for name in ["random", "entropy", "information density"] {
  let curve = LearningCurve(of: records, scheme: name)
  var line = "\(name): " + curve.points.map { percent($0.summary.mean) }.joined(separator: ", ")
  // Seeds share their initial labels, so differences are taken seed by seed.
  if name != "random", let area = PairedDifference(of: curve, minus: random5).area, let half = area.halfWidth() {
    line += "; over the budget \(percent(area.mean)) ± \(percent(half)) points from random"
  }
  print(line)
}
