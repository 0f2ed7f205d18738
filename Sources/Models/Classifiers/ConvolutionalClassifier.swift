public import Tensor

/// A small convolutional classifier of images `[N, S, S, C]` in [0, 1]: the simulated person of query synthesis,
/// and a learner in its own right.
///
/// | layer | output |
/// | --- | --- |
/// | 3×3 convolution, batch norm, ReLU, 2×2 max pool | S/2 × S/2 × w |
/// | 3×3 convolution, batch norm, ReLU | S/2 × S/2 × 2w |
/// | 3×3 convolution, batch norm, ReLU, 2×2 max pool | S/4 × S/4 × 2w |
/// | for natural images the last two once more, with 4w | S/8 × S/8 × 4w |
/// | dense, ReLU, dropout | hidden |
/// | dense | classes |
public struct ConvolutionalClassifier: Layer {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Pixels on a side; at least 8.
    public var imageSize: Int
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The number of classes.
    public var classes: Int
    /// Channels of the first layer.
    public var width: Int
    /// Blocks of two convolutions after the first layer: 1 for digits, 2 for natural images.
    public var blocks: Int
    /// Units of the hidden dense layer.
    public var hidden: Int
    /// Dropout before the last layer.
    public var dropout: Float

    /// Memberwise.
    public init(
      imageSize: Int, channels: Int, classes: Int, width: Int, blocks: Int, hidden: Int = 128, dropout: Float = 0.4
    ) {
      self.imageSize = imageSize
      self.channels = channels
      self.classes = classes
      self.width = width
      self.blocks = blocks
      self.hidden = hidden
      self.dropout = dropout
    }

    /// For grey digits.
    public static func digits(imageSize: Int = 28, classes: Int = 10) -> Configuration {
      Configuration(imageSize: imageSize, channels: 1, classes: classes, width: 24, blocks: 1)
    }

    /// For photographs such as CIFAR's.
    public static func naturalImages(imageSize: Int = 32, classes: Int = 10) -> Configuration {
      Configuration(imageSize: imageSize, channels: 3, classes: classes, width: 32, blocks: 2)
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// The layers.
  public var network: Sequential

  /// A classifier with weights of Kaiming's normal distribution.
  public init(_ configuration: Configuration, using random: inout RandomSource) {
    self.configuration = configuration
    let (w, blocks) = (configuration.width, configuration.blocks)
    let side = configuration.imageSize >> (blocks + 1)
    precondition(side >= 1, "images of \(configuration.imageSize) pixels are too small for \(blocks) blocks")
    network = Sequential {
      Convolution2D(configuration.channels, w, kernel: 3, padding: 1, bias: false)
      BatchNormalization(w)
      ReLU()
      MaxPool2D(2)
      for block in 0..<blocks {
        Convolution2D(w << block, w << (block + 1), kernel: 3, padding: 1, bias: false)
        BatchNormalization(w << (block + 1))
        ReLU()
        Convolution2D(w << (block + 1), w << (block + 1), kernel: 3, padding: 1, bias: false)
        BatchNormalization(w << (block + 1))
        ReLU()
        MaxPool2D(2)
      }
      Flatten()
      Dense(side * side * (w << blocks), configuration.hidden)
      ReLU()
      Dropout(configuration.dropout)
      Dense(configuration.hidden, configuration.classes)
    }
    network.initialize(.kaimingNormal(), using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Logits `[N, classes]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { network(images) }

  /// Logits `[N, classes]`, with dropout and batch statistics.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    network.forward(images, using: &random)
  }

  /// Class probabilities `[N, classes]`, computed in batches of 256.
  public func probabilities(for images: Tensor) -> Tensor {
    let count = images.shape[0]
    let parts = stride(from: 0, to: count, by: 256).map { first in
      softmax(self(images.rows(first..<min(count, first + 256))))
    }
    return parts.isEmpty ? .zeros([0, configuration.classes]) : concatenate(parts, alongAxis: 0)
  }

  /// The most probable class of each image.
  public func predictions(for images: Tensor) -> [Int] { probabilities(for: images).argmax() }

  /// The share of `labels` that ``predictions(for:)`` gets right.
  public func accuracy(on images: Tensor, labels: [Int]) -> Double {
    guard !labels.isEmpty else { return 0 }
    return Double(zip(predictions(for: images), labels).count { $0 == $1 }) / Double(labels.count)
  }
}
