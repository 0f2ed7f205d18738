import Models
import Tensor

/// One update of a classifier on a batch of random images and labels.
///
/// Learning rates are small, so that the losses after three steps show errors and not amplified rounding.
struct ClassifierStep<Model: FeatureClassifier, Rule: Optimizer>: Case where Rule.Model == Model {
  private var model: Model
  private var optimizer: Rule
  private var random = RandomSource(seed: 4)
  private let images: Tensor
  private let labels: [Int]

  /// - Parameters:
  ///   - shape: of the images, batch first.
  ///   - model: makes the network.
  init(_ shape: Shape, optimizer: Rule, model: (inout RandomSource) -> Model) {
    var random = RandomSource(seed: 3)
    self.model = model(&random)
    self.optimizer = optimizer
    (images, labels) = randomImages(shape, using: &random)
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(model, as: "model")
    exchange.add(images, as: "images")
    exchange.add(labels, as: "labels")
    return exchange
  }

  mutating func step(_ turn: Int?) -> [Double] {
    let (images, labels) = (images, labels)
    let (loss, gradient) = model.valueAndGradient { model in
      crossEntropy(logits: model.forward(images, using: &random), labels: labels)
    }
    optimizer.update(&model, along: gradient)
    return [Double(loss)]
  }
}

/// The logits of a batch of random images, in inference mode.
struct ClassifierInference<Model: FeatureClassifier>: Case {
  private let model: Model
  private let images: Tensor
  private let labels: [Int]

  init(_ shape: Shape, model: (inout RandomSource) -> Model) {
    var random = RandomSource(seed: 3)
    var network = model(&random)
    // Running statistics that have seen images, so that activations have the scale they have after training.
    for _ in 0..<10 {
      _ = network.forward(randomImages([32] + shape.dropFirst(), using: &random).images, using: &random)
    }
    self.model = network
    (images, labels) = randomImages(shape, using: &random)
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(model, as: "model")
    exchange.add(images, as: "images")
    exchange.add(labels, as: "labels")
    return exchange
  }

  mutating func step(_ turn: Int?) -> [Double] {
    let logits = model(images)
    // The timed work ends with the logits.
    guard turn != nil else { return [] }
    return [
      Double(crossEntropy(logits: logits, labels: labels).scalar), Double(logits.squared().mean().scalar.squareRoot()),
    ]
  }

  mutating func compared() -> [Double] { step(0) }
}

/// Normal pixels and labels in 0..<10.
private func randomImages(_ shape: Shape, using random: inout RandomSource) -> (images: Tensor, labels: [Int]) {
  let images = Tensor(normal: shape, using: &random)
  return (images, (0..<shape[0]).map { _ in random.integer(below: 10) })
}
