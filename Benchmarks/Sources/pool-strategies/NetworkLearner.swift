import ActiveLoop
import Models
import Tensor

/// A perceptron as a learner: linear in the inputs without hidden units; with them, linear in their last layer.
struct NetworkLearner: MarginLearner, ProbabilisticLearner, EmbeddingLearner {
  private(set) var network: MultilayerPerceptron
  private let steps: Int

  init(inputs: Int, hidden: [Int], classes: Int, steps: Int = 400, using random: inout RandomSource) {
    network = MultilayerPerceptron(.init(inputs: inputs, hidden: hidden, classes: classes), using: &random)
    self.steps = steps
  }

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {
    var optimizer = Adam<MultilayerPerceptron>(learningRate: 2e-3)
    for _ in 0..<steps {
      let rows = (0..<64).map { _ in random.integer(below: samples.count) }
      let batch = samples.inputs.gathered(rows: rows)
      let (_, gradient) = network.valueAndGradient {
        crossEntropy(logits: $0.forward(batch, using: &random), labels: rows.map { samples.labels[$0] })
      }
      optimizer.update(&network, along: gradient)
    }
  }

  func predictions(for inputs: Tensor) -> [Int] { network(inputs).argmax() }
  func decisionValues(for inputs: Tensor) -> Tensor { network(inputs) }
  func probabilities(for inputs: Tensor) -> Tensor { softmax(network(inputs)) }
  func embeddings(for inputs: Tensor) -> Tensor { network.features(inputs) }
}
