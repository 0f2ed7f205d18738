import Models
import Tensor

/// One update of the discriminator and one of the generator of a DCGAN, fresh noise each time.
struct DCGANStep: Case {
  private var training: AdversarialTraining
  private var random: RandomSource
  private let images: Tensor
  /// Latent codes of the three compared steps, one below the other.
  private let noise: Tensor

  init(size: Int = 32, channels: Int = 1, batch: Int) {
    let random = RandomSource(seed: 1)
    var weights = random.stream("weights")
    training = AdversarialTraining(DCGANConfiguration(imageSize: size, channels: channels), using: &weights)
    var pixels = random.stream("images")
    images = Tensor(uniform: [batch, size, size, channels], low: -1, high: 1, using: &pixels)
    var latents = random.stream("compared noise")
    noise = Tensor(normal: [3 * batch, 100], using: &latents)
    self.random = random.stream("noise")
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(training.generator, as: "generator")
    exchange.add(training.discriminator, as: "discriminator")
    exchange.add(images, as: "images")
    exchange.add(noise.reshaped(to: [3, images.shape[0], 100]), as: "noise")
    return exchange
  }

  mutating func step(_ turn: Int?) throws -> [Double] {
    let batch = images.shape[0]
    let losses: AdversarialTraining.Losses
    if let turn {
      let latents = noise.rows(turn * batch..<(turn + 1) * batch)
      losses = try training.step(on: images, latents: latents, using: &random)
    } else {
      losses = try training.step(on: images, using: &random)
    }
    return [Double(losses.discriminator), Double(losses.generator)]
  }
}
