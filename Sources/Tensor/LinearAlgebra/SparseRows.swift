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
    let compressed = compressRows(matrix, width: 1, padding: 0) { ladle_svm_compress($0, $1, $2, $3) }
    guard Double(compressed.value.count) <= density * Double(count * dimension) else { return nil }
    (start, column, value) = (compressed.start, compressed.index, compressed.value)
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

/// Compresses every row of `matrix` with `compress`, which writes indices and `width` scalars for each; in chunks of
/// rows on the pool, joined in order. `padding` index entries follow the last row.
func compressRows(
  _ matrix: Tensor, width: Int, padding: Int,
  _ compress: (Int, UnsafePointer<Float>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Float>) -> Int
) -> (start: [UInt32], index: [UInt32], value: [Float]) {
  let (count, dimension) = (matrix.shape[0], matrix.shape[1])
  let chunk = 128
  let room = (dimension + width - 1) / width
  let source = matrix.pointer
  var parts = [(ends: [UInt32], index: [UInt32], value: [Float])](
    repeating: ([], [], []), count: (count + chunk - 1) / chunk)
  parts.withUnsafeMutableBufferPointer { parts in
    parallelChunks(count, of: chunk) { range in
      var ends: [UInt32] = []
      var value = [Float]()
      let index = [UInt32](unsafeUninitializedCapacity: room * range.count + 1) { index, indexCount in
        value = [Float](unsafeUninitializedCapacity: (room * range.count + 1) * width) { value, valueCount in
          var used = 0
          if let index = index.baseAddress, let value = value.baseAddress {
            for row in range {
              used += compress(dimension, source + row * dimension, index + used, value + used * width)
              ends.append(UInt32(used))
            }
          }
          (indexCount, valueCount) = (used, used * width)
        }
      }
      parts[range.lowerBound / chunk] = (ends, index, value)
    }
  }
  withExtendedLifetime(matrix) {}
  var start: [UInt32] = [0]
  var (index, value): ([UInt32], [Float]) = ([], [])
  let total = parts.reduce(0) { $0 + $1.index.count }
  start.reserveCapacity(count + 1)
  index.reserveCapacity(total + padding)
  value.reserveCapacity(total * width)
  for part in parts {
    let base = UInt32(index.count)
    for end in part.ends { start.append(base + end) }
    index += part.index
    value += part.value
  }
  return (start, index, value)
}
