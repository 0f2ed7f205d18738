public import Tensor

/// A β-VAE: an encoder of images to distributions of latent codes, and a decoder back to images.
///
/// Higgins et al., "β-VAE", ICLR 2017, with the layers of VAAL (Sinha, Ebrahimi and Darrell, ICCV 2019); the tables
/// are at ``BetaVAEEncoder`` and ``BetaVAEDecoder``. Its loss is ``EvidenceBound``.
///
/// ```swift
/// var autoencoder = BetaVAE(.init(imageSize: 32), using: &random)
/// let noise = Tensor(normal: [64, 32], using: &random)
/// let (_, gradient) = autoencoder.valueAndGradient { model in
///   let coded = model.forward(images, noise: noise, using: &random)    // images [64, 32, 32, 3] in [−1, 1]
///   return bound.loss(bound.terms(
///     reconstructions: coded.reconstructions, images: images, posterior: coded.posterior))
/// }
/// ```
///
/// *Deviations* from the released code: every weight starts from Kaiming's normal distribution, which is what the released
/// code sets out to do (``BetaVAEConfiguration/Initialization``), and a transposed convolution counts its inputs for that,
/// where PyTorch would count its outputs: 128 instead of 3 for the last layer. The layouts of other sizes than 32 and 64
/// are ours.
public struct BetaVAE: Module {
  /// Images to posteriors.
  public var encoder: BetaVAEEncoder
  /// Latent codes to images.
  public var decoder: BetaVAEDecoder

  /// What a training forward computes.
  public struct Coded: Sendable {
    /// `[N, S, S, C]`.
    public var reconstructions: Tensor
    /// The distributions the codes were drawn from.
    public var posterior: GaussianPosterior
  }

  /// A model with weights drawn as the configuration says.
  public init(_ configuration: BetaVAEConfiguration = .init(), using random: inout RandomSource) {
    encoder = BetaVAEEncoder(configuration, using: &random)
    decoder = BetaVAEDecoder(configuration, using: &random)
  }

  /// The sizes.
  public var configuration: BetaVAEConfiguration { encoder.configuration }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("decoder", &decoder)
  }

  /// Training: encodes, draws a code per image, and decodes it, with the batch's statistics.
  ///
  /// - Parameter noise: ε of the draws, `[N, z]`, standard normal.
  public mutating func forward(_ images: Tensor, noise: Tensor, using random: inout RandomSource) -> Coded {
    let posterior = encoder.forward(images, using: &random)
    return Coded(
      reconstructions: decoder.forward(posterior.sample(noise: noise), using: &random), posterior: posterior)
  }

  /// Inference: images `[N, S, S, C]` decoded from the means of their posteriors.
  public func reconstructions(of images: Tensor) -> Tensor { decoder(encoder(images).mean) }
}
