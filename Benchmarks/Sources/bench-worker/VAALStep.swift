import Models
import Tensor

/// One update of VAAL's β-VAE and one of its discriminator, on 64 labelled and 64 unlabelled images.
///
/// The compared steps take a tenth of the learning rate. At the paper's, the divergence leaps by many orders of magnitude
/// in the first steps, and PyTorch's memory formats differ from each other by 6·10⁻³ in the discriminator's loss.
struct VAALStep: Case {
  private var training: VAALTraining
  private var random: RandomSource
  private let labelled: Tensor
  private let unlabelled: Tensor
  /// ε of the compared steps, `[3, 2, N, z]`: labelled first.
  private let noise: Tensor

  init(batch: Int = 64) {
    let random = RandomSource(seed: 5)
    var weights = random.stream("weights")
    training = VAALTraining(using: &weights)
    let size = training.autoencoder.configuration.latentSize
    var pixels = random.stream("images")
    labelled = Tensor(uniform: [batch, 32, 32, 3], low: -1, high: 1, using: &pixels)
    unlabelled = Tensor(uniform: [batch, 32, 32, 3], low: -1, high: 1, using: &pixels)
    var draws = random.stream("compared noise")
    noise = Tensor(normal: [3, 2, batch, size], using: &draws)
    self.random = random.stream("noise")
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(training.autoencoder, as: "autoencoder")
    exchange.add(training.discriminator, as: "discriminator")
    exchange.add(labelled, as: "labelled")
    exchange.add(unlabelled, as: "unlabelled")
    exchange.add(noise, as: "noise")
    return exchange
  }

  mutating func step(_ turn: Int?) throws -> [Double] {
    let share: Float = turn == nil ? 1 : 0.1
    training.autoencoderOptimizer.learningRate = training.settings.autoencoderLearningRate * share
    training.discriminatorOptimizer.learningRate = training.settings.discriminatorLearningRate * share
    let losses: VAALTraining.AutoencoderLosses
    if let turn {
      let shape = Array(noise.shape.suffix(2))
      let drawn = noise.reshaped(to: [6] + shape)
      losses = try training.updateAutoencoder(
        labelled: labelled, unlabelled: unlabelled,
        noise: (
          drawn.rows(2 * turn..<2 * turn + 1).reshaped(to: shape),
          drawn.rows(2 * turn + 1..<2 * turn + 2).reshaped(to: shape)
        ), using: &random)
    } else {
      losses = try training.updateAutoencoder(labelled: labelled, unlabelled: unlabelled, using: &random)
    }
    let discriminator = try training.updateDiscriminator(labelled: labelled, unlabelled: unlabelled, using: &random)
    return [Double(losses.total), Double(discriminator.total)]
  }
}
