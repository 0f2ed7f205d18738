public import Tensor

/// Several tensors as one module, to differentiate a function of them.
public struct Operands: Module {
  /// The tensors.
  public var tensors: [Tensor]

  /// A module of `tensors`.
  public init(_ tensors: [Tensor]) { self.tensors = tensors }

  /// Names the tensors `operand0`, `operand1`, ….
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    for index in tensors.indices { visitor.visit("operand\(index)", &tensors[index]) }
  }
}

/// Compares the gradients of `function` at `operands` with differences, and returns what disagrees (`nil` if nothing
/// does).
///
/// The output is projected on random weights, so that every element of it counts and the cotangent is not constant.
/// Differences are of the fourth order (five points), so that the step can be large against the rounding of 32-bit
/// floats; the projection of differences is summed in double. Each operand is also differentiated alone, the others
/// untraced: the bits must not change.
///
/// - Parameters:
///   - step: the distance between points, for operands of the order of 1.
///   - tolerance: relative to the largest gradient of the operand, or to 1e-2 if that is larger.
public func gradientMismatch(
  of function: ([Tensor]) -> Tensor, at operands: [Tensor], step: Float = 2e-2, tolerance: Double = 2e-3,
  seed: Int = 11
) -> String? {
  let plain = function(operands)
  if plain.isTraced { return "the result is traced though no operand is" }
  var random = RandomSource(seed: seed).stream("projection")
  let magnitudes = Tensor(uniform: plain.shape, low: 0.5, high: 1.5, using: &random)
  let weights = Tensor(magnitudes.scalars.map { random.uniform() < 0.5 ? -$0 : $0 }, shape: plain.shape)
  var module = Operands(operands)
  let (value, gradient) = module.valueAndGradient { (function($0.tensors) * weights).sum() }
  let projected = zip(plain.scalars, weights.scalars).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  if !(abs(Double(value) - projected) <= 1e-4 * max(1, abs(projected))) {
    return "traced, the projection is \(value); untraced, \(projected)"
  }
  for (index, operand) in operands.enumerated() {
    var alone = Operands([operand])
    let single = alone.valueAndGradient { traced in
      var mixed = operands
      mixed[index] = traced.tensors[0]
      return (function(mixed) * weights).sum()
    }
    if let difference = bitMismatch(single.gradient.tensors[0], gradient.tensors[index]) {
      return "the gradient of operand \(index) changes when the others are not traced: \(difference)"
    }
    let numeric = (0..<operand.count).map { place in
      difference(of: function, at: operands, operand: index, place: place, step: step, weights: weights.scalars)
    }
    let scale = numeric.reduce(1e-2) { max($0, abs($1)) }
    guard gradient.tensors[index].shape == operand.shape else {
      return "the gradient of operand \(index) has shape \(gradient.tensors[index].shape), not \(operand.shape)"
    }
    for (place, (analytic, expected)) in zip(gradient.tensors[index].scalars, numeric).enumerated()
    where !(abs(Double(analytic) - expected) <= tolerance * scale) {
      return """
        the gradient of operand \(index) (shape \(operand.shape)) at scalar \(place) is \(analytic); differences \
        say \(expected)
        """
    }
  }
  return nil
}

/// The derivative of the projected function along one scalar.
private func difference(
  of function: ([Tensor]) -> Tensor, at operands: [Tensor], operand: Int, place: Int, step: Float,
  weights: [Float]
) -> Double {
  func moved(by distance: Float) -> (output: [Float], place: Float) {
    var moved = operands
    let place = moved[operand].withUnsafeMutableScalars { scalars in
      scalars[place] += distance
      return scalars[place]
    }
    return (function(moved).scalars, place)
  }
  func slope(_ distance: Float) -> Double {
    let (up, down) = (moved(by: distance), moved(by: -distance))
    var sum = 0.0
    for (index, weight) in weights.enumerated() {
      sum += Double(weight) * (Double(up.output[index]) - Double(down.output[index]))
    }
    return sum / (Double(up.place) - Double(down.place))
  }
  return (4 * slope(step) - slope(2 * step)) / 3
}
