public import Tensor

/// The two losses of a generative adversarial network, on the discriminator's logits `[N, 1]`.
public enum AdversarialLoss: String, Codable, Sendable, CaseIterable {
  /// Binary cross-entropy; the generator maximises log D(G(z)) instead of minimising log(1 − D(G(z))), which would
  /// saturate. Goodfellow et al., NeurIPS 2014, Section 3.
  case nonSaturating = "non-saturating"
  /// Mean squares: real to 1, generated to 0, and for the generator to 1. Mao et al., ICCV 2017, Eq. 9.
  case leastSquares = "least-squares"
  /// Hinge losses, meant for a spectrally normalised discriminator: what WGAN-GP gives at a fraction of its cost.
  /// Miyato et al., ICLR 2018, Eq. 16 and 17.
  case hinge

  /// What the discriminator minimises.
  public func discriminator(real: Tensor, generated: Tensor) -> Tensor {
    switch self {
    case .nonSaturating:
      binaryCrossEntropy(logits: real, target: 1) + binaryCrossEntropy(logits: generated, target: 0)
    case .leastSquares:
      ((real - 1).squared().mean() + generated.squared().mean()) * 0.5
    case .hinge:
      (1 - real).relu().mean() + (1 + generated).relu().mean()
    }
  }

  /// What the generator minimises.
  public func generator(_ generated: Tensor) -> Tensor {
    switch self {
    case .nonSaturating: binaryCrossEntropy(logits: generated, target: 1)
    case .leastSquares: (generated - 1).squared().mean() * 0.5
    case .hinge: -generated.mean()
    }
  }

  /// The normalisation of the discriminator that the loss is meant for.
  public var discriminatorNormalization: DCGANConfiguration.Normalization { self == .hinge ? .spectral : .batch }
}
