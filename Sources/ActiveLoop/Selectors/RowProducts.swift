internal import Tensor

/// Inner products of all rows of one matrix with all rows of another, block by block: what distances between many
/// samples are made of, ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b, without a matrix of them all.
struct RowProducts: Sendable {
  /// `[N, F]`.
  let rows: Tensor
  /// `[M, F]`.
  let columns: Tensor
  /// ‖row‖².
  let rowNorms: [Float]
  /// ‖column‖².
  let columnNorms: [Float]

  /// Precondition: two matrices of the same width.
  init(_ rows: Tensor, _ columns: Tensor) {
    precondition(
      rows.rank == 2 && columns.rank == 2 && rows.shape[1] == columns.shape[1],
      "features of shape \(rows.shape) and \(columns.shape) have no distances")
    self.rows = rows.detached
    self.columns = columns.detached
    rowNorms = self.rows.squaredRowNorms()
    columnNorms = self.columns.squaredRowNorms()
  }

  /// The number of features.
  var width: Int { rows.shape[1] }

  /// Calls `body` for every block. Blocks with the same rows come in order of their columns and from one thread; blocks
  /// with other rows may come at the same time. `products` holds `rows.count × columns.count` scalars, row by row.
  ///
  /// - Complexity: O(N·M·F), in parallel; memory for one block per thread.
  func forEachBlock(
    _ body: (_ rows: Range<Int>, _ columns: Range<Int>, _ products: UnsafePointer<Float>) -> Void
  ) {
    let (rowCount, columnCount, width) = (rows.shape[0], columns.shape[0], width)
    guard rowCount > 0, columnCount > 0 else { return }
    let (left, right) = (rows.pointer, columns.pointer)
    let stride = max(1, width)
    parallelChunks(rowCount, of: Self.rowsPerBlock) { range in
      withUnsafeTemporaryAllocation(
        of: Float.self, capacity: range.count * min(Self.columnsPerBlock, columnCount)
      ) { products in
        guard let products = products.baseAddress else { return }
        var first = 0
        while first < columnCount {
          let block = first..<min(columnCount, first + Self.columnsPerBlock)
          gemm(
            transposeB: true, rows: range.count, columns: block.count, inner: width, left + range.lowerBound * width,
            stride: stride, right + first * width, stride: stride, into: products, stride: block.count)
          body(range, block, products)
          first = block.upperBound
        }
      }
    }
    withExtendedLifetime((rows, columns)) {}
  }

  /// ‖row − column‖², from their differences: exact where the difference of large norms is not.
  func squaredDistance(row: Int, column: Int) -> Float {
    let distance = squaredDifference(rows.pointer + row * width, columns.pointer + column * width, count: width)
    withExtendedLifetime((rows, columns)) {}
    return distance
  }

  private static let (rowsPerBlock, columnsPerBlock) = (192, 512)
}

/// Σ (aₖ − bₖ)², by sixteen partial sums: the same bits for (a, b) and (b, a).
func squaredDifference(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
  let (left, right) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var sums = SIMD16<Float>.zero
  var k = 0
  while k + 16 <= count {
    let difference =
      left.loadUnaligned(fromByteOffset: 4 * k, as: SIMD16<Float>.self)
      - right.loadUnaligned(fromByteOffset: 4 * k, as: SIMD16<Float>.self)
    sums += difference * difference
    k += 16
  }
  var sum = sums.sum()
  while k < count {
    sum += (a[k] - b[k]) * (a[k] - b[k])
    k += 1
  }
  return sum
}

extension Tensor {
  /// The places of the rows whose features are all finite, and not so large that their norm is not.
  func finiteRows() -> [Int] {
    let norms = squaredRowNorms()
    return norms.indices.filter { norms[$0].isFinite }
  }

  /// The rows less their mean, `[N, F]`: distances stay, norms become small, and with them the rounding of products.
  func centredRows() -> (rows: Tensor, mean: Tensor) {
    let mean = mean(alongAxes: [0])
    return (self - mean, mean)
  }
}
