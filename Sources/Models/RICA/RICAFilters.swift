public import Tensor

/// W of ``RICA`` while it is learnt.
///
/// The parameters are free; wherever they are used each row is divided by its length, so that sparsity cannot be had by
/// shrinking W, and the gradient runs through the division.
public struct RICAFilters: Module {
  /// Before normalisation, `[filters, d]`.
  public var weight: Tensor

  /// W as it stands, `[filters, d]`.
  public init(_ weight: Tensor) {
    precondition(weight.rank == 2, "filters of shape \(weight.shape) are not rows")
    self.weight = weight
  }

  /// Normal numbers: directions without preference.
  public init(_ count: Int, size: Int, using random: inout RandomSource) {
    self.init(Tensor(normal: [count, size], using: &random))
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
  }

  /// W with rows of length 1 (of length 0 where the row is 0), `[filters, d]`; differentiable.
  public var normalized: Tensor {
    weight / (weight.squared().sum(alongAxes: [1], keepingAxes: true) + 1e-20).squareRoot()
  }

  /// The mean over samples x, `[n, d]`, of λ·Σ sqrt((Wx)² + ε) + ½·‖WᵀWx − x‖², W with normalised rows: a scalar.
  ///
  /// Le, Karpenko, Ngiam and Ng, "ICA with reconstruction cost for efficient overcomplete feature learning", NIPS 2011,
  /// eq. 2, with the smooth absolute value of its experiments. There λ stands before the reconstruction instead; here
  /// the sum is divided by it.
  ///
  /// - Precondition: as many columns as W; n > 0; `smoothing` is positive.
  /// - Complexity: O(n · filters · d).
  public func objective(_ samples: Tensor, sparsity: Float, smoothing: Float) -> Tensor {
    precondition(
      samples.rank == 2 && samples.shape[0] > 0 && samples.shape[1] == weight.shape[1],
      "samples of shape \(samples.shape) for filters of shape \(weight.shape)")
    let rows = normalized
    let responses = matmul(samples, rows, transposeB: true)
    let error = matmul(responses, rows) - samples
    let sparse = (responses.squared() + smoothing).squareRoot().sum()
    return (sparse * sparsity + error.squared().sum() * 0.5) / Float(samples.shape[0])
  }
}
