public import Tensor

/// A generator and a discriminator that learn from each other: the two models, their optimizers and the loss.
///
/// ```swift
/// var random = RandomSource(seed: 1)
/// var training = AdversarialTraining(.init(imageSize: 32, channels: 1), using: &random)
/// let losses = try training.step(on: images, using: &random)   // images [N, 32, 32, 1] in [−1, 1]
/// ```
public struct AdversarialTraining: Sendable {
  /// Latent codes to images.
  public var generator: DCGANGenerator
  /// Images to logits.
  public var discriminator: DCGANDiscriminator
  /// The generator's optimizer.
  public var generatorOptimizer: Adam<DCGANGenerator>
  /// The discriminator's optimizer.
  public var discriminatorOptimizer: Adam<DCGANDiscriminator>
  /// What both minimise.
  public let loss: AdversarialLoss
  /// A running average of the generator's parameters, which draws better images than the last step's do
  /// (Yazıcı et al., "The unusual effectiveness of averaging in GAN training", ICLR 2019); `nil` without averaging.
  public internal(set) var averagedGenerator: DCGANGenerator?
  /// The share of the old average kept per step, in [0, 1).
  public let averaging: Float
  /// Steps taken.
  public internal(set) var steps = 0

  /// What a step measured, before its updates.
  public struct Losses: Sendable, Hashable {
    /// The discriminator's loss.
    public var discriminator: Float
    /// The generator's loss.
    public var generator: Float
  }

  /// A loss that is no longer a number, which no further step can mend.
  public struct Divergence: Error, CustomStringConvertible {
    /// The step, from 1.
    public let step: Int
    /// Which loss.
    public let loss: String

    /// One sentence.
    public var description: String {
      "the \(loss) loss is not finite at step \(step); train with a lower learning rate or another loss"
    }
  }

  /// New models. The optimizers' settings are those of Radford et al.: Adam with β₁ = 0.5.
  ///
  /// - Parameters:
  ///   - averaging: the share of the old parameter average kept per step; 0 keeps no average.
  public init(
    _ configuration: DCGANConfiguration, loss: AdversarialLoss = .nonSaturating, learningRate: Float = 2e-4,
    beta1: Float = 0.5, averaging: Float = 0, using random: inout RandomSource
  ) {
    generator = DCGANGenerator(configuration, using: &random)
    discriminator = DCGANDiscriminator(configuration, using: &random)
    generatorOptimizer = Adam(learningRate: learningRate, beta1: beta1, beta2: 0.999)
    discriminatorOptimizer = Adam(learningRate: learningRate, beta1: beta1, beta2: 0.999)
    self.loss = loss
    self.averaging = averaging
  }

  /// One update of the discriminator and one of the generator on a batch of images `[N, S, S, C]` in [−1, 1].
  public mutating func step(on images: Tensor, using random: inout RandomSource) throws(Divergence) -> Losses {
    let latents = Tensor(normal: [images.shape[0], generator.configuration.latentSize], using: &random)
    return try step(on: images, latents: latents, using: &random)
  }

  /// The same with given latent codes `[N, z]`.
  public mutating func step(
    on images: Tensor, latents: Tensor, using random: inout RandomSource
  ) throws(Divergence) -> Losses {
    let losses = Self.update(
      &generator, &discriminator, &generatorOptimizer, &discriminatorOptimizer, loss: loss, images: images,
      latents: latents, using: &random)
    steps += 1
    guard losses.discriminator.isFinite else { throw Divergence(step: steps, loss: "discriminator's") }
    guard losses.generator.isFinite else { throw Divergence(step: steps, loss: "generator's") }
    if averaging > 0 { average() }
    return losses
  }

  /// The generator's images are made once: detached for the discriminator's update, traced for its own. In its own,
  /// the discriminator is not traced, so its weight gradients are never computed.
  private static func update(
    _ generator: inout DCGANGenerator, _ discriminator: inout DCGANDiscriminator,
    _ generatorOptimizer: inout Adam<DCGANGenerator>, _ discriminatorOptimizer: inout Adam<DCGANDiscriminator>,
    loss: AdversarialLoss, images: Tensor, latents: Tensor, using random: inout RandomSource
  ) -> Losses {
    var discriminatorLoss: Float = 0
    let (generatorLoss, generatorGradient) = generator.valueAndGradient { generator in
      let generated = generator.forward(latents, using: &random)
      let (value, gradient) = discriminator.valueAndGradient { discriminator in
        let real = discriminator.forward(images, using: &random)
        let fake = discriminator.forward(generated.detached, using: &random)
        return loss.discriminator(real: real, generated: fake)
      }
      discriminatorLoss = value
      discriminatorOptimizer.update(&discriminator, along: gradient)
      return loss.generator(discriminator.forward(generated, using: &random))
    }
    generatorOptimizer.update(&generator, along: generatorGradient)
    return Losses(discriminator: discriminatorLoss, generator: generatorLoss)
  }

  private mutating func average() {
    guard averagedGenerator != nil else {
      averagedGenerator = generator
      return
    }
    // The average warms up: early steps count less the more follow.
    let kept = min(averaging, Float(steps) / Float(steps + 10))
    var mixer = ParameterMixer(towards: generator.parameters(includingState: true).map(\.tensor), share: 1 - kept)
    averagedGenerator?.visitParameters(with: &mixer)
  }

  /// The generator to use after training: the averaged one if there is one.
  public var trainedGenerator: DCGANGenerator { averagedGenerator ?? generator }
}

/// Moves every parameter a share of the way to another module's.
private struct ParameterMixer: ParameterVisitor {
  let targets: [Tensor]
  let share: Float
  var index = 0

  init(towards targets: [Tensor], share: Float) {
    self.targets = targets
    self.share = share
  }

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    parameter.move(towards: targets[index], by: share)
    index += 1
  }

  mutating func visitState(_ name: String, _ state: inout Tensor) { visit(name, &state) }
}

extension DCGANGenerator {
  /// Sets the running statistics to the averages over `batches` batches of latent codes. In inference a generator
  /// uses them in place of each batch's own; those that training left belong to weights long gone.
  public mutating func recalibrate(batches: Int = 50, batchSize: Int = 64, using random: inout RandomSource) {
    var totals: [Tensor] = []
    for batch in 0..<batches {
      var copy = withMomentum(1)
      _ = copy.forward(Tensor(normal: [batchSize, configuration.latentSize], using: &random), using: &random)
      let states = copy.normalizations.flatMap { [$0.runningMean, $0.runningVariance] }
      if batch == 0 {
        totals = states
      } else {
        for index in totals.indices { totals[index].move(towards: states[index], by: 1 / Float(batch + 1)) }
      }
    }
    var next = 0
    for index in network.layers.indices {
      guard var norm = network.layers[index] as? BatchNormalization else { continue }
      (norm.runningMean, norm.runningVariance) = (totals[next], totals[next + 1])
      network.layers[index] = norm
      next += 2
    }
  }

  private var normalizations: [BatchNormalization] { network.layers.compactMap { $0 as? BatchNormalization } }

  private func withMomentum(_ momentum: Float) -> DCGANGenerator {
    var copy = self
    for index in copy.network.layers.indices {
      guard let norm = copy.network.layers[index] as? BatchNormalization else { continue }
      var changed = BatchNormalization(norm.scale.count, momentum: momentum, epsilon: norm.epsilon)
      (changed.scale, changed.shift) = (norm.scale, norm.shift)
      copy.network.layers[index] = changed
    }
    return copy
  }
}
