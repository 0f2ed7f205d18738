public import Tensor

/// A discriminator of latent codes `[N, z]`: logits `[N, 1]`, positive for codes it takes for those of labelled images.
///
/// Sinha, Ebrahimi and Darrell, "Variational adversarial active learning", ICCV 2019: z → 512 → 512 → 1 with ReLU.
/// ARAL's sampler (Mottaghi and Yeung 2019) is the same with four hidden layers.
///
/// *Deviations.* Logits instead of probabilities: the losses take logits, and a ranking by logits has no ties where
/// probabilities round to 0 or 1.
public struct LatentDiscriminator: Layer {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Dimensions of a latent code.
    public var latentSize: Int
    /// Units of each hidden layer.
    public var hidden: [Int]

    /// VAAL's values.
    public init(latentSize: Int = 32, hidden: [Int] = [512, 512]) {
      self.latentSize = latentSize
      self.hidden = hidden
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// The layers.
  public var network: Sequential

  /// A discriminator with weights from `weights`, Kaiming's normal distribution unless said otherwise, and zero biases.
  public init(
    _ configuration: Configuration = .init(), weights: Initializer = .kaimingNormal(),
    using random: inout RandomSource
  ) {
    self.configuration = configuration
    let units = [configuration.latentSize] + configuration.hidden
    network = Sequential {
      for (inputs, outputs) in zip(units, units.dropFirst()) {
        Dense(inputs, outputs)
        ReLU()
      }
      Dense(units[units.count - 1], 1)
    }
    network.initialize(weights, using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Logits `[N, 1]` of latent codes `[N, z]`; training and inference are alike.
  public func callAsFunction(_ latents: Tensor) -> Tensor { network(latents) }
}
