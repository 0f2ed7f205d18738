package import Tensor

/// Squared Euclidean distances between the rows of a matrix.
///
/// A row's distances are summed over differences, not from norms and products: equal rows are at distance 0 exactly,
/// and a distance does not depend on where in the matrix the rows are.
package struct EuclideanDistances: SquaredDistances {
  private let features: Tensor
  private let areFinite: [Bool]

  /// The rows of `features`, `[N, …]`, untraced.
  package init(_ features: Tensor) {
    precondition(features.rank >= 1, "a tensor of shape [] has no rows")
    self.features = features.detached.flattened()
    areFinite = self.features.squaredRowNorms().map(\.isFinite)
  }

  package var count: Int { areFinite.count }

  private var width: Int { features.shape[1] }

  package func isPoint(_ row: Int) -> Bool { areFinite[row] }

  /// - Complexity: O(N·F), in parallel: one pass over the features.
  package func distances(toRow row: Int, into distances: inout [Float]) {
    precondition(distances.count == count, "there is room for \(distances.count) distances of \(count)")
    let (source, width) = (features.pointer, width)
    let centre = source + row * width
    distances.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      parallelChunks(count, of: rowsPerUnit) { range in
        for other in range { target[other] = squaredDistance(source + other * width, centre, width) }
      }
    }
    withExtendedLifetime(features) {}
  }

  /// The squared distance of every row to the nearest row of `centres`, `[M, …]`; infinite where there is none. Centres
  /// that are not finite are passed over.
  ///
  /// Matrix products find which centre is the nearest, the differences to it say how near. Between centres whose
  /// distances agree but for the rounding of a product, about 1e-6 of the squared norms, either may be taken.
  ///
  /// - Complexity: O(N·M·F), in products of blocks; memory for one block per thread, never for N × M distances.
  package func nearest(to centres: Tensor) -> [Float] {
    let centreCount = centres.shape.first ?? 0
    var nearest = [Float](repeating: .infinity, count: count)
    guard centreCount > 0, count > 0 else { return nearest }
    let centres = centres.detached.flattened()
    precondition(
      centres.shape[1] == width, "centres of \(centres.shape[1]) features for samples of \(width)")
    let norms = centres.squaredRowNorms()
    let (source, target, width) = (features.pointer, centres.pointer, width)
    nearest.withUnsafeMutableBufferPointer { nearest in
      guard let result = nearest.baseAddress else { return }
      parallelChunks(count, of: blockRows) { rows in
        var products = [Float](repeating: 0, count: rows.count * min(blockCentres, centreCount))
        var best = [(value: Float, centre: Int)](repeating: (.infinity, -1), count: rows.count)
        for first in stride(from: 0, to: centreCount, by: blockCentres) {
          let block = first..<min(centreCount, first + blockCentres)
          products.withUnsafeMutableBufferPointer { products in
            guard let products = products.baseAddress else { return }
            gemm(
              transposeB: true, rows: rows.count, columns: block.count, inner: width,
              source + rows.lowerBound * width, stride: max(1, width), target + first * width, stride: max(1, width),
              into: products, stride: block.count)
            for row in 0..<rows.count {
              for column in 0..<block.count {
                // ‖x − c‖² less ‖x‖², which is the same for all centres.
                let value = norms[first + column] - 2 * products[row * block.count + column]
                if value < best[row].value { best[row] = (value, first + column) }
              }
            }
          }
        }
        for (place, row) in rows.enumerated() where best[place].centre >= 0 {
          result[row] = squaredDistance(source + row * width, target + best[place].centre * width, width)
        }
      }
    }
    withExtendedLifetime((features, centres)) {}
    return nearest
  }
}

/// Rows whose distances to one row are a unit of work; rows and centres of one matrix product.
private let (rowsPerUnit, blockRows, blockCentres) = (512, 192, 768)

/// Σ (aₖ − bₖ)²; at most the largest finite number.
private func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  min(squaredDifference(a, b, count: count), .greatestFiniteMagnitude)
}
