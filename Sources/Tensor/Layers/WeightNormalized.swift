/// A layer whose weight is w = g · v/‖v‖, with one length g per output unit, learnt apart from the direction v.
/// Salimans and Kingma, "Weight normalization", NeurIPS 2016, Eq. 2.
public struct WeightNormalized<Wrapped: WeightedLayer>: Layer {
  /// The layer; its `weight` holds v.
  public var wrapped: Wrapped
  /// g, one per output unit, shaped to broadcast over the weight.
  public var magnitude: Tensor
  /// Whether g is learnt; if not, it is state, and only the directions learn.
  public let learnsMagnitude: Bool

  /// Wraps `layer`; g = 1 until ``setMagnitudes()`` or training changes it.
  public init(_ layer: Wrapped, learnsMagnitude: Bool = true) {
    wrapped = layer
    self.learnsMagnitude = learnsMagnitude
    var shape = Shape(repeating: 1, count: layer.weight.rank)
    shape[layer.outputAxis] = layer.weight.shape[layer.outputAxis]
    magnitude = .ones(shape)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    wrapped.visitParameters(with: &visitor)
    if learnsMagnitude {
      visitor.visit("magnitude", &magnitude)
    } else {
      visitor.visitState("magnitude", &magnitude)
    }
  }

  /// Makes w equal to the wrapped layer's weight: g = ‖v‖.
  public mutating func setMagnitudes() { magnitude = length(of: wrapped.weight).detached }

  /// w.
  public var effectiveWeight: Tensor {
    wrapped.weight * (magnitude / length(of: wrapped.weight))
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { wrapped.apply(effectiveWeight, to: input) }

  private func length(of weight: Tensor) -> Tensor {
    let others = (0..<weight.rank).filter { $0 != wrapped.outputAxis }
    return (weight.squared().sum(alongAxes: others, keepingAxes: true) + 1e-12).squareRoot()
  }
}
