public import Models
public import Tensor

/// A trained DCGAN as GAAL sees it: in inference mode (batch normalisation with running statistics), so that rows of a
/// batch do not see each other.
public struct DCGANImageGenerator: ImageGenerator {
  /// G.
  public let network: DCGANGenerator
  /// What the latent codes it was trained on look like.
  public let prior: LatentPrior

  /// `prior` must be the one the network was trained with; ``AdversarialTraining`` draws normal codes.
  public init(_ network: DCGANGenerator, prior: LatentPrior = .normal) {
    self.network = network
    self.prior = prior
  }

  /// The length of a latent code.
  public var latentSize: Int { network.configuration.latentSize }

  /// `[N, z]` to `[N, S, S, C]` in [−1, 1].
  public func images(from latents: Tensor) -> Tensor { network(latents) }
}
