internal import Tensor

extension KernelPoints {
  /// Samples per side of a tile: as many rows of a few hundred features as the second-level cache holds.
  private static let tile = 96

  /// Writes K(sample, every sample) for every sample to its target: tiles on and above the diagonal as products, the
  /// others as their mirror images. Precondition: the samples are not sparse, and there are as many targets.
  func allRows(into targets: [UnsafeMutablePointer<Float>]) {
    precondition(!isSparse && targets.count == count, "all rows of \(count) dense samples, not of \(targets.count)")
    let (side, dimension, source) = (KernelPoints.tile, dense.shape[1], dense.pointer)
    let blocks = (count + side - 1) / side
    let tiles = (0..<blocks).flatMap { i in (i..<blocks).map { (i * side, $0 * side) } }
    prepareBLAS()
    norms.withUnsafeBufferPointer { norms in
      guard let norms = norms.baseAddress else { return }
      parallel(tiles.count) { index in
        let (top, left) = tiles[index]
        let (rows, columns) = (min(side, count - top), min(side, count - left))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) { dots in
          guard let dots = dots.baseAddress else { return }
          gemm(
            transposeB: true, rows: rows, columns: columns, inner: dimension, source + top * dimension,
            stride: dimension, source + left * dimension, stride: dimension, into: dots, stride: columns)
          for row in 0..<rows {
            let target = targets[top + row] + left
            function.apply(
              count: columns, norm: norms[top + row], norms: norms + left, dots: dots + row * columns, into: target)
            // On the diagonal the product below it is the one above it up to rounding: one of them is kept.
            let first = top == left ? row + 1 : 0
            for column in first..<max(first, columns) { targets[left + column][top + row] = target[column] }
          }
        }
      }
    }
    withExtendedLifetime(dense) {}
  }
}
