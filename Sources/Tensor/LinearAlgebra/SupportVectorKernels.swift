internal import CKernels

/// The loops of support vector machines over `CKernels`; the letters are explained in `ladle_svm.h`.
package enum SupportVectorKernels {
  /// The extreme violations of the active samples.
  package struct Extremes {
    /// The largest violation among samples whose dual variable may grow, and where it is first met (-1: nowhere).
    package var highest: Double
    package var first: Int
    /// The smallest violation among samples whose dual variable may shrink.
    package var lowest: Double
  }

  /// v ← v − step·(Kᵢ − Kⱼ), then the extremes of v. Without rows: the extremes alone.
  package static func update(
    _ v: inout [Double], step: Double = 0, rows: (i: UnsafePointer<Float>, j: UnsafePointer<Float>)? = nil,
    up: [Float], low: [Float]
  ) -> Extremes {
    let found = ladle_svm_update(v.count, step, rows?.i, rows?.j, &v, up, low)
    return Extremes(highest: found.highest, first: Int(found.first), lowest: found.lowest)
  }

  /// The partner of sample `i` that promises the largest decrease, by second-order information.
  package static func second(
    to i: Int, row: UnsafePointer<Float>, diagonal: [Float], v: [Double], low: [Float]
  ) -> Int? {
    let found = ladle_svm_second(v.count, v[i], diagonal[i], row, diagonal, v, low)
    return found < 0 ? nil : Int(found)
  }

  /// v ← v − scale·K for each scale and row of K.
  package static func subtract(
    _ terms: [(scale: Double, row: UnsafePointer<Float>)], from v: inout [Double]
  ) {
    v.withUnsafeMutableBufferPointer { v in
      guard let target = v.baseAddress else { return }
      parallelChunks(v.count, of: 4096) { range in
        for term in terms {
          ladle_svm_subtract(
            range.count, term.scale, term.row + range.lowerBound, target + range.lowerBound)
        }
      }
    }
  }

  /// exp(−γ·‖x − z‖²) from the products x·z and the squared norms.
  package static func radialBasis(
    count: Int, gamma: Float, norm: Float, norms: UnsafePointer<Float>, dots: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    ladle_svm_rbf(count, gamma, norm, norms, dots, output)
  }

  /// (γ·x·z + constant)^degree from the products.
  package static func polynomial(
    count: Int, gamma: Float, constant: Float, degree: Int, dots: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    ladle_svm_polynomial(count, gamma, constant, Int32(degree), dots, output)
  }

  /// tanh(γ·x·z + constant) from the products.
  package static func sigmoid(
    count: Int, gamma: Float, constant: Float, dots: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    ladle_svm_sigmoid(count, gamma, constant, dots, output)
  }

  /// output[t] = row[columns[t]].
  package static func gather(
    _ row: UnsafePointer<Float>, columns: [Int32], into output: UnsafeMutablePointer<Float>
  ) {
    ladle_svm_gather(columns.count, row, columns, output)
  }
}

// MARK: - Looking at inputs

extension Tensor {
  /// Where the first scalar is that is infinite or not a number, counted row by row; `nil` when all are finite.
  package func firstNonFinite() -> Int? {
    let source = pointer
    defer { withExtendedLifetime(self) {} }
    return ladle_svm_finite(count, source) ? nil : (0..<count).first { !source[$0].isFinite }
  }

  /// The mean of all scalars, and their variance.
  package func moments() -> (mean: Double, variance: Double) {
    var (sum, squares) = (0.0, 0.0)
    withUnsafeScalars { ladle_svm_moments($0.count, $0.baseAddress, &sum, &squares) }
    let mean = sum / Double(count)
    return (mean, Swift.max(0, squares / Double(count) - mean * mean))
  }

  /// ‖row‖² of each row of a matrix, summed in double.
  package func squaredRowNorms() -> [Float] {
    let (source, width) = (pointer, shape[1])
    defer { withExtendedLifetime(self) {} }
    return (0..<shape[0]).map { row in
      var (sum, squares) = (0.0, 0.0)
      ladle_svm_moments(width, source + row * width, &sum, &squares)
      return Float(squares)
    }
  }

  /// Columns of a matrix that are not zero in one of `rows` at least.
  package func columnsInUse(byRows rows: [Int]) -> [Int32] {
    let (source, width) = (pointer, shape[1])
    defer { withExtendedLifetime(self) {} }
    var used = [UInt32](repeating: 0, count: width)
    for row in rows { ladle_svm_mark(width, source + row * width, &used) }
    return (0..<Int32(width)).filter { used[Int($0)] != 0 }
  }

  /// The mean row of a matrix.
  package func columnMeans() -> [Float] {
    let (source, width) = (pointer, shape[1])
    defer { withExtendedLifetime(self) {} }
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<shape[0] { ladle_svm_total(width, source + row * width, &sums) }
    return sums.map { Float($0 / Double(shape[0])) }
  }

  /// A matrix less `centre` in every row.
  package func subtractingFromRows(_ centre: [Float]) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let (source, target, width) = (pointer, result.freshPointer, shape[1])
    parallelChunks(shape[0], of: 64) { range in
      for row in range { ladle_svm_shift(width, source + row * width, centre, target + row * width) }
    }
    withExtendedLifetime(self) {}
    return result
  }
}
