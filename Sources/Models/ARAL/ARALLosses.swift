public import Tensor

/// ARAL's losses that are not in every library.
public enum ARALLosses {
  /// −½·E[s] + ½·E[softplus(s)] with s = log Σ exp(logits): the discriminator's loss on real images without labels. It
  /// is half the cross-entropy of sigmoid(s) to 1.
  ///
  /// Salimans et al., "Improved techniques for training GANs", NeurIPS 2016, Section 5: of K + 1 classes, the generated
  /// one has the constant logit 0.
  ///
  /// - Parameter logits: `[N, K]`.
  public static func real(_ logits: Tensor) -> Tensor {
    binaryCrossEntropy(logits: logSumExp(logits), target: 1) * 0.5
  }

  /// ½·E[softplus(s)]: the discriminator's loss on generated images.
  public static func generated(_ logits: Tensor) -> Tensor {
    binaryCrossEntropy(logits: logSumExp(logits), target: 0) * 0.5
  }

  /// The distance of two batches' mean features, both `[N, F]`.
  public static func featureDistance(_ a: Tensor, _ b: Tensor, _ measure: ARALSettings.FeatureDistance) -> Tensor {
    let (a, b) = (a.mean(alongAxes: [0]), b.mean(alongAxes: [0]))
    switch measure {
    case .squared: return meanSquaredError(a, b)
    case .absolute: return meanAbsoluteError(a, b)
    }
  }

  /// The distance of two batches' mean features class by class, over the classes that both have.
  ///
  /// - Parameters:
  ///   - a: `[N, F]`, of the classes `aLabels`.
  ///   - b: `[M, F]`, of the classes `bLabels`.
  public static func classFeatureDistance(
    _ a: Tensor, _ aLabels: [Int], _ b: Tensor, _ bLabels: [Int], classes: Int, _ measure: ARALSettings.FeatureDistance
  ) -> Tensor {
    func counts(_ labels: [Int]) -> [Float] { labels.reduce(into: Array(repeating: 0, count: classes)) { $0[$1] += 1 } }
    let (aCounts, bCounts) = (counts(aLabels), counts(bLabels))
    // Row k of a product with this is the mean of class k, or 0 in both batches if one has none of it.
    func averaging(_ labels: [Int], _ own: [Float], _ other: [Float]) -> Tensor {
      var weights = [Float](repeating: 0, count: classes * labels.count)
      for (index, label) in labels.enumerated() where other[label] > 0 {
        weights[label * labels.count + index] = 1 / own[label]
      }
      return Tensor(weights, shape: [classes, labels.count])
    }
    let (a, b) = (
      matmul(averaging(aLabels, aCounts, bCounts), a), matmul(averaging(bLabels, bCounts, aCounts), b)
    )
    switch measure {
    case .squared: return meanSquaredError(a, b)
    case .absolute: return meanAbsoluteError(a, b)
    }
  }

  /// The mean of −log q(z | x, y) over the batch, without its constant.
  static func negativeLogLikelihood(
    of latents: Tensor, under posterior: GaussianPosterior, _ meaning: ARALSettings.LikelihoodScale
  ) -> Tensor {
    switch meaning {
    case .logVariance: posterior.negativeLogLikelihood(of: latents).mean()
    case .logDeviation:
      GaussianPosterior(mean: posterior.mean, logVariance: posterior.logVariance * 2)
        .negativeLogLikelihood(of: latents).mean()
    }
  }
}
