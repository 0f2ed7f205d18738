public import Tensor

/// Two 3×3 convolutions around a shortcut: y = ReLU(branch(x) + shortcut(x)), `[N, H, W, inputs]` to
/// `[N, ⌈H/stride⌉, ⌈W/stride⌉, outputs]`.
///
/// He et al., "Deep residual learning for image recognition", CVPR 2016, Figure 5 (left), with their option B where
/// the shapes differ: a 1×1 convolution of the same stride and a batch norm instead of the identity.
public struct ResidualBlock: Layer {
  /// Convolution, batch norm, ReLU, convolution, batch norm.
  public var branch: Sequential
  /// Nothing for the identity, or a 1×1 convolution and a batch norm.
  public var shortcut: Sequential

  /// A block from `inputs` to `outputs` channels; a stride of 2 halves the image. Weights are zero until drawn.
  public init(_ inputs: Int, _ outputs: Int, stride: Int = 1) {
    branch = Sequential {
      Convolution2D(inputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false)
      BatchNormalization(outputs)
      ReLU()
      Convolution2D(outputs, outputs, kernel: 3, padding: 1, bias: false)
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
    branch.forward(input, rectifiedWith: { shortcut.forward(input, using: &$0) }, using: &random)
  }
}
