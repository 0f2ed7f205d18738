extension Module {
  /// Draws every weight from `weights` and, if given, every normalisation scale from `scales`; biases and shifts
  /// are left alone (zero in a new layer).
  public mutating func initialize(
    _ weights: Initializer = .kaimingUniform(), scales: Initializer? = nil, using random: inout RandomSource
  ) {
    var visitor = WeightDrawer(weights: weights, scales: scales, random: random)
    visitParameters(with: &visitor)
    random = visitor.random
  }

  /// A copy with its weights drawn; see ``initialize(_:scales:using:)``.
  public func initialized(_ weights: Initializer = .kaimingUniform(), using random: inout RandomSource) -> Self {
    var copy = self
    copy.initialize(weights, using: &random)
    return copy
  }
}

private struct WeightDrawer: ParameterVisitor {
  let weights: Initializer
  let scales: Initializer?
  var random: RandomSource

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    switch name.split(separator: ".").last {
    case "weight": parameter = weights.tensor(parameter.shape, using: &random)
    case "scale": if let scales { parameter = scales.tensor(parameter.shape, using: &random) }
    default: break
    }
  }
}
