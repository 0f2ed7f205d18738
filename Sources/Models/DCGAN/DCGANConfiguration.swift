/// The sizes of a deep convolutional GAN.
///
/// Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional generative adversarial
/// networks", ICLR 2016. Images of 4·2ⁿ or 7·2ⁿ pixels on a side: 8, 16, 32, 64, …, 14, 28, 56, …
public struct DCGANConfiguration: Codable, Sendable, Hashable {
  /// Pixels on a side.
  public var imageSize: Int
  /// 1 for grey, 3 for colour.
  public var channels: Int
  /// Scalars of a latent code; 100 in the paper.
  public var latentSize: Int
  /// Channels of the generator's last hidden layer and of the discriminator's first; they double inwards.
  public var width: Int
  /// How the discriminator's hidden layers are normalised.
  public var discriminatorNormalization: Normalization

  /// What keeps a discriminator's layers in scale.
  public enum Normalization: String, Codable, Sendable, CaseIterable {
    /// Batch normalisation from the second layer on, as in the paper.
    case batch
    /// Spectral normalisation of every layer (Miyato et al. 2018).
    case spectral
  }

  /// The paper's values for images of `imageSize` pixels. A width of `nil` is the usual one of the size: 64, but 128
  /// for the 28-pixel family, which has one layer fewer.
  public init(
    imageSize: Int = 64, channels: Int = 3, latentSize: Int = 100, width: Int? = nil,
    discriminatorNormalization: Normalization = .batch
  ) {
    self.imageSize = imageSize
    self.channels = channels
    self.latentSize = latentSize
    self.width = width ?? (imageSize % 7 == 0 ? 128 : 64)
    self.discriminatorNormalization = discriminatorNormalization
  }

  /// The side of the first feature map: 4 or 7.
  var baseSize: Int { imageSize % 7 == 0 ? 7 : 4 }

  /// How often the generator doubles the base.
  var doublings: Int {
    var (size, count) = (baseSize, 0)
    while size < imageSize {
      size *= 2
      count += 1
    }
    precondition(
      size == imageSize && count >= 1,
      "a DCGAN makes images of 8, 16, 32, 64, … or 14, 28, 56, … pixels on a side, not \(imageSize)")
    return count
  }
}
