public import Tensor

/// The encoder of a β-VAE: images `[N, S, S, C]` in [−1, 1] to distributions of latent codes.
///
/// Sinha, Ebrahimi and Darrell, ICCV 2019, as released. With width w and 32 pixels:
///
/// | layer | output |
/// | --- | --- |
/// | 4×4 convolution, stride 2, batch norm, ReLU | 16 × 16 × w |
/// | the same | 8 × 8 × 2w |
/// | the same | 4 × 4 × 4w |
/// | the same | 2 × 2 × 8w |
/// | two dense heads: μ and log σ² | z each |
///
/// 64 pixels end at 4 × 4. 28 pixels have three convolutions: 14 × 14 × w, 7 × 7 × 2w, 3 × 3 × 4w.
public struct BetaVAEEncoder: Module {
  /// The sizes.
  public let configuration: BetaVAEConfiguration
  /// The convolutions.
  public var features: Sequential
  /// The head for μ.
  public var mean: Dense
  /// The head for log σ².
  public var logVariance: Dense

  /// An encoder with weights drawn as the configuration says.
  public init(_ configuration: BetaVAEConfiguration = .init(), using random: inout RandomSource) {
    configuration.check()
    let w = configuration.width
    let units = configuration.depth * configuration.encodedSide * configuration.encodedSide
    self.configuration = configuration
    features = Sequential {
      for level in 0..<configuration.levels {
        Convolution2D(
          level == 0 ? configuration.channels : w << (level - 1), w << level, kernel: 4, stride: 2, padding: 1,
          bias: false)
        BatchNormalization(w << level)
        ReLU()
      }
      Flatten()
    }
    mean = Dense(units, configuration.latentSize)
    logVariance = Dense(units, configuration.latentSize)
    features.drawWeights(configuration.initialization, using: &random)
    for head in [\BetaVAEEncoder.mean, \.logVariance] {
      switch configuration.initialization {
      case .corrected: self[keyPath: head].initialize(.kaimingNormal(), using: &random)
      case .releasedCode: self[keyPath: head].drawDefaults(fanIn: units, using: &random)
      }
    }
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("features", &features)
    visitor.visit("mean", &mean)
    visitor.visit("logVariance", &logVariance)
  }

  /// Inference: running statistics, so that an image's posterior does not depend on its batch.
  public func callAsFunction(_ images: Tensor) -> GaussianPosterior { posterior(features(checked(images))) }

  /// Training: the batch's statistics.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> GaussianPosterior {
    posterior(features.forward(checked(images), using: &random))
  }

  private func posterior(_ units: Tensor) -> GaussianPosterior {
    GaussianPosterior(mean: mean(units), logVariance: logVariance(units))
  }

  private func checked(_ images: Tensor) -> Tensor {
    let (size, channels) = (configuration.imageSize, configuration.channels)
    precondition(
      images.rank == 4 && images.shape.dropFirst() == [size, size, channels],
      "this encoder takes images [N, \(size), \(size), \(channels)], not a tensor of shape \(images.shape)")
    return images
  }
}
