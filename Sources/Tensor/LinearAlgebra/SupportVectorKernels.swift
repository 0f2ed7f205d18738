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

extension Tensor {
  /// Where the first scalar is that is infinite or not a number, counted row by row; `nil` when all are finite.
  package func firstNonFinite() -> Int? {
    let source = pointer
    defer { withExtendedLifetime(self) {} }
    return ladle_svm_finite(count, source) ? nil : (0..<count).first { !source[$0].isFinite }
  }
}
