/// A 2-D convolution of images `[N, H, W, inputs]`; see
/// ``convolution2D(_:_:bias:stride:padding:dilation:groups:)``.
///
/// The weight is zero until ``Module/initialize(_:using:)`` draws it.
public struct Convolution2D: WeightedLayer {
  /// `[kernel, kernel, inputs / groups, outputs]`.
  public var weight: Tensor
  /// `[outputs]`.
  public var bias: Tensor?
  /// Pixels between neighbouring windows.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int
  /// Pixels between neighbouring taps of the kernel.
  public let dilation: Int
  /// Blocks of channels that are convolved apart.
  public let groups: Int
  /// 3.
  public var outputAxis: Int { 3 }

  /// A layer from `inputs` to `outputs` channels. Precondition: `groups` divides both.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true
  ) {
    ConvolutionGeometry.checkGroups(groups, channels: inputs, outputChannels: outputs)
    weight = .zeros([kernel, kernel, inputs / groups, outputs])
    self.bias = bias ? .zeros([outputs]) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The map with the given weight.
  public func apply(_ weight: Tensor, to input: Tensor) -> Tensor {
    convolution2D(input, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// The sizes for images of `shape`.
  func geometry(of shape: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// The layer with the rectifier that follows.
  func rectified(_ input: Tensor, slope: Float) -> Tensor {
    convolutionRectified(
      input, weight, bias: bias, slope: slope, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// Inference with the normalisation and the rectifier that follow.
  func inferred(_ input: Tensor, followedBy norm: BatchNormalization?, slope: Float) -> Tensor {
    let channels = weight.shape[3]
    var (factor, offset) = norm?.affine ?? (.ones([channels]), .zeros([channels]))
    if let bias { offset = offset + bias * factor }
    return convolutionActivated(
      input, weight, factor: factor, offset: offset, slope: slope, stride: stride, padding: padding,
      dilation: dilation, groups: groups)
  }
}

/// A transposed 2-D convolution of images `[N, H, W, inputs]`; see
/// ``transposedConvolution2D(_:_:bias:stride:padding:outputPadding:dilation:groups:)``.
///
/// The weight is zero until ``Module/initialize(_:using:)`` draws it.
public struct TransposedConvolution2D: WeightedLayer {
  /// `[kernel, kernel, outputs / groups, inputs]`.
  public var weight: Tensor
  /// `[outputs]`.
  public var bias: Tensor?
  /// Pixels between the windows of neighbouring input pixels.
  public let stride: Int
  /// Pixels cut off each side.
  public let padding: Int
  /// Pixels added below and right, to choose among the sizes that the stride would map to the input's.
  public let outputPadding: Int
  /// Pixels between neighbouring taps of the kernel.
  public let dilation: Int
  /// Blocks of channels that are convolved apart.
  public let groups: Int
  /// 2: with groups, one entry for the outputs at the same place in every group.
  public var outputAxis: Int { 2 }

  /// A layer from `inputs` to `outputs` channels. Precondition: `groups` divides both.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true
  ) {
    ConvolutionGeometry.checkGroups(groups, channels: inputs, outputChannels: outputs)
    weight = .zeros([kernel, kernel, outputs / groups, inputs])
    self.bias = bias ? .zeros([outputs]) : nil
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
  }

  /// The map with the given weight.
  public func apply(_ weight: Tensor, to input: Tensor) -> Tensor {
    transposedConvolution2D(
      input, weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups)
  }
}

extension Convolution2D: NormalizedBatchReader {
  func read(_ batch: NormalizedBatch) -> Tensor {
    convolution2D(batch, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

extension TransposedConvolution2D: NormalizedBatchReader {
  func read(_ batch: NormalizedBatch) -> Tensor {
    transposedConvolution2D(
      batch, weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
      groups: groups)
  }
}
