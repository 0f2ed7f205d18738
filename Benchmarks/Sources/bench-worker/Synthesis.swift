import ActiveLoop
import Models
import Tensor

/// GAAL's inner problem through a grey DCGAN-32: ten queries, a hundred steps of Adam each, as one batch.
struct Synthesis: Case {
  private let synthesizer: GenerativeAdversarialSynthesizer<DCGANImageGenerator, Hyperplane>
  private let learner: Hyperplane
  private var random = RandomSource(seed: 2)

  init() {
    var weights = random.stream("weights")
    var generator = DCGANGenerator(DCGANConfiguration(imageSize: 32, channels: 1), using: &weights)
    generator.recalibrate(batches: 20, using: &weights)
    learner = Hyperplane(weights: Tensor(normal: [32 * 32, 1], standardDeviation: 0.1, using: &weights), bias: 0.5)
    var settings = SynthesisSettings(steps: 100, learningRate: 0.01, latentConstraint: .free)
    settings.restartLimit = 0
    settings.minimumContrast = 0
    synthesizer = GenerativeAdversarialSynthesizer(generator: DCGANImageGenerator(generator), settings: settings)
  }

  mutating func run() throws -> [String: JSONValue] {
    let queries = synthesizer.synthesize(10, learner: learner, using: &random)
    return [
      "objective": .object([
        "first": .number(Double(queries.initialObjectives.reduce(0, +))),
        "last": .number(Double(queries.objectives.reduce(0, +))),
      ])
    ]
  }
}

/// A fixed linear boundary on pixels.
struct Hyperplane: MarginLearner {
  let weights: Tensor
  let bias: Float

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) {}

  func decisionValues(for inputs: Tensor) -> Tensor {
    (matmul(inputs.flattened(), weights) + bias).reshaped(to: [inputs.shape[0]])
  }

  func predictions(for inputs: Tensor) -> [Int] { decisionValues(for: inputs).scalars.map { $0 > 0 ? 1 : 0 } }
}
