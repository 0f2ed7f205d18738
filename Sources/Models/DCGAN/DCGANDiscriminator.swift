public import Tensor

/// The discriminator of a deep convolutional GAN: images `[N, S, S, C]` in [−1, 1] to logits `[N, 1]`, positive for
/// images it takes for real.
///
/// Radford, Metz and Chintala, ICLR 2016. With width w and 32 pixels:
///
/// | layer | output |
/// | --- | --- |
/// | 4×4 convolution, stride 2, leaky ReLU 0.2 | 16 × 16 × w |
/// | 4×4 convolution, stride 2, batch norm, leaky ReLU 0.2 | 8 × 8 × 2w |
/// | the same | 4 × 4 × 4w |
/// | 4×4 convolution | 1 |
///
/// *Deviations.* Logits instead of probabilities: the losses take logits. Spectral normalisation instead of batch
/// normalisation if the configuration says so.
public struct DCGANDiscriminator: Layer {
  /// The sizes.
  public let configuration: DCGANConfiguration
  /// The layers.
  public var network: Sequential

  /// A discriminator with weights from N(0, 0.02) and batch norm scales from N(1, 0.02).
  public init(_ configuration: DCGANConfiguration = .init(), using random: inout RandomSource) {
    let (w, base, doublings) = (configuration.width, configuration.baseSize, configuration.doublings)
    self.configuration = configuration
    switch configuration.discriminatorNormalization {
    case .batch:
      network = Sequential {
        Convolution2D(configuration.channels, w, kernel: 4, stride: 2, padding: 1)
        LeakyReLU(0.2)
        for level in 1..<doublings {
          Convolution2D(w << (level - 1), w << level, kernel: 4, stride: 2, padding: 1, bias: false)
          BatchNormalization(w << level)
          LeakyReLU(0.2)
        }
        Convolution2D(w << (doublings - 1), 1, kernel: base)
        Flatten()
      }
    case .spectral:
      network = Sequential {
        SpectralNormalized(Convolution2D(configuration.channels, w, kernel: 4, stride: 2, padding: 1))
        LeakyReLU(0.2)
        for level in 1..<doublings {
          SpectralNormalized(Convolution2D(w << (level - 1), w << level, kernel: 4, stride: 2, padding: 1))
          LeakyReLU(0.2)
        }
        SpectralNormalized(Convolution2D(w << (doublings - 1), 1, kernel: base))
        Flatten()
      }
    }
    network.initialize(
      .normal(mean: 0, standardDeviation: 0.02), scales: .normal(mean: 1, standardDeviation: 0.02), using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Logits, with running statistics.
  public func callAsFunction(_ images: Tensor) -> Tensor { network(checked(images)) }

  /// Logits, with the batch’s statistics.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    network.forward(checked(images), using: &random)
  }

  private func checked(_ images: Tensor) -> Tensor {
    let (size, channels) = (configuration.imageSize, configuration.channels)
    precondition(
      images.rank == 4 && images.shape.dropFirst() == [size, size, channels],
      "this discriminator takes images [N, \(size), \(size), \(channels)], not a tensor of shape \(images.shape)")
    return images
  }
}
