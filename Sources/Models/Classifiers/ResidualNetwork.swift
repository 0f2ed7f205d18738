public import Tensor

/// A residual network for small images: `[N, H, W, C]` of at least 8 pixels a side to logits `[N, classes]`.
///
/// He et al., "Deep residual learning for image recognition", CVPR 2016, Table 1. ResNet-18 with width w (64 in the
/// paper) and 32 pixels:
///
/// | layers | output |
/// | --- | --- |
/// | 3×3 convolution, batch norm, ReLU | 32 × 32 × w |
/// | 2 × ``ResidualBlock`` | 32 × 32 × w |
/// | 2 × the same, the first of stride 2 | 16 × 16 × 2w |
/// | 2 × the same, the first of stride 2 | 8 × 8 × 4w |
/// | 2 × the same, the first of stride 2 | 4 × 4 × 8w |
/// | mean over all pixels | 8w |
/// | dense | classes |
///
/// *Deviations.* The first layer is a 3×3 convolution of stride 1 instead of a 7×7 one of stride 2 and a max pool,
/// which would leave too little of 32 pixels; this is the variant that active learning papers use for CIFAR.
public struct ResidualNetwork: FeatureClassifier {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The number of classes.
    public var classes: Int
    /// Channels of the first stage; 64 in the paper. They double from stage to stage.
    public var width: Int
    /// Blocks of each stage: 2, 2, 2, 2 for ResNet-18, 3, 4, 6, 3 for ResNet-34.
    public var blocks: [Int]

    /// Memberwise; the default is ResNet-18.
    public init(channels: Int = 3, classes: Int = 10, width: Int = 64, blocks: [Int] = [2, 2, 2, 2]) {
      self.channels = channels
      self.classes = classes
      self.width = width
      self.blocks = blocks
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// Images to features `[N, w · 2ˢ⁻¹]` after s stages.
  public var body: Sequential
  /// Features to logits.
  public var head: Dense

  /// A network with new weights: Kaiming's normal distribution, and ±1/√F uniformly in the last layer.
  ///
  /// Precondition: there is at least one stage, and none is empty.
  public init(_ configuration: Configuration = .init(), using random: inout RandomSource) {
    let (w, blocks) = (configuration.width, configuration.blocks)
    precondition(!blocks.isEmpty && blocks.allSatisfy { $0 > 0 }, "every stage needs a block, not \(blocks)")
    self.configuration = configuration
    body = Sequential {
      Convolution2D(configuration.channels, w, kernel: 3, padding: 1, bias: false)
      BatchNormalization(w)
      ReLU()
      for (stage, count) in blocks.enumerated() {
        ResidualBlock(stage == 0 ? w : w << (stage - 1), w << stage, stride: stage == 0 ? 1 : 2)
        for _ in 1..<count { ResidualBlock(w << stage, w << stage) }
      }
      GlobalAveragePool2D()
    }
    head = Dense(w << (blocks.count - 1), configuration.classes)
    drawWeights(using: &random)
  }

  /// `images` if their shape fits.
  public func checked(_ images: Tensor) -> Tensor {
    checkedImages(images, channels: configuration.channels, minimumSide: 1 << (configuration.blocks.count - 1))
  }
}
