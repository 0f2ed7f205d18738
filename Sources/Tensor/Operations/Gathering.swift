internal import CKernels

extension Tensor {
  /// The samples `rows` of the first axis, in that order; a row may be taken more than once.
  ///
  /// Gradient: rows are added back to where they came from.
  ///
  /// - Precondition: every row is in the first axis.
  public func gathered(rows: [Int]) -> Tensor {
    precondition(rank >= 1, "a scalar has no rows to gather")
    let available = shape[0]
    let rowSize = shape[1...].reduce(1, *)
    if let wrong = rows.first(where: { !(0..<available).contains($0) }) {
      preconditionFailure("a tensor of shape \(shape) has no row \(wrong)")
    }
    let result = Tensor(uninitialized: [rows.count] + shape.dropFirst())
    let (source, target) = (pointer, result.freshPointer)
    parallelChunks(rows.count, of: Swift.max(1, elementwiseChunk / Swift.max(1, rowSize))) { range in
      for row in range { (target + row * rowSize).update(from: source + rows[row] * rowSize, count: rowSize) }
    }
    withExtendedLifetime(self) {}
    let own = shape
    return result.recorded(from: self) { cotangent, _ in
      let gradient = Tensor.zeros(own)
      let (target, source) = (gradient.freshPointer, cotangent.pointer)
      // Columns are cut, not rows: a row that was taken twice is added to by one unit, in order.
      parallelChunks(rowSize, of: Swift.max(64, elementwiseChunk / Swift.max(1, rows.count))) { columns in
        for (row, place) in rows.enumerated() {
          let sum = target + place * rowSize + columns.lowerBound
          let addend = source + row * rowSize + columns.lowerBound
          ladle_binary(LADLE_ADD, sum, 0, 1, addend, 0, 1, sum, 1, columns.count)
        }
      }
      withExtendedLifetime(cotangent) {}
      return [gradient]
    }
  }
}
