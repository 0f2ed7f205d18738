/// Functions of every element. Each is one pass forward and one backward.
extension Tensor {
  /// x².
  public func squared() -> Tensor { mapped(by: .square) }

  /// √x; NaN below zero. The gradient at zero is infinite.
  public func squareRoot() -> Tensor { mapped(by: .squareRoot) }

  /// eˣ.
  public func exponential() -> Tensor { mapped(by: .exponential) }

  /// The natural logarithm: −∞ at zero, NaN below it.
  public func logarithm() -> Tensor { mapped(by: .logarithm) }

  /// |x|; the gradient at zero is zero.
  public func absoluteValue() -> Tensor { mapped(by: .absoluteValue) }

  /// x to the power `exponent`; NaN below zero unless the exponent is an integer.
  public func power(_ exponent: Float) -> Tensor {
    switch exponent {
    case 1: self
    case 2: mapped(by: .square)
    case 0.5: mapped(by: .squareRoot)
    default: mapped(by: .power(exponent))
    }
  }

  /// x, or the nearer end of `range` if x is outside it; the gradient is zero there.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    mapped(by: .clamp(low: range.lowerBound, high: range.upperBound))
  }
}
