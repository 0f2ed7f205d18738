import ActiveLoop
import Models
import Tensor

/// GAAL's inner problem through a grey DCGAN-32: ten queries, a hundred steps of Adam each, as one batch.
struct Synthesis: Case {
  private static let queries = 10

  private let generator: DCGANImageGenerator
  private let learner: Hyperplane
  private var random = RandomSource(seed: 2)

  init() {
    var weights = random.stream("weights")
    var generator = DCGANGenerator(DCGANConfiguration(imageSize: 32, channels: 1), using: &weights)
    generator.recalibrate(batches: 20, using: &weights)
    learner = Hyperplane(weights: Tensor(normal: [32 * 32, 1], standardDeviation: 0.1, using: &weights), bias: 0.5)
    self.generator = DCGANImageGenerator(generator)
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(generator.network, as: "generator")
    exchange.add(learner.weights, as: "w")
    exchange.add(Tensor([learner.bias]), as: "b")
    // The codes that `synthesize` will draw from the same place, turn by turn.
    exchange.add(
      stacked(
        (0..<3).map { turn in
          var draw = source(turn)
          _ = draw.integer(below: 1 << 16)
          return generator.latents(Self.queries, using: &draw)
        }), as: "noise")
    return exchange
  }

  /// A compared step takes one, two or three steps of Adam: after a hundred, rounding has grown too large to compare.
  mutating func step(_ turn: Int?) -> [Double] {
    var settings = SynthesisSettings(
      steps: turn.map { $0 + 1 } ?? 100, learningRate: 0.01, latentConstraint: .free)
    settings.restartLimit = 0
    settings.minimumContrast = 0
    let synthesizer = GenerativeAdversarialSynthesizer<DCGANImageGenerator, Hyperplane>(
      generator: generator, settings: settings)
    let found: SynthesizedQueries
    if let turn {
      var draw = source(turn)
      found = synthesizer.synthesize(Self.queries, learner: learner, using: &draw)
    } else {
      found = synthesizer.synthesize(Self.queries, learner: learner, using: &random)
    }
    return [Double(found.initialObjectives.reduce(0, +)), Double(found.objectives.reduce(0, +))]
  }

  private func source(_ turn: Int) -> RandomSource { RandomSource(seed: 2).stream("compared noise", turn) }
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
