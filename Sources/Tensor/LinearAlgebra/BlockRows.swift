internal import CKernels

/// A matrix by the blocks of eight columns that have a non-zero, row after row: full vector width on dense rows, and
/// the empty part of an image skipped. The rows of dual coordinate descent.
package struct BlockRows: Sendable {
  /// The number of rows.
  package let count: Int
  /// The number of columns, rounded up to whole blocks: the length of the vectors that rows are multiplied with.
  package let paddedDimension: Int
  let start: [UInt32]
  let block: [UInt32]
  let value: [Float]

  /// The rows of `matrix`, `[count, dimension]`.
  package init(_ matrix: Tensor) {
    let dimension = matrix.shape[1]
    count = matrix.shape[0]
    paddedDimension = (dimension + 7) / 8 * 8
    precondition(count * paddedDimension < 8 * Int(UInt32.max), "a matrix of shape \(matrix.shape) has too many blocks")
    start = rowStarts(matrix) { ladle_svm_count_blocks(dimension, $0) }
    (block, value) = compressedRows(matrix, start: start, width: 8) {
      ladle_svm_compress_blocks($0, dimension, $1, $2, $3)
    }
  }

  /// ‖row‖² for every row.
  package func squaredNorms() -> [Double] {
    value.withUnsafeBufferPointer { value in
      guard let value = value.baseAddress else { return [Double](repeating: 0, count: count) }
      return (0..<count).map { row in
        var (sum, squares) = (0.0, 0.0)
        ladle_svm_moments(
          8 * Int(start[row + 1] - start[row]), value + 8 * Int(start[row]), &sum, &squares)
        return squares
      }
    }
  }

  /// w ← Σ scales[t]·row t. Precondition: `w.count == paddedDimension`.
  package func combine(_ scales: [Double], into w: inout [Float]) {
    // In double: this is where rounding that a descent has gathered in w is dropped.
    var sum = [Double](repeating: 0, count: paddedDimension)
    for row in 0..<count where scales[row] != 0 {
      for k in Int(start[row])..<Int(start[row + 1]) {
        let (target, source) = (Int(block[k]) * 8, k * 8)
        for lane in 0..<8 { sum[target + lane] += scales[row] * Double(value[source + lane]) }
      }
    }
    for k in sum.indices { w[k] = Float(sum[k]) }
  }
}

// MARK: - Dual coordinate descent

/// What dual coordinate descent changes: the dual variables and the primal weights they stand for.
package struct CoordinateDescentState: Sendable {
  /// The dual variables α.
  package var alpha: [Double]
  /// Σ α·y·x, padded to whole blocks.
  package var weights: [Float]
  /// Σ α·y·(constant feature).
  package var biasWeight: Double
  /// The samples, the active ones first.
  package var order: [Int32]
  /// How many are active.
  package var active: Int
  private var words: [UInt32] = []

  /// A state in which every sample is active.
  package init(alpha: [Double], weights: [Float], biasWeight: Double) {
    self.alpha = alpha
    self.weights = weights
    self.biasWeight = biasWeight
    order = (0..<Int32(alpha.count)).map { $0 }
    active = alpha.count
  }

  /// One pass in random order; returns the extremes of the projected gradient and shortens `active`.
  package mutating func descend(
    on rows: BlockRows, signs: [Float], upper: [Double], ridge: [Double], diagonal: [Double], biasScale: Double,
    shrinkAbove: Double, shrinkBelow: Double, using random: inout RandomSource
  ) -> (highest: Double, lowest: Double) {
    if words.count < alpha.count { words = [UInt32](repeating: 0, count: alpha.count) }
    ladle_philox_words(random.key, 0, random.position, &words, active)
    random.position += UInt64((active + 3) / 4)
    let pass = ladle_svm_descend(
      rows.start, rows.block, rows.value, signs, upper, ridge, diagonal, biasScale, &alpha, &weights, &biasWeight,
      &order, Int64(active), words, shrinkAbove, shrinkBelow)
    active = Int(pass.active)
    return (pass.highest, pass.lowest)
  }
}
