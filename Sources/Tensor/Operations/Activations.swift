/// Activations: functions of every element, one pass forward and one backward. NaN stays NaN.
extension Tensor {
  /// The rectified linear unit, max(x, 0); the gradient at zero is zero.
  public func relu() -> Tensor { mapped(by: .relu) }

  /// x above zero and `slope`·x below it (Maas, Hannun and Ng, 2013).
  ///
  /// - Precondition: `slope >= 0`, so that the sign of the input can be read off the output.
  public func leakyReLU(slope: Float = 0.2) -> Tensor {
    precondition(slope >= 0, "a leaky rectifier needs a slope of at least zero, not \(slope)")
    return mapped(by: .leakyReLU(slope: slope))
  }

  /// The exponential linear unit: x above zero and `alpha`·(eˣ − 1) below it (Clevert, Unterthiner and Hochreiter,
  /// 2016).
  ///
  /// - Precondition: `alpha >= 0`.
  public func elu(alpha: Float = 1) -> Tensor {
    precondition(alpha >= 0, "an exponential linear unit needs an alpha of at least zero, not \(alpha)")
    return mapped(by: .elu(alpha: alpha))
  }

  /// log(1 + eˣ), a smooth rectifier; it does not overflow.
  public func softplus() -> Tensor { mapped(by: .softplus) }

  /// The hyperbolic tangent.
  public func tanh() -> Tensor { mapped(by: .tanh) }

  /// The logistic function 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor { mapped(by: .sigmoid) }

  /// The Gaussian error linear unit x·Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel,
  /// 2016); `approximate` is the paper's formula with tanh.
  public func gelu(approximate: Bool = false) -> Tensor { mapped(by: approximate ? .geluTanh : .gelu) }
}
