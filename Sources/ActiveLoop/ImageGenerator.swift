public import Tensor

/// A trained generator G: latent codes to images.
///
/// It is a value that cannot be trained through this protocol: it runs in inference mode (running statistics in its
/// batch normalisation), so each image depends on its own latent code alone, whatever else is in the batch.
public protocol ImageGenerator: Sendable {
  /// The length of a latent code.
  var latentSize: Int { get }

  /// What the latent codes it was trained on look like.
  var prior: LatentPrior { get }

  /// `[N, z]` to `[N, H, W, C]` in [−1, 1]; differentiable with respect to traced `latents`.
  func images(from latents: Tensor) -> Tensor

  /// `count` codes from the prior, `[count, z]`.
  func latents(_ count: Int, using random: inout RandomSource) -> Tensor
}

extension ImageGenerator {
  /// Draws from ``prior``.
  public func latents(_ count: Int, using random: inout RandomSource) -> Tensor {
    prior.latents(count, size: latentSize, using: &random)
  }

  /// G(z) on the scale of the pool: `[N, H, W, C]` in [0, 1].
  public func inputs(from latents: Tensor) -> Tensor { images(from: latents) * 0.5 + 0.5 }
}

/// The distribution of latent codes a generator was trained on.
public enum LatentPrior: String, Codable, Sendable, CaseIterable {
  /// Independent and uniform in [−1, 1].
  case uniform
  /// Independent standard normal.
  case normal

  /// `count` codes, `[count, size]`.
  public func latents(_ count: Int, size: Int, using random: inout RandomSource) -> Tensor {
    switch self {
    case .uniform: Tensor(uniform: [count, size], low: -1, high: 1, using: &random)
    case .normal: Tensor(normal: [count, size], using: &random)
    }
  }

  /// Codes with an entry beyond ±bound are (almost) never drawn: 1 for the uniform prior, 3 for the normal one.
  public var bound: Float {
    switch self {
    case .uniform: 1
    case .normal: 3
    }
  }
}
