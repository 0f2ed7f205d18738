internal import Models
internal import Tensor

/// A discriminator of images: the encoder's layers up to its first head, and a latent discriminator after them. It is
/// what is left of VAAL without a β-VAE. The encoder's other head is not used.
struct ImageDiscriminator: Module {
  var encoder: BetaVAEEncoder
  var head: LatentDiscriminator

  init(_ configuration: BetaVAEConfiguration, hidden: [Int], using random: inout RandomSource) {
    encoder = BetaVAEEncoder(configuration, using: &random)
    head = LatentDiscriminator(.init(latentSize: configuration.latentSize, hidden: hidden), using: &random)
  }

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("head", &head)
  }

  /// Training: cross-entropy to "labelled" and "unlabelled".
  mutating func loss(labelled: Tensor, unlabelled: Tensor, using random: inout RandomSource) -> Tensor {
    let first = head(encoder.forward(labelled, using: &random).mean)
    let second = head(encoder.forward(unlabelled, using: &random).mean)
    return binaryCrossEntropy(logits: first, target: 1) + binaryCrossEntropy(logits: second, target: 0)
  }
}
