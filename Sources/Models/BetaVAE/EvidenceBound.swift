public import Tensor

/// The negative evidence lower bound of a β-VAE: reconstruction error + β · KL divergence from the prior.
///
/// Higgins et al., "β-VAE", ICLR 2017, Eq. 4; in VAAL (Sinha et al., ICCV 2019) the negative of Eq. 1's terms.
public struct EvidenceBound: Codable, Sendable, Hashable {
  /// The weight of the divergence; 1 is the ordinary VAE, and VAAL's value.
  public var beta: Float
  /// Over what the two terms are summed and averaged.
  public var weighting: Weighting

  /// Over what the two terms are summed and averaged.
  public enum Weighting: String, Codable, Sendable, CaseIterable {
    /// Both are sums over one image (its pixels and channels; its latent dimensions), averaged over the batch: the
    /// evidence bound of a Gaussian likelihood of variance ½.
    case perImageSums = "per-image-sums"
    /// As VAAL's and ARAL's released code has it: the error is a mean over every pixel of the batch, while the
    /// divergence is summed over the batch. At β = 1 the divergence outweighs the error by the number of scalars of the
    /// batch, 196 608 for 64 colour images of 32 × 32, and the posterior collapses onto the prior.
    case releasedCode = "released-code"
  }

  /// The two terms, before β.
  public struct Terms: Sendable {
    /// The reconstruction error, a scalar.
    public var reconstruction: Tensor
    /// The divergence from the prior, a scalar.
    public var divergence: Tensor
  }

  /// The bound with the given weight of the divergence.
  public init(beta: Float = 1, weighting: Weighting = .perImageSums) {
    self.beta = beta
    self.weighting = weighting
  }

  /// The two terms for a batch.
  ///
  /// - Parameters:
  ///   - reconstructions: `[N, S, S, C]`, in the range of the images.
  ///   - images: `[N, S, S, C]`.
  ///   - posterior: of the `N` images.
  public func terms(reconstructions: Tensor, images: Tensor, posterior: GaussianPosterior) -> Terms {
    let error = reconstructionError(reconstructions, images)
    let divergence = posterior.divergenceFromStandardNormal()
    switch weighting {
    case .perImageSums: return Terms(reconstruction: error, divergence: divergence.mean())
    case .releasedCode: return Terms(reconstruction: error, divergence: divergence.sum())
    }
  }

  /// The first of the two terms.
  func reconstructionError(_ reconstructions: Tensor, _ images: Tensor) -> Tensor {
    let error = meanSquaredError(reconstructions, images)
    switch weighting {
    case .perImageSums: return error * Float(images.shape.dropFirst().reduce(1, *))
    case .releasedCode: return error
    }
  }

  /// What is minimised: the reconstruction error + β · the divergence.
  public func loss(_ terms: Terms) -> Tensor { terms.reconstruction + terms.divergence * beta }
}
