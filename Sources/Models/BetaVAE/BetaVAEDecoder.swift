public import Tensor

/// The decoder of a β-VAE: latent codes `[N, z]` to images `[N, S, S, C]`.
///
/// Sinha, Ebrahimi and Darrell, ICCV 2019, as released. With width w and 32 pixels:
///
/// | layer | output |
/// | --- | --- |
/// | dense | 4 × 4 × 8w |
/// | 4×4 transposed convolution, stride 2, batch norm, ReLU | 8 × 8 × 4w |
/// | the same | 16 × 16 × 2w |
/// | the same | 32 × 32 × w |
/// | 1×1 transposed convolution | 32 × 32 × C |
///
/// 64 pixels start from 8 × 8. 28 pixels have two doublings: 7 × 7 × 4w, 14 × 14 × 2w, 28 × 28 × w, 28 × 28 × C.
/// Nothing bounds the output: it is the mean of a Gaussian.
public struct BetaVAEDecoder: Layer {
  /// The sizes.
  public let configuration: BetaVAEConfiguration
  /// The layers.
  public var network: Sequential

  /// A decoder with weights drawn as the configuration says.
  public init(_ configuration: BetaVAEConfiguration = .init(), using random: inout RandomSource) {
    configuration.check()
    let (w, side, depth) = (configuration.width, configuration.decodedSide, configuration.depth)
    self.configuration = configuration
    network = Sequential {
      Dense(configuration.latentSize, side * side * depth)
      Reshape([side, side, depth])
      for level in (1..<configuration.levels).reversed() {
        TransposedConvolution2D(w << level, w << (level - 1), kernel: 4, stride: 2, padding: 1, bias: false)
        BatchNormalization(w << (level - 1))
        ReLU()
      }
      TransposedConvolution2D(w, configuration.channels, kernel: 1)
    }
    network.drawWeights(configuration.initialization, using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Images from latent codes, with running statistics.
  public func callAsFunction(_ latents: Tensor) -> Tensor { network(checked(latents)) }

  /// Images from latent codes, with the batch's statistics.
  public mutating func forward(_ latents: Tensor, using random: inout RandomSource) -> Tensor {
    network.forward(checked(latents), using: &random)
  }

  private func checked(_ latents: Tensor) -> Tensor {
    precondition(
      latents.rank == 2 && latents.shape[1] == configuration.latentSize,
      "this decoder takes latent codes [N, \(configuration.latentSize)], not a tensor of shape \(latents.shape)")
    return latents
  }
}
