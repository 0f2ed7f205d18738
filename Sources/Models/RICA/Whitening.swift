public import Tensor

/// A linear map after which samples have mean 0 and, but for the regularisation, the identity as their covariance.
///
/// With the covariance UᵀΛU of the samples it is x ↦ (Λ + εI)^−½·U·(x − mean) for principal components (PCA), largest
/// variance first, and Uᵀ times that for zero-phase whitening (ZCA), which stays as near to the samples as whitening
/// can (Bell and Sejnowski, "The 'independent components' of natural scenes are edge filters", Vision Research 37,
/// 1997).
public struct Whitening: Sendable {
  /// The coordinates that whitened samples have.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// Principal components, largest variance first.
    case pca
    /// Those of the samples themselves: whitened patches still look like patches.
    case zca
  }

  /// What is subtracted, `[d]`.
  public private(set) var mean: Tensor
  /// What is applied after that, from the left: `[d, d]`.
  public private(set) var matrix: Tensor
  /// The variances along the principal components, largest first, `[d]`: without ε, and not below 0.
  public private(set) var variances: Tensor

  /// Measures `samples`, `[n, d]`.
  ///
  /// - Parameters:
  ///   - samples: n at least 1. Untraced.
  ///   - method: the coordinates of the result.
  ///   - regularization: ε, added to every variance; above 0, because patches have directions in which they do not
  ///     vary.
  /// - Throws: if a sample is not finite.
  /// - Complexity: O(n·d² + d³).
  public init(
    of samples: Tensor, method: Method, regularization: Float
  ) throws(SymmetricEigen.Failure) {
    precondition(samples.rank == 2 && samples.shape[0] > 0, "samples of shape \(samples.shape) are not rows")
    precondition(regularization > 0, "a regularisation of \(regularization) is not positive")
    let samples = samples.detached
    let size = samples.shape[1]
    mean = samples.mean(alongAxes: [0])
    let eigen = try SymmetricEigen(covarianceOf: samples, about: mean)
    // The largest first; rounding can leave a variance of 0 a little below it.
    let order = Array((0..<size).reversed())
    let components = eigen.vectors.gathered(rows: order)
    variances = Tensor(eigen.values.scalars.reversed().map { max(0, $0) })
    let scales = 1 / (variances + regularization).squareRoot()
    let scaled = components * scales.reshaped(to: [size, 1])
    matrix = method == .pca ? scaled : matmul(components, scaled, transposeA: true)
  }

  /// For ``RICA``, which reads what was saved into it.
  init(unfitted size: Int) {
    (mean, matrix, variances) = (.zeros([size]), .zeros([size, size]), .zeros([size]))
  }

  /// Whitened samples, `[n, d]`; differentiable. Precondition: `samples` is `[n, d]`.
  public func callAsFunction(_ samples: Tensor) -> Tensor {
    matmul(samples - mean, matrix, transposeB: true)
  }

  /// Shows its tensors as state.
  mutating func visit(with visitor: inout some ParameterVisitor) {
    visitor.visitState("whitening.mean", &mean)
    visitor.visitState("whitening.matrix", &matrix)
    visitor.visitState("whitening.variances", &variances)
  }
}
