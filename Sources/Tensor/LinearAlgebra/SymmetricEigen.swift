internal import CBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's `dsyevd` (divide and conquer, in double
/// precision).
///
/// The sign of an eigenvector is a matter of choice; here the entry of largest magnitude, the first of equals, is
/// positive. Vectors of equal eigenvalues are determined up to a rotation only.
public struct SymmetricEigen: Sendable {
  /// Ascending, `[n]`.
  public let values: Tensor
  /// One unit vector per *row*, in the order of the values, `[n, n]`: the matrix is Vᵀ·diag(values)·V.
  public let vectors: Tensor

  /// Why there is no decomposition.
  public enum Failure: Error, Hashable, CustomStringConvertible {
    /// The matrix has an infinity or a NaN.
    case notFinite
    /// LAPACK's iteration did not converge, or it had no memory: its code.
    case notConverged(code: Int)

    /// One sentence that says what to do.
    public var description: String {
      switch self {
      case .notFinite: "the matrix has a scalar that is not finite, and so has no eigenvalues; check the data."
      case .notConverged(let code): "LAPACK found no eigenvalues (code \(code)); scale the matrix, or regularise it."
      }
    }
  }

  /// Decomposes `matrix`, `[n, n]`, of which the triangle on and below the diagonal is read; untraced.
  ///
  /// - Precondition: the matrix is square.
  /// - Complexity: O(n³).
  public init(of matrix: Tensor) throws(Failure) {
    precondition(
      matrix.rank == 2 && matrix.shape[0] == matrix.shape[1], "a matrix of shape \(matrix.shape) is not square")
    let count = matrix.shape[0]
    guard matrix.isFinite else { throw .notFinite }
    try self.init(matrix.scalars.map(Double.init), count: count)
  }

  /// Decomposes the covariance of `samples`, `[n, d]`, about `mean`, `[d]`: their products divided by n. Sums and
  /// decomposition are in double precision, since small variances beside large ones would drown in the rounding of a
  /// matrix of floats.
  ///
  /// - Precondition: there is at least one sample, and the shapes agree.
  /// - Complexity: O(n·d² + d³).
  public init(covarianceOf samples: Tensor, about mean: Tensor) throws(Failure) {
    precondition(
      samples.rank == 2 && samples.shape[0] > 0 && mean.shape == [samples.shape[1]],
      "samples of shape \(samples.shape) have no covariance about a mean of shape \(mean.shape)")
    guard samples.isFinite, mean.isFinite else { throw .notFinite }
    let (rows, count) = (samples.shape[0], samples.shape[1])
    prepareBLAS()
    var covariance = [Double](repeating: 0, count: count * count)
    let step = max(1, (1 << 20) / max(1, count))
    for start in stride(from: 0, to: rows, by: step) {
      let end = min(rows, start + step)
      let centred = samples.withUnsafeScalars { scalars in
        mean.withUnsafeScalars { mean in
          (start * count..<end * count).map { Double(scalars[$0]) - Double(mean[$0 % count]) }
        }
      }
      cblas_dsyrk(
        CblasRowMajor, CblasLower, CblasTrans, Int32(count), Int32(end - start), 1 / Double(rows), centred,
        Int32(count),
        1, &covariance, Int32(count))
    }
    try self.init(covariance, count: count)
  }

  /// `matrix` is read on and below the diagonal.
  private init(_ matrix: [Double], count: Int) throws(Failure) {
    var (vectors, values) = (matrix, [Double](repeating: 0, count: count))
    if count > 0 {
      prepareBLAS()
      // Column by column, what is below our diagonal is above LAPACK's, and its columns are our rows.
      let code = LAPACKE_dsyevd(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(count), &vectors, Int32(count),
        &values)
      guard code == 0 else { throw .notConverged(code: Int(code)) }
    }
    for row in 0..<count {
      let range = row * count..<(row + 1) * count
      var largest = range.lowerBound
      for place in range where abs(vectors[place]) > abs(vectors[largest]) { largest = place }
      if vectors[largest] < 0 {
        for place in range { vectors[place] = -vectors[place] }
      }
    }
    self.values = Tensor(values.map { Float($0) }, shape: [count])
    self.vectors = Tensor(vectors.map { Float($0) }, shape: [count, count])
  }
}
