/// How a tensor of parameters starts.
public enum Initializer: Sendable, Codable, Hashable {
  /// Zero everywhere.
  case zeros
  /// One everywhere.
  case ones
  /// The same value everywhere.
  case constant(Float)
  /// Independent normal numbers.
  case normal(mean: Float = 0, standardDeviation: Float)
  /// Independent uniform numbers in [`low`, `high`).
  case uniform(low: Float, high: Float)
  /// Uniform with variance `2·gain² / (fanIn + fanOut)` (Glorot and Bengio, AISTATS 2010).
  case xavierUniform(gain: Float = 1)
  /// Normal with variance `2·gain² / (fanIn + fanOut)`.
  case xavierNormal(gain: Float = 1)
  /// Uniform with variance `gain² / fan` (He et al., "Delving deep into rectifiers", ICCV 2015).
  case kaimingUniform(fan: Fan = .input, gain: Float = Initializer.gain(leakyReLUSlope: 0))
  /// Normal with variance `gain² / fan`.
  case kaimingNormal(fan: Fan = .input, gain: Float = Initializer.gain(leakyReLUSlope: 0))

  /// Which side of a layer keeps its variance.
  public enum Fan: String, Sendable, Codable, Hashable {
    /// Activations keep their variance on the way forward.
    case input
    /// Gradients keep their variance on the way back.
    case output
  }

  /// PyTorch's default for weights: uniform in ±1/√fanIn.
  public static let `default` = Initializer.kaimingUniform(
    fan: .input, gain: gain(leakyReLUSlope: (5 as Float).squareRoot()))

  /// PyTorch's default for the weights and the bias of linear and convolution layers: uniform in ±1/√`fanIn`, where
  /// `fanIn` is that of the weights (see ``fans(of:)``).
  public static func layerDefault(fanIn: Int) -> Initializer {
    precondition(fanIn > 0, "a layer has inputs, not \(fanIn)")
    let bound = 1 / Float(fanIn).squareRoot()
    return .uniform(low: -bound, high: bound)
  }

  /// The gain that keeps the variance through a (leaky) ReLU: √(2 / (1 + slope²)).
  public static func gain(leakyReLUSlope slope: Float) -> Float { (2 / (1 + slope * slope)).squareRoot() }

  /// Inputs to one output and outputs from one input, of dense weights `[in, out]` and of convolution weights
  /// `[kernelHeight, kernelWidth, in, out]`.
  ///
  /// Transposed convolution weights `[kernelHeight, kernelWidth, out, in]` are read the same way, as in PyTorch:
  /// their fan-in counts output channels. Precondition: at least two axes.
  public static func fans(of shape: Shape) -> (input: Int, output: Int) {
    precondition(shape.count >= 2, "weights of shape \(shape) have no inputs and outputs; they need two axes")
    let kernel = shape.dropLast(2).reduce(1, *)
    return (shape[shape.count - 2] * kernel, shape[shape.count - 1] * kernel)
  }

  /// A new tensor of `shape`. Precondition: schemes that depend on fans need at least two axes, none of size 0.
  public func tensor(_ shape: Shape, using random: inout RandomSource) -> Tensor {
    switch self {
    case .zeros: return .zeros(shape)
    case .ones: return .ones(shape)
    case .constant(let value): return Tensor(repeating: value, shape: shape)
    case .normal(let mean, let standardDeviation):
      return Tensor(normal: shape, mean: mean, standardDeviation: standardDeviation, using: &random)
    case .uniform(let low, let high): return Tensor(uniform: shape, low: low, high: high, using: &random)
    case .xavierUniform(let gain):
      let bound = 3.0.squareRoot() * Self.xavierDeviation(shape, gain)
      return Tensor(uniform: shape, low: Float(-bound), high: Float(bound), using: &random)
    case .xavierNormal(let gain):
      return Tensor(normal: shape, standardDeviation: Float(Self.xavierDeviation(shape, gain)), using: &random)
    case .kaimingUniform(let fan, let gain):
      let bound = 3.0.squareRoot() * Self.kaimingDeviation(shape, fan, gain)
      return Tensor(uniform: shape, low: Float(-bound), high: Float(bound), using: &random)
    case .kaimingNormal(let fan, let gain):
      return Tensor(
        normal: shape, standardDeviation: Float(Self.kaimingDeviation(shape, fan, gain)), using: &random)
    }
  }

  private static func xavierDeviation(_ shape: Shape, _ gain: Float) -> Double {
    let fans = fans(of: shape)
    precondition(fans.input + fans.output > 0, "weights of shape \(shape) connect nothing")
    return Double(gain) * (2 / Double(fans.input + fans.output)).squareRoot()
  }

  private static func kaimingDeviation(_ shape: Shape, _ fan: Fan, _ gain: Float) -> Double {
    let fans = fans(of: shape)
    let count = fan == .input ? fans.input : fans.output
    precondition(count > 0, "weights of shape \(shape) connect nothing")
    return Double(gain) / Double(count).squareRoot()
  }
}
