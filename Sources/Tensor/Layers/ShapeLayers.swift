/// `[N, …]` to `[N, everything else]`.
public struct Flatten: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.flattened() }
}

/// `[N, …]` to `[N] + shape`.
public struct Reshape: ParameterlessLayer {
  /// The shape of one sample.
  public let shape: Shape

  /// Samples of the given shape.
  public init(_ shape: Shape) { self.shape = shape }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.reshaped(to: [input.shape[0]] + shape) }
}
