public import Tensor

/// What an encoder says of a batch of images: one normal distribution of latent codes per image, its dimensions
/// independent.
public struct GaussianPosterior: Sendable {
  /// μ, `[N, z]`.
  public var mean: Tensor
  /// log σ², `[N, z]`.
  public var logVariance: Tensor

  /// The distributions with these means and logarithms of variances, both `[N, z]`.
  public init(mean: Tensor, logVariance: Tensor) {
    precondition(
      mean.shape == logVariance.shape && mean.rank == 2,
      "a posterior has means and log-variances of one shape [N, z], not \(mean.shape) and \(logVariance.shape)")
    self.mean = mean
    self.logVariance = logVariance
  }

  /// μ + σ·ε: a latent code per image, differentiable in μ and σ (Kingma and Welling, ICLR 2014, Section 2.4).
  ///
  /// - Parameter noise: ε, `[N, z]`, standard normal.
  public func sample(noise: Tensor) -> Tensor { mean + (logVariance * 0.5).exponential() * noise }

  /// KL(N(μ, σ²) ‖ N(0, 1)) of each image, `[N]`: ½ Σ (μ² + σ² − 1 − log σ²) over the latent dimensions.
  public func divergenceFromStandardNormal() -> Tensor {
    ((mean.squared() + logVariance.exponential() - logVariance - 1) * 0.5).sum(alongAxes: [1])
  }

  /// −log N(z; μ, σ²) of each image, `[N]`, without the constant ½·log 2π per dimension.
  public func negativeLogLikelihood(of latents: Tensor) -> Tensor {
    let deviation = (latents - mean).squared() / logVariance.exponential()
    return ((logVariance + deviation) * 0.5).sum(alongAxes: [1])
  }
}
