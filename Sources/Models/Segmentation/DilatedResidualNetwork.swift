public import Tensor

/// A small dilated residual network: images `[N, H, W, C]` with sides that are multiples of 4 to logits
/// `[N, H, W, classes]`.
///
/// Yu, Koltun and Funkhouser, "Dilated residual networks", CVPR 2017, sections 2 and 4: the last stages of a residual
/// network do not halve the image again but dilate their kernels by 2 and 4, so that the receptive field grows and the
/// map does not shrink; layers without shortcuts and with falling dilation follow, against gridding (DRN-C). With
/// width w and 32 pixels:
///
/// | layers | output |
/// | --- | --- |
/// | 3×3 convolution, batch norm, ReLU | 32 × 32 × w |
/// | ``DilatedResidualBlock`` of stride 2 | 16 × 16 × w |
/// | ``DilatedResidualBlock`` of stride 2 | 8 × 8 × 2w |
/// | ``DilatedResidualBlock`` of dilation 2 | 8 × 8 × 4w |
/// | ``DilatedResidualBlock`` of dilation 4 | 8 × 8 × 4w |
/// | 3×3 convolution of dilation 2, batch norm, ReLU | 8 × 8 × 4w |
/// | 3×3 convolution, batch norm, ReLU | 8 × 8 × 4w |
/// | 1×1 convolution | 8 × 8 × classes |
/// | ``BilinearUpsampling`` by 4 | 32 × 32 × classes |
///
/// *Deviations.* The paper's networks have 26 layers and more for photographs, and shrink them by 8; this one has one
/// block a stage and shrinks by 4, for images of 32 to 64 pixels.
public struct DilatedResidualNetwork: SegmentationNetwork {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The number of classes, background included.
    public var classes: Int
    /// Channels of the first stage.
    public var width: Int

    /// Memberwise.
    public init(channels: Int = 1, classes: Int = 2, width: Int = 16) {
      (self.channels, self.classes, self.width) = (channels, classes, width)
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// Images to feature maps `[N, H / 4, W / 4, 4w]`.
  public var body: Sequential
  /// Feature maps to logits of the same size.
  public var head: Convolution2D
  private let upsampling = BilinearUpsampling(4)

  /// A network with new weights: Kaiming's normal distribution, and ±1/√F uniformly in the last layer.
  public init(_ configuration: Configuration = .init(), using random: inout RandomSource) {
    let w = configuration.width
    self.configuration = configuration
    body = Sequential {
      Convolution2D(configuration.channels, w, kernel: 3, padding: 1, bias: false)
      BatchNormalization(w)
      ReLU()
      DilatedResidualBlock(w, w, stride: 2)
      DilatedResidualBlock(w, 2 * w, stride: 2)
      DilatedResidualBlock(2 * w, 4 * w, dilation: 2)
      DilatedResidualBlock(4 * w, 4 * w, dilation: 4)
      Convolution2D(4 * w, 4 * w, kernel: 3, padding: 2, dilation: 2, bias: false)
      BatchNormalization(4 * w)
      ReLU()
      Convolution2D(4 * w, 4 * w, kernel: 3, padding: 1, bias: false)
      BatchNormalization(4 * w)
      ReLU()
    }
    head = Convolution2D(4 * w, configuration.classes, kernel: 1)
    body.initialize(.kaimingNormal(), using: &random)
    head.initialize(.default, using: &random)
  }

  /// The number of classes.
  public var classes: Int { configuration.classes }

  /// Logits `[N, H, W, classes]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { upsampling(head(body(checked(images)))) }

  /// Logits `[N, H, W, classes]`, with batch statistics.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    upsampling(head.forward(body.forward(checked(images), using: &random), using: &random))
  }

  /// The mean over all pixels of the last feature map, `[N, 4w]`.
  public func features(_ images: Tensor) -> Tensor { globalAveragePool2D(body(checked(images))) }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("body", &body)
    visitor.visit("head", &head)
  }

  private func checked(_ images: Tensor) -> Tensor {
    precondition(
      images.rank == 4 && images.shape[3] == configuration.channels && images.shape[1] % 4 == 0
        && images.shape[2] % 4 == 0 && images.shape[1] > 0 && images.shape[2] > 0,
      "this network takes images [N, H, W, \(configuration.channels)] with sides that are multiples of 4, not a tensor "
        + "of shape \(images.shape)")
    return images
  }
}
