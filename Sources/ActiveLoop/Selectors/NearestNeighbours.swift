package import Tensor

/// The mean distance of every sample to its nearest others.
///
/// - Parameters:
///   - count: how many others; at least 1. If there are fewer, all.
///   - features: `[N, F]`, finite.
/// - Returns: one distance per sample; 0 for a sample that is alone.
/// - Complexity: O(N²·F) in matrix products on all threads; memory for `count` neighbours per sample.
package func meanNeighbourDistances(_ count: Int, in features: Tensor) -> [Float] {
  precondition(count > 0, "a mean of \(count) distances is none")
  let total = features.shape[0]
  let kept = min(count, total - 1)
  guard kept > 0 else { return [Float](repeating: 0, count: total) }
  let rows = features.centredRows().rows
  let products = RowProducts(rows, rows)
  // Each sample's nearest so far, the nearest first.
  var values = [Float](repeating: .infinity, count: total * kept)
  var neighbours = [Int](repeating: 0, count: total * kept)
  var means = [Float](repeating: 0, count: total)
  values.withUnsafeMutableBufferPointer { values in
    neighbours.withUnsafeMutableBufferPointer { neighbours in
      products.forEachBlock { rows, columns, block in
        for (place, row) in rows.enumerated() {
          let (line, first, last) = (block + place * columns.count, row * kept, row * kept + kept - 1)
          for (step, column) in columns.enumerated() where column != row {
            let value = products.columnNorms[column] - 2 * line[step]
            guard value < values[last] else { continue }
            var slot = last
            while slot > first, values[slot - 1] > value {
              (values[slot], neighbours[slot]) = (values[slot - 1], neighbours[slot - 1])
              slot -= 1
            }
            (values[slot], neighbours[slot]) = (value, column)
          }
        }
      }
      means.withUnsafeMutableBufferPointer { means in
        parallelChunks(total, of: 512) { range in
          for row in range {
            var sum = 0.0
            for slot in row * kept..<(row + 1) * kept {
              sum += Double(products.squaredDistance(row: row, column: neighbours[slot])).squareRoot()
            }
            means[row] = Float(sum / Double(kept))
          }
        }
      }
    }
  }
  return means
}
