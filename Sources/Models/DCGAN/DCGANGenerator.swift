public import Tensor

/// The generator of a deep convolutional GAN: latent codes `[N, z]` to images `[N, S, S, C]` in [−1, 1].
///
/// Radford, Metz and Chintala, ICLR 2016, Figure 1. With width w and 32 pixels:
///
/// | layer | output |
/// | --- | --- |
/// | 4×4 transposed convolution, batch norm, ReLU | 4 × 4 × 4w |
/// | 4×4 transposed convolution, stride 2, batch norm, ReLU | 8 × 8 × 2w |
/// | the same | 16 × 16 × w |
/// | the same, but tanh and no batch norm | 32 × 32 × C |
///
/// *Deviations.* None in the layers; 28-pixel images start from 7 × 7 maps. Convolutions before a batch norm have no
/// bias: the norm would remove it.
public struct DCGANGenerator: Layer {
  /// The sizes.
  public let configuration: DCGANConfiguration
  /// The layers.
  public var network: Sequential

  /// A generator with weights from N(0, 0.02) and batch norm scales from N(1, 0.02).
  public init(_ configuration: DCGANConfiguration = .init(), using random: inout RandomSource) {
    let (w, base, doublings) = (configuration.width, configuration.baseSize, configuration.doublings)
    self.configuration = configuration
    network = Sequential {
      Reshape([1, 1, configuration.latentSize])
      TransposedConvolution2D(configuration.latentSize, w << (doublings - 1), kernel: base, bias: false)
      BatchNormalization(w << (doublings - 1))
      ReLU()
      for level in (1..<doublings).reversed() {
        TransposedConvolution2D(w << level, w << (level - 1), kernel: 4, stride: 2, padding: 1, bias: false)
        BatchNormalization(w << (level - 1))
        ReLU()
      }
      TransposedConvolution2D(w, configuration.channels, kernel: 4, stride: 2, padding: 1)
      Tanh()
    }
    network.initialize(
      .normal(mean: 0, standardDeviation: 0.02), scales: .normal(mean: 1, standardDeviation: 0.02), using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Images from latent codes, with running statistics.
  public func callAsFunction(_ latents: Tensor) -> Tensor { network(checked(latents)) }

  /// Images from latent codes, with the batch’s statistics.
  public mutating func forward(_ latents: Tensor, using random: inout RandomSource) -> Tensor {
    network.forward(checked(latents), using: &random)
  }

  private func checked(_ latents: Tensor) -> Tensor {
    precondition(
      latents.rank == 2 && latents.shape[1] == configuration.latentSize,
      "this generator takes latent codes [N, \(configuration.latentSize)], not a tensor of shape \(latents.shape)")
    return latents
  }
}
