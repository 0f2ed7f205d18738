/// A layer whose output is linear in one weight tensor: what weight and spectral normalisation wrap.
public protocol WeightedLayer: Layer {
  /// The weight.
  var weight: Tensor { get set }
  /// The bias, one scalar per output unit.
  var bias: Tensor? { get set }
  /// The axis of ``weight`` that counts output units.
  var outputAxis: Int { get }
  /// The layer's map with another weight of the same shape, bias included.
  func apply(_ weight: Tensor, to input: Tensor) -> Tensor
}

extension WeightedLayer {
  /// Applies the layer's own weight.
  public func callAsFunction(_ input: Tensor) -> Tensor { apply(weight, to: input) }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
    if var shown = bias {
      bias = nil
      visitor.visit("bias", &shown)
      bias = shown
    }
  }
}

/// A fully connected layer: y = x·W + b with x `[N, inputs]`, W `[inputs, outputs]`, b `[outputs]`.
///
/// The weight is zero until ``Module/initialize(_:using:)`` draws it.
public struct Dense: WeightedLayer {
  /// `[inputs, outputs]`.
  public var weight: Tensor
  /// `[outputs]`.
  public var bias: Tensor?
  /// 1.
  public var outputAxis: Int { 1 }

  /// A layer from `inputs` to `outputs` units.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    weight = .zeros([inputs, outputs])
    self.bias = bias ? .zeros([outputs]) : nil
  }

  /// y = x·`weight` + b.
  public func apply(_ weight: Tensor, to input: Tensor) -> Tensor {
    precondition(
      input.rank == 2 && input.shape[1] == weight.shape[0],
      "a dense layer of weight \(weight.shape) takes [N, \(weight.shape[0])], not \(input.shape)")
    return affine(input, weight, bias: bias)
  }
}
