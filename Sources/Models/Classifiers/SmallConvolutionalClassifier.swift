public import Tensor

/// Two convolutions and two dense layers for digits: images `[N, S, S, C]` to logits `[N, classes]`.
///
/// The network of PyTorch's MNIST example, the usual small learner of active learning studies, as in Gal, Islam and
/// Ghahramani, "Deep Bayesian active learning with image data", ICML 2017. With 28 pixels:
///
/// | layer | output |
/// | --- | --- |
/// | 3×3 convolution, ReLU | 28 × 28 × 32 |
/// | 3×3 convolution, ReLU, 2×2 max pool, dropout | 14 × 14 × 64 |
/// | dense, ReLU, dropout | 128 |
/// | dense | classes |
///
/// *Deviations.* Convolutions pad by one pixel, so that any even size halves exactly. Dropout is off unless asked for
/// (¼ and ½ in both sources).
public struct SmallConvolutionalClassifier: FeatureClassifier {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Pixels on a side; at least 2.
    public var imageSize: Int
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The number of classes.
    public var classes: Int
    /// Channels of the first convolution; the second has twice as many.
    public var width: Int
    /// Units of the hidden dense layer: the features.
    public var hidden: Int
    /// Dropout after the pool.
    public var poolDropout: Float
    /// Dropout before the last layer.
    public var hiddenDropout: Float

    /// Memberwise.
    public init(
      imageSize: Int = 28, channels: Int = 1, classes: Int = 10, width: Int = 32, hidden: Int = 128,
      poolDropout: Float = 0, hiddenDropout: Float = 0
    ) {
      self.imageSize = imageSize
      self.channels = channels
      self.classes = classes
      self.width = width
      self.hidden = hidden
      self.poolDropout = poolDropout
      self.hiddenDropout = hiddenDropout
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// Images to features `[N, hidden]`.
  public var body: Sequential
  /// Features to logits.
  public var head: Dense

  /// A network with new weights: Kaiming's normal distribution, and ±1/√F uniformly in the last layer.
  public init(_ configuration: Configuration = .init(), using random: inout RandomSource) {
    let (w, side) = (configuration.width, configuration.imageSize / 2)
    precondition(side >= 1, "images of \(configuration.imageSize) pixels are too small")
    self.configuration = configuration
    body = Sequential {
      Convolution2D(configuration.channels, w, kernel: 3, padding: 1)
      ReLU()
      Convolution2D(w, 2 * w, kernel: 3, padding: 1)
      ReLU()
      MaxPool2D(2)
      Dropout(configuration.poolDropout)
      Flatten()
      Dense(side * side * 2 * w, configuration.hidden)
      ReLU()
      Dropout(configuration.hiddenDropout)
    }
    head = Dense(configuration.hidden, configuration.classes)
    drawWeights(using: &random)
  }

  /// `images` if their shape fits.
  public func checked(_ images: Tensor) -> Tensor {
    let (size, channels) = (configuration.imageSize, configuration.channels)
    precondition(
      images.rank == 4 && images.shape.dropFirst() == [size, size, channels],
      "this classifier takes images [N, \(size), \(size), \(channels)], not a tensor of shape \(images.shape)")
    return images
  }
}
