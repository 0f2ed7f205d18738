/// The sizes of a β-VAE of square images, and how its weights start.
///
/// The defaults are those of VAAL (Sinha, Ebrahimi and Darrell, ICCV 2019) for 32 × 32 colour images: convolutions of
/// 128, 256, 512 and 1024 channels and a latent space of 32 dimensions.
public struct BetaVAEConfiguration: Codable, Sendable, Hashable {
  /// Pixels on a side: a multiple of 8 from 16 on (four halvings: 16, 32, 64, …), or another multiple of 4 from 8 on
  /// (three halvings: 8, 12, 20, 28, …).
  public var imageSize: Int
  /// 1 for grey, 3 for colour.
  public var channels: Int
  /// Dimensions of the latent space; the paper has 32, and 64 for ImageNet.
  public var latentSize: Int
  /// Channels of the encoder's first layer; they double inwards. 128 in the paper.
  public var width: Int
  /// How the weights start.
  public var initialization: Initialization

  /// How the weights start.
  public enum Initialization: String, Codable, Sendable, CaseIterable {
    /// Kaiming's normal distribution for every weight, biases zero: what the released code sets out to do.
    case corrected
    /// What the released code does: its loop over the layers fails silently at the two heads and passes over
    /// transposed convolutions, which keep PyTorch's defaults.
    case releasedCode = "released-code"
  }

  /// The paper's values for images of `imageSize` pixels.
  public init(
    imageSize: Int = 32, channels: Int = 3, latentSize: Int = 32, width: Int = 128,
    initialization: Initialization = .corrected
  ) {
    self.imageSize = imageSize
    self.channels = channels
    self.latentSize = latentSize
    self.width = width
    self.initialization = initialization
  }

  /// An eighth of the paper's width: about a hundredth of its cost, enough for digits.
  public static func small(imageSize: Int = 28, channels: Int = 1) -> BetaVAEConfiguration {
    BetaVAEConfiguration(imageSize: imageSize, channels: channels, width: 16)
  }

  /// The convolutions of the encoder: 4, or 3 for sizes that cannot be halved as often.
  var levels: Int { imageSize % 8 == 0 && imageSize >= 16 ? 4 : 3 }

  /// The side of the encoder's last feature map.
  var encodedSide: Int { imageSize >> levels }

  /// The side of the decoder's first feature map: twice the encoder's last, rounded up.
  var decodedSide: Int { imageSize >> (levels - 1) }

  /// Channels of the deepest feature maps.
  var depth: Int { width << (levels - 1) }

  func check() {
    precondition(
      imageSize >= 8 && imageSize % 4 == 0,
      "a β-VAE is laid out for images of 8, 12, 16, 20, 24, … pixels on a side, not \(imageSize)")
    precondition(
      channels > 0 && latentSize > 0 && width > 0,
      "a β-VAE needs channels, latent dimensions and a width, not \(channels), \(latentSize) and \(width)")
  }
}
