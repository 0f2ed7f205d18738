import Models
import Tensor

/// One update of the discriminator and one of the generator of a grey DCGAN-32, fresh noise each time.
struct DCGANStep: Case {
  private var training: AdversarialTraining
  private var random = RandomSource(seed: 1)
  private let images: Tensor

  init(batch: Int) {
    var weights = random.stream("weights")
    training = AdversarialTraining(DCGANConfiguration(imageSize: 32, channels: 1), using: &weights)
    var pixels = random.stream("images")
    images = Tensor(uniform: [batch, 32, 32, 1], low: -1, high: 1, using: &pixels)
    random = random.stream("noise")
  }

  mutating func run() throws -> [String: JSONValue] {
    let losses = try training.step(on: images, using: &random)
    return [
      "losses": .object([
        "discriminator": .number(Double(losses.discriminator)), "generator": .number(Double(losses.generator)),
      ])
    ]
  }
}
