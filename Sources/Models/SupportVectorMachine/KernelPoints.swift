internal import Tensor

/// Training samples laid out for kernel rows: as a dense matrix for GEMM, or by their non-zeros when those are few.
///
/// Columns that are zero in every sample are dropped; dense samples of a shift-invariant kernel are centred, because
/// ‖x‖² + ‖z‖² − 2x·z loses its digits when the samples lie far from the origin.
struct KernelPoints {
  /// Above this share of non-zeros the dense product is used: the sparse one, with a load for every non-zero, did about
  /// 40 GFLOP/s on MNIST, half of what the dense one reaches on one core.
  static let sparseDensity = 0.35
  let function: KernelFunction
  let count: Int
  let norms: [Float]
  let diagonal: [Float]
  /// The most rows that ``rows(_:over:into:)`` computes at a time. On MNIST 5 against 7, 579 support vectors cost 727
  /// rows in batches of 8, 900 of 16, 1240 of 32 and 1827 of 64; a dense product needs wider ones to be efficient.
  let batch: Int
  let dense: Tensor
  private let sparse: SparseRows?
  /// Whether rows are computed from the non-zeros.
  var isSparse: Bool { sparse != nil }
  private var dimension: Int { dense.shape[1] }

  /// The rows `selected` of `x`, `[N, D]`.
  init(_ x: Tensor, rows selected: [Int], function: KernelFunction) {
    self.function = function
    count = selected.count
    let gathered = KernelPoints.compacted(x, rows: selected)
    sparse = SparseRows(gathered, upTo: KernelPoints.sparseDensity)
    dense = sparse == nil && function.isShiftInvariant ? gathered.subtractingFromRows(gathered.columnMeans()) : gathered
    batch = sparse == nil ? 32 : SparseRows.batch
    norms = dense.squaredRowNorms()
    diagonal = norms.map { function.diagonal(norm: $0) }
  }

  /// The samples that a row of kernel values covers.
  struct Columns {
    /// Their indices, in ascending order.
    let indices: [Int32]
    let norms: [Float]
    /// The samples themselves in that order, where the dense product needs them side by side.
    fileprivate let dense: Tensor?
  }

  /// All samples as columns.
  func allColumns() -> Columns {
    Columns(indices: (0..<Int32(count)).map { $0 }, norms: norms, dense: dense)
  }

  /// Some samples as columns.
  func columns(_ indices: [Int32]) -> Columns {
    Columns(
      indices: indices, norms: indices.map { norms[Int($0)] },
      dense: sparse == nil ? dense.selectingRows(indices.map(Int.init)) : nil)
  }

  /// Writes K(sample, columns) for each sample to its target. Precondition: at most ``batch`` samples.
  func rows(_ samples: [Int], over columns: Columns, into targets: [UnsafeMutablePointer<Float>]) {
    if let sparse {
      sparseRows(sparse, samples, columns, targets)
    } else if let right = columns.dense {
      denseRows(dense.selectingRows(samples), samples, right, columns, targets)
    }
  }

  private func denseRows(
    _ left: Tensor, _ samples: [Int], _ right: Tensor, _ columns: Columns, _ targets: [UnsafeMutablePointer<Float>]
  ) {
    let dots = Tensor(uninitialized: [samples.count, columns.indices.count])
    let (a, b, c, stride) = (left.pointer, right.pointer, dots.freshPointer, columns.indices.count)
    prepareBLAS()
    columns.norms.withUnsafeBufferPointer { norms in
      guard let norms = norms.baseAddress else { return }
      // 480 columns at a time: the products are still in cache when they become kernel values.
      parallelChunks(stride, of: 480) { range in
        gemm(
          transposeB: true, rows: samples.count, columns: range.count, inner: dimension, a, stride: dimension,
          b + range.lowerBound * dimension, stride: dimension, into: c + range.lowerBound, stride: stride)
        for (k, sample) in samples.enumerated() {
          function.apply(
            count: range.count, norm: self.norms[sample], norms: norms + range.lowerBound,
            dots: c + k * stride + range.lowerBound, into: targets[k] + range.lowerBound)
        }
      }
    }
    withExtendedLifetime((left, right, dots)) {}
  }

  private func sparseRows(
    _ sparse: SparseRows, _ samples: [Int], _ columns: Columns, _ targets: [UnsafeMutablePointer<Float>]
  ) {
    let (width, dimension) = (SparseRows.batch, dimension)
    let groups = (samples.count + width - 1) / width
    let source = dense.pointer
    let transposed = Tensor(shape: [groups, dimension, width]) { target in
      target.update(repeating: 0)
      for (k, sample) in samples.enumerated() {
        let base = k / width * dimension * width + k % width
        for d in 0..<dimension { target[base + d * width] = source[sample * dimension + d] }
      }
    }
    let vectors = transposed.pointer
    let covered = columns.indices.count == count ? nil : columns.indices
    columns.norms.withUnsafeBufferPointer { norms in
      guard let norms = norms.baseAddress else { return }
      withOptionalPointer(covered) { rows in
        parallelChunks(columns.indices.count, of: 256) { range in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: width * 256) { dots in
            guard let dots = dots.baseAddress else { return }
            for group in 0..<groups {
              sparse.products(
                with: vectors + group * dimension * width, rows: rows, first: range.lowerBound, count: range.count,
                into: dots, stride: 256)
              for k in group * width..<min(samples.count, (group + 1) * width) {
                function.apply(
                  count: range.count, norm: self.norms[samples[k]], norms: norms + range.lowerBound,
                  dots: dots + (k - group * width) * 256, into: targets[k] + range.lowerBound)
              }
            }
          }
        }
      }
    }
    withExtendedLifetime((dense, transposed)) {}
  }
}

private func withOptionalPointer(_ array: [Int32]?, _ body: (UnsafePointer<Int32>?) -> Void) {
  guard let array else { return body(nil) }
  array.withUnsafeBufferPointer { body($0.baseAddress) }
}

// MARK: - Laying out

extension KernelPoints {
  /// The selected rows without the columns that are zero in all of them; one column is always left.
  private static func compacted(_ x: Tensor, rows selected: [Int]) -> Tensor {
    let (source, dimension) = (x.pointer, x.shape[1])
    var columns = x.columnsInUse(byRows: selected)
    if columns.isEmpty { columns = [0] }
    if columns.count == dimension { return x.selectingRows(selected) }
    let result = Tensor(uninitialized: [selected.count, columns.count])
    let target = result.freshPointer
    parallelChunks(selected.count, of: 256) { range in
      for row in range {
        SupportVectorKernels.gather(
          source + selected[row] * dimension, columns: columns, into: target + row * columns.count)
      }
    }
    withExtendedLifetime(x) {}
    return result
  }
}

extension Tensor {
  /// The rows `indices` of a matrix, untraced.
  func selectingRows(_ indices: [Int]) -> Tensor {
    let width = shape[1]
    if indices.count == shape[0], indices.elementsEqual(0..<shape[0]) { return detached }
    let result = Tensor(uninitialized: [indices.count, width])
    let (source, target) = (pointer, result.freshPointer)
    parallelChunks(indices.count, of: 256) { range in
      for row in range { (target + row * width).update(from: source + indices[row] * width, count: width) }
    }
    withExtendedLifetime(self) {}
    return result
  }
}
