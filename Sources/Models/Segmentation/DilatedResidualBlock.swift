public import Tensor

/// Two 3×3 convolutions around a shortcut, with taps `dilation` pixels apart: `[N, H, W, inputs]` to
/// `[N, ⌈H/stride⌉, ⌈W/stride⌉, outputs]`.
///
/// As ``ResidualBlock``, dilated as in Yu, Koltun and Funkhouser, "Dilated residual networks", CVPR 2017, section 2.
/// The shortcut is the identity, or a 1×1 convolution and a batch norm where the shapes differ.
public struct DilatedResidualBlock: Layer {
  /// Convolution, batch norm, ReLU, convolution, batch norm.
  public var branch: Sequential
  /// Nothing for the identity, or a 1×1 convolution and a batch norm.
  public var shortcut: Sequential

  /// A block from `inputs` to `outputs` channels. Weights are zero until drawn.
  public init(_ inputs: Int, _ outputs: Int, stride: Int = 1, dilation: Int = 1) {
    branch = Sequential {
      Convolution2D(
        inputs, outputs, kernel: 3, stride: stride, padding: dilation, dilation: dilation, bias: false)
      BatchNormalization(outputs)
      ReLU()
      Convolution2D(outputs, outputs, kernel: 3, padding: dilation, dilation: dilation, bias: false)
      BatchNormalization(outputs)
    }
    shortcut = Sequential {
      if stride != 1 || inputs != outputs {
        Convolution2D(inputs, outputs, kernel: 1, stride: stride, bias: false)
        BatchNormalization(outputs)
      }
    }
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("branch", &branch)
    visitor.visit("shortcut", &shortcut)
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { (branch(input) + shortcut(input)).relu() }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    let straight = shortcut.forward(input, using: &random)
    return (branch.forward(input, using: &random) + straight).relu()
  }
}
