public import Tensor

/// VGG-16 with batch normalisation: images `[N, H, W, C]` of at least 32 pixels a side to logits `[N, classes]`.
///
/// Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015, Table 1,
/// configuration D; batch normalisation after every convolution as in Ioffe and Szegedy, ICML 2015. With width w (64
/// in the paper) and 32 pixels:
///
/// | layers | output |
/// | --- | --- |
/// | 2 × (3×3 convolution, batch norm, ReLU), 2×2 max pool | 16 × 16 × w |
/// | 2 × the same, max pool | 8 × 8 × 2w |
/// | 3 × the same, max pool | 4 × 4 × 4w |
/// | 3 × the same, max pool | 2 × 2 × 8w |
/// | 3 × the same, max pool | 1 × 1 × 8w |
/// | ``Head/linear``: mean over all pixels | 8w |
/// | ``Head/hidden(units:dropout:)``: average pool to 7 × 7, then 2 × (dense, ReLU, dropout) | units |
/// | dense | classes |
///
/// *Deviations.* Convolutions have no bias: the batch norm behind them would remove it. For 32-pixel images the pool
/// to 7 × 7 repeats the one pixel that is left, as in the task learner of VAAL (Sinha et al., ICCV 2019), which keeps
/// the head made for 224 pixels.
public struct VGG16: FeatureClassifier {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The number of classes.
    public var classes: Int
    /// Channels of the first convolutions; 64 in the paper.
    public var width: Int
    /// What follows the convolutions.
    public var head: Head

    /// Memberwise.
    public init(channels: Int = 3, classes: Int = 10, width: Int = 64, head: Head = .linear) {
      self.channels = channels
      self.classes = classes
      self.width = width
      self.head = head
    }
  }

  /// What follows the convolutions.
  public enum Head: Codable, Sendable, Hashable {
    /// One dense layer on the mean over all pixels: what is usual for CIFAR.
    case linear
    /// The paper's: the maps pooled to 7 × 7, two hidden dense layers with dropout, and the last dense layer.
    case hidden(units: Int = 4096, dropout: Float = 0.5)
  }

  /// The sizes.
  public let configuration: Configuration
  /// Images to features: `[N, 8w]`, or `[N, units]` with the paper's head.
  public var body: Sequential
  /// Features to logits.
  public var head: Dense

  /// A network with new weights: Kaiming's normal distribution, and ±1/√F uniformly in the last layer.
  public init(_ configuration: Configuration = .init(), using random: inout RandomSource) {
    let (w, colours) = (configuration.width, configuration.channels)
    self.configuration = configuration
    body = Sequential {
      for (inputs, outputs, convolutions) in [
        (colours, w, 2), (w, 2 * w, 2), (2 * w, 4 * w, 3), (4 * w, 8 * w, 3), (8 * w, 8 * w, 3),
      ] {
        for index in 0..<convolutions {
          Convolution2D(index == 0 ? inputs : outputs, outputs, kernel: 3, padding: 1, bias: false)
          BatchNormalization(outputs)
          ReLU()
        }
        MaxPool2D(2)
      }
      switch configuration.head {
      case .linear:
        GlobalAveragePool2D()
      case .hidden(let units, let dropout):
        AdaptiveAveragePool2D(7)
        Flatten()
        Dense(7 * 7 * 8 * w, units)
        ReLU()
        Dropout(dropout)
        Dense(units, units)
        ReLU()
        Dropout(dropout)
      }
    }
    switch configuration.head {
    case .linear: head = Dense(8 * w, configuration.classes)
    case .hidden(let units, _): head = Dense(units, configuration.classes)
    }
    drawWeights(using: &random)
  }

  /// `images` if their shape fits.
  public func checked(_ images: Tensor) -> Tensor {
    checkedImages(images, channels: configuration.channels, minimumSide: 32)
  }
}
