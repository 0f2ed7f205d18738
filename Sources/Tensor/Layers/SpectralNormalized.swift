/// A layer whose weight is divided by its largest singular value, so that its map is 1-Lipschitz up to the kernel's
/// overlap. Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018, Algorithm 1.
///
/// The weight is read as a matrix [everything else, outputs]; each training forward takes one step of power
/// iteration from where the last one stopped, and inference none. Gradients flow through the singular value with
/// its vectors held fixed.
public struct SpectralNormalized<Wrapped: WeightedLayer>: Layer {
  /// The layer, with the weight that is learnt.
  public var wrapped: Wrapped
  /// The estimate of the right singular vector, `[outputs, 1]`.
  public private(set) var direction: Tensor

  /// Wraps `layer`.
  public init(_ layer: Wrapped) {
    wrapped = layer
    let outputs = layer.weight.shape[layer.outputAxis]
    // Any start that is not orthogonal to the first singular vector will do; a fixed draw keeps runs alike.
    var random = RandomSource(seed: 0).stream("power iteration", outputs)
    direction = Self.normalized(Tensor(normal: [outputs, 1], using: &random))
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    wrapped.visitParameters(with: &visitor)
    visitor.visitState("direction", &direction)
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { wrapped.apply(normalizedWeight, to: input) }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    let matrix = matrix(of: wrapped.weight.detached)
    let left = Self.normalized(matmul(matrix, direction))
    direction = Self.normalized(matmul(matrix, left, transposeA: true))
    return wrapped.apply(normalizedWeight, to: input)
  }

  /// The weight divided by the estimate of its largest singular value.
  public var normalizedWeight: Tensor {
    let matrix = matrix(of: wrapped.weight)
    let left = Self.normalized(matmul(matrix.detached, direction))
    let singularValue = matmul(left, matmul(matrix, direction), transposeA: true)
    return wrapped.weight / singularValue.reshaped(to: [])
  }

  private func matrix(of weight: Tensor) -> Tensor {
    let outputs = weight.shape[wrapped.outputAxis]
    guard wrapped.outputAxis != weight.rank - 1 else {
      return weight.reshaped(to: [weight.count / max(1, outputs), outputs])
    }
    let others = (0..<weight.rank).filter { $0 != wrapped.outputAxis }
    return weight.transposed(permutation: others + [wrapped.outputAxis])
      .reshaped(to: [weight.count / max(1, outputs), outputs])
  }

  private static func normalized(_ vector: Tensor) -> Tensor {
    let length = vector.withUnsafeScalars { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }.squareRoot()
    return vector * Float(1 / max(length, 1e-12))
  }
}
