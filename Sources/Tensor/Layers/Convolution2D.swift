/// A 2-D convolution of images `[N, H, W, inputs]`; see ``convolution2D(_:_:bias:stride:padding:)``.
///
/// The weight is zero until ``Module/initialize(_:using:)`` draws it.
public struct Convolution2D: WeightedLayer {
  /// `[kernel, kernel, inputs, outputs]`.
  public var weight: Tensor
  /// `[outputs]`.
  public var bias: Tensor?
  /// Pixels between neighbouring windows.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int
  /// 3.
  public var outputAxis: Int { 3 }

  /// A layer from `inputs` to `outputs` channels.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true
  ) {
    weight = .zeros([kernel, kernel, inputs, outputs])
    self.bias = bias ? .zeros([outputs]) : nil
    self.stride = stride
    self.padding = padding
  }

  /// The map with the given weight.
  public func apply(_ weight: Tensor, to input: Tensor) -> Tensor {
    convolution2D(input, weight, bias: bias, stride: stride, padding: padding)
  }
}

/// A transposed 2-D convolution of images `[N, H, W, inputs]`; see
/// ``transposedConvolution2D(_:_:bias:stride:padding:outputPadding:)``.
///
/// The weight is zero until ``Module/initialize(_:using:)`` draws it.
public struct TransposedConvolution2D: WeightedLayer {
  /// `[kernel, kernel, outputs, inputs]`.
  public var weight: Tensor
  /// `[outputs]`.
  public var bias: Tensor?
  /// Pixels between the windows of neighbouring input pixels.
  public let stride: Int
  /// Pixels cut off each side.
  public let padding: Int
  /// Pixels added below and right, to choose among the sizes that the stride would map to the input's.
  public let outputPadding: Int
  /// 2.
  public var outputAxis: Int { 2 }

  /// A layer from `inputs` to `outputs` channels.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    bias: Bool = true
  ) {
    weight = .zeros([kernel, kernel, outputs, inputs])
    self.bias = bias ? .zeros([outputs]) : nil
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
  }

  /// The map with the given weight.
  public func apply(_ weight: Tensor, to input: Tensor) -> Tensor {
    transposedConvolution2D(
      input, weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding)
  }
}
