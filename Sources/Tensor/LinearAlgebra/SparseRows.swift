internal import CKernels

/// A matrix by its non-zero entries, row after row: made once from a dense one, for products with a few vectors.
package struct SparseRows: Sendable {
  /// Vectors that one call of ``products(with:rows:count:into:stride:)`` multiplies.
  package static let batch = Int(ladle_svm_batch)

  let start: [UInt32]
  let column: [UInt32]
  let value: [Float]

  /// The rows of `matrix`, `[count, dimension]`, or `nil` when more than `density` of the entries are not zero.
  package init?(_ matrix: Tensor, upTo density: Double) {
    let (count, dimension) = (matrix.shape[0], matrix.shape[1])
    guard count * dimension < Int(UInt32.max) else { return nil }
    let start = rowStarts(matrix) { ladle_svm_nonzeros(dimension, $0) }
    guard Double(start[count]) <= density * Double(count * dimension) else { return nil }
    self.start = start
    (column, value) = compressedRows(matrix, start: start, width: 1) { ladle_svm_compress($0, $1, $2, $3) }
  }

  /// output[b·stride + t] = row rows[t] · vector b, for 16 vectors given transposed, as `[dimension, 16]`; row t when
  /// `rows` is `nil`.
  package func products(
    with transposed: UnsafePointer<Float>, rows: UnsafePointer<Int32>?, first: Int, count: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    start.withUnsafeBufferPointer { start in
      guard let start = start.baseAddress else { return }
      if let rows {
        ladle_svm_sparse_products(count, rows + first, start, column, value, transposed, output, stride)
      } else {
        ladle_svm_sparse_products(count, nil, start + first, column, value, transposed, output, stride)
      }
    }
  }
}

/// Where each row's entries start among all, and the end of the last: the running sum of `entries(row)`.
func rowStarts(_ matrix: Tensor, _ entries: (UnsafePointer<Float>) -> Int) -> [UInt32] {
  let (count, dimension) = (matrix.shape[0], matrix.shape[1])
  let source = matrix.pointer
  var start = [UInt32](repeating: 0, count: count + 1)
  start.withUnsafeMutableBufferPointer { start in
    parallelChunks(count, of: 128) { range in
      for row in range { start[row + 1] = UInt32(entries(source + row * dimension)) }
    }
  }
  for row in 0..<count { start[row + 1] += start[row] }
  withExtendedLifetime(matrix) {}
  return start
}

/// The entries of every row: `compress(entries, row, index, value)` writes those of one, `width` scalars each.
func compressedRows(
  _ matrix: Tensor, start: [UInt32], width: Int,
  _ compress: (Int, UnsafePointer<Float>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Float>) -> Void
) -> (index: [UInt32], value: [Float]) {
  let (count, dimension) = (matrix.shape[0], matrix.shape[1])
  let source = matrix.pointer
  let total = Int(start[count])
  var value: [Float] = []
  let index = [UInt32](unsafeUninitializedCapacity: total) { index, indexCount in
    value = [Float](unsafeUninitializedCapacity: total * width) { value, valueCount in
      if let index = index.baseAddress, let value = value.baseAddress {
        parallelChunks(count, of: 128) { range in
          for row in range {
            let first = Int(start[row])
            compress(
              Int(start[row + 1]) - first, source + row * dimension, index + first, value + first * width)
          }
        }
      }
      valueCount = total * width
    }
    indexCount = total
  }
  withExtendedLifetime(matrix) {}
  return (index, value)
}
