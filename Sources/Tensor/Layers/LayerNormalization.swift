/// Normalises each sample over its last axis: y = γ · (x − μ)/√(σ² + ε) + β. Ba, Kiros and Hinton, 2016.
public struct LayerNormalization: Layer {
  /// γ, `[C]`, at first 1.
  public var scale: Tensor
  /// β, `[C]`, at first 0.
  public var shift: Tensor
  /// Added to variances.
  public let epsilon: Float

  /// A layer for `channels` features.
  public init(_ channels: Int, epsilon: Float = 1e-5) {
    scale = .ones([channels])
    shift = .zeros([channels])
    self.epsilon = epsilon
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("scale", &scale)
    visitor.visit("shift", &shift)
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    precondition(
      input.shape.last == scale.count,
      "layer normalisation over \(scale.count) features does not fit a tensor of shape \(input.shape)")
    let last = [input.rank - 1]
    let centred = input - input.mean(alongAxes: last, keepingAxes: true)
    let variance = centred.squared().mean(alongAxes: last, keepingAxes: true)
    return centred / (variance + epsilon).squareRoot() * scale + shift
  }
}
