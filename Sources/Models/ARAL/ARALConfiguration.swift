/// The sizes of ARAL's four networks.
///
/// Mottaghi and Yeung, "Adversarial representation active learning", 2019 (arXiv 1912.09720), as released: ``mnist``,
/// ``svhn`` and ``cifar`` are its three sets of values.
public struct ARALConfiguration: Codable, Sendable, Hashable {
  /// What the networks are made of.
  public enum Architecture: String, Codable, Sendable, CaseIterable {
    /// Dense layers, for digits; images are in [0, 1].
    case dense
    /// Convolutions, for colour images; images are in [−1, 1].
    case convolutional
  }

  /// What the networks are made of.
  public var architecture: Architecture
  /// Pixels on a side; a multiple of 8, from 16 on, for convolutions.
  public var imageSize: Int
  /// 1 for grey, 3 for colour.
  public var channels: Int
  /// The number of classes, K.
  public var classes: Int
  /// Dimensions of a latent code.
  public var latentSize: Int
  /// The classifier's widths: units of each hidden layer, or channels of the convolutions before and after the second
  /// reduction.
  public var classifierWidths: [Int]
  /// Units of the generator's and the encoder's hidden layers, or their channels next to the image, which double
  /// inwards twice.
  public var autoencoderWidth: Int
  /// Units of the sampler's four hidden layers.
  public var samplerWidth: Int
  /// Standard deviation of the noise the classifier adds to images in training.
  public var inputNoise: Float
  /// Standard deviation of the noise it adds before every other layer; dense only.
  public var hiddenNoise: Float
  /// The share of the image's channels it drops; convolutions only.
  public var inputDropout: Float
  /// The share it drops after each reduction; convolutions only.
  public var hiddenDropout: Float
  /// Whether ``hiddenDropout`` drops whole channels.
  public var dropsChannels: Bool

  /// Sizes, and the noise and dropout of the CIFAR networks unless said otherwise.
  public init(
    architecture: Architecture, imageSize: Int, channels: Int, classes: Int = 10, latentSize: Int = 100,
    classifierWidths: [Int], autoencoderWidth: Int, samplerWidth: Int = 512, inputNoise: Float = 0.05,
    hiddenNoise: Float = 0.5, inputDropout: Float = 0.2, hiddenDropout: Float = 0.5, dropsChannels: Bool = false
  ) {
    self.architecture = architecture
    self.imageSize = imageSize
    self.channels = channels
    self.classes = classes
    self.latentSize = latentSize
    self.classifierWidths = classifierWidths
    self.autoencoderWidth = autoencoderWidth
    self.samplerWidth = samplerWidth
    self.inputNoise = inputNoise
    self.hiddenNoise = hiddenNoise
    self.inputDropout = inputDropout
    self.hiddenDropout = hiddenDropout
    self.dropsChannels = dropsChannels
  }

  /// For MNIST: dense layers.
  public static let mnist = ARALConfiguration(
    architecture: .dense, imageSize: 28, channels: 1, classifierWidths: [1000, 500, 250, 250, 250],
    autoencoderWidth: 500, inputNoise: 0.3)
  /// For SVHN: convolutions of 64 and 128 channels, dropout of whole channels.
  public static let svhn = ARALConfiguration(
    architecture: .convolutional, imageSize: 32, channels: 3, classifierWidths: [64, 128], autoencoderWidth: 128,
    inputDropout: 0.15, dropsChannels: true)
  /// For CIFAR-10: convolutions of 96 and 192 channels.
  public static let cifar = ARALConfiguration(
    architecture: .convolutional, imageSize: 32, channels: 3, classifierWidths: [96, 192], autoencoderWidth: 128)
  /// The CIFAR networks at about a sixth of their width, for trying things out.
  public static let small = ARALConfiguration(
    architecture: .convolutional, imageSize: 32, channels: 3, latentSize: 32, classifierWidths: [16, 32],
    autoencoderWidth: 16, samplerWidth: 64)

  /// The MNIST networks at 0.4 of their width, for two cores: a step takes about a fifth of the time.
  public static let smallDigits = ARALConfiguration(
    architecture: .dense, imageSize: 28, channels: 1, classifierWidths: [400, 200, 100, 100, 100],
    autoencoderWidth: 300, samplerWidth: 128, inputNoise: 0.3)

  /// Scalars of an image.
  var imageScalars: Int { imageSize * imageSize * channels }

  func check() {
    precondition(
      !classifierWidths.isEmpty && classes > 0 && latentSize > 0,
      "ARAL's networks need hidden layers, classes and latent dimensions: \(self)")
    guard architecture == .convolutional else { return }
    precondition(
      imageSize % 8 == 0 && imageSize >= 16 && classifierWidths.count == 2,
      "ARAL's convolutions take images of 16, 24, 32, … pixels and two widths, not \(imageSize) and \(classifierWidths)"
    )
  }
}
