internal import CBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's `ssyevd` (divide and conquer).
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
    var vectors = matrix.detached
    var values = Tensor.zeros([count])
    guard count > 0 else {
      (self.values, self.vectors) = (values, vectors)
      return
    }
    prepareBLAS()
    // Column by column, what is below our diagonal is above LAPACK's, and its columns are our rows.
    let code = vectors.withUnsafeMutableScalars { scalars in
      values.withUnsafeMutableScalars { found in
        LAPACKE_ssyevd(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(count),
          scalars.baseAddress, Int32(count), found.baseAddress)
      }
    }
    guard code == 0 else { throw .notConverged(code: Int(code)) }
    vectors.withUnsafeMutableScalars { scalars in
      for row in 0..<count {
        let range = row * count..<(row + 1) * count
        var largest = range.lowerBound
        for place in range where abs(scalars[place]) > abs(scalars[largest]) { largest = place }
        if scalars[largest] < 0 {
          for place in range { scalars[place] = -scalars[place] }
        }
      }
    }
    (self.values, self.vectors) = (values, vectors)
  }
}
