/// A layer without parameters.
public protocol ParameterlessLayer: Layer {}

extension ParameterlessLayer {
  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {}
}

/// max(x, 0).
public struct ReLU: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.relu() }
}

/// x for x > 0, `slope`·x otherwise.
public struct LeakyReLU: ParameterlessLayer {
  /// The slope on the negative side.
  public let slope: Float

  /// DCGANs use 0.2.
  public init(_ slope: Float = 0.2) { self.slope = slope }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.leakyReLU(slope: slope) }
}

/// x for x > 0, α·(eˣ − 1) otherwise.
public struct ELU: ParameterlessLayer {
  /// α.
  public let alpha: Float

  /// The layer.
  public init(_ alpha: Float = 1) { self.alpha = alpha }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.elu(alpha: alpha) }
}

/// log(1 + eˣ).
public struct Softplus: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.softplus() }
}

/// The hyperbolic tangent.
public struct Tanh: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.tanh() }
}

/// 1 / (1 + e⁻ˣ).
public struct Sigmoid: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.sigmoid() }
}

/// x·Φ(x) with the normal distribution function Φ. Hendrycks and Gimpel, 2016.
public struct GELU: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.gelu() }
}
