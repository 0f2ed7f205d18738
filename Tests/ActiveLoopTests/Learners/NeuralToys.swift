import ActiveLoop
import Models
import Tensor

/// Three classes of 4 × 4 images that a line separates: one bright third of the rows each, over faint noise.
func brightRows(_ count: Int, seed: Int = 3) -> LabelledSamples {
  var random = RandomSource(seed: seed).stream("bright rows")
  let labels = (0..<count).map { $0 % 3 }
  let noise = Tensor(uniform: [count, 4, 4, 1], low: 0, high: 0.2, using: &random).scalars
  var scalars = noise
  for (row, label) in labels.enumerated() {
    for column in 0..<4 { scalars[row * 16 + label * 4 + column] += 0.8 }
  }
  return LabelledSamples(inputs: Tensor(scalars, shape: [count, 4, 4, 1]), labels: labels, classCount: 3)
}

/// A convolution, batch norm and dropout before a hidden layer: everything that differs between training and inference.
struct ToyNetwork: FeatureClassifier {
  var body: Sequential
  var head: Dense

  init(dropout: Float = 0.3, using random: inout RandomSource) {
    body = Sequential {
      Convolution2D(1, 4, kernel: 3, padding: 1, bias: false)
      BatchNormalization(4)
      ReLU()
      Flatten()
      Dense(64, 16)
      ReLU()
      Dropout(dropout)
    }
    head = Dense(16, 3)
    body.initialize(.kaimingNormal(), using: &random)
    head.initialize(.default, using: &random)
  }

  func checked(_ images: Tensor) -> Tensor { images }
}

func toyTraining(_ change: (inout NeuralTraining) -> Void = { _ in }) -> NeuralTraining {
  var training = NeuralTraining()
  (training.epochs, training.batchSize, training.masks) = (20, 16, 6)
  training.optimizer.learningRate = 1e-2
  change(&training)
  return training
}

func toyLearner(
  dropout: Float = 0.3, _ change: (inout NeuralTraining) -> Void = { _ in }
) throws -> NeuralLearner<ToyNetwork> {
  try NeuralLearner(toyTraining(change)) { ToyNetwork(dropout: dropout, using: &$0) }
}

/// Every parameter and running statistic, one after the other.
func weights(of learner: NeuralLearner<ToyNetwork>) -> [Float] {
  learner.network?.parameters(includingState: true).flatMap { $0.tensor.scalars } ?? []
}
