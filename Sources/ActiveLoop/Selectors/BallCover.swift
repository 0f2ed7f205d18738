package import Tensor

/// Balls of one radius about samples: who covers whom, counted without a graph. A graph's edges could be N² many; here
/// every block of distances is computed when it is asked for, each pair of samples twice in all.
struct BallCover {
  private let rows: Tensor
  private let radius: Float
  /// Whether no ball covers the sample yet.
  private(set) var isOpen: [Bool]
  /// How many open samples the ball about each sample would cover.
  private(set) var degrees: [Int]

  /// The balls about the samples `taken` of `features`, `[N, F]`, cover what they cover.
  init(_ features: Tensor, radius: Float, taken: [Int]) {
    rows = features.detached.centredRows().rows
    self.radius = radius
    let count = features.shape[0]
    degrees = [Int](repeating: 0, count: count)
    isOpen = [Bool](repeating: true, count: count)
    for (row, centres) in neighbours(among: taken).enumerated() where centres > 0 { isOpen[row] = false }
    degrees = neighbours(among: isOpen.indices.filter { isOpen[$0] })
  }

  /// Makes a ball about `row`. O(N·F) for every sample it covers that was open, and once more.
  mutating func cover(from row: Int) {
    let inside = neighbours(among: [row])
    let covered = inside.indices.filter { inside[$0] > 0 && isOpen[$0] }
    for other in covered { isOpen[other] = false }
    for (other, lost) in neighbours(among: covered).enumerated() { degrees[other] -= lost }
  }

  /// For every sample, how many of `columns` are within the radius, itself included.
  private func neighbours(among columns: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: rows.shape[0])
    guard !columns.isEmpty else { return counts }
    let products = RowProducts(rows, rows.gathered(rows: columns))
    let limit = radius * radius
    counts.withUnsafeMutableBufferPointer { counts in
      products.forEachBlock { rows, columns, block in
        for (place, row) in rows.enumerated() {
          let (line, norm) = (block + place * columns.count, products.rowNorms[row])
          var count = 0
          for (step, column) in columns.enumerated() {
            let norms = norm + products.columnNorms[column]
            let excess = norms - 2 * line[step] - limit
            // At the border the differences decide, so that a pair's answer is the same whenever it is asked for.
            let isInside =
              abs(excess) <= 1e-5 * norms ? products.squaredDistance(row: row, column: column) <= limit : excess < 0
            if isInside { count += 1 }
          }
          counts[row] += count
        }
      }
    }
    return counts
  }
}

/// Samples whose balls cover the most: again and again the one whose ball of `radius` covers the most samples that no
/// ball covers yet, which is greedy maximum coverage.
///
/// Samples that cover equally many are taken in an order drawn from `random`. It ends early when all are covered.
///
/// - Parameters:
///   - count: how many at most.
///   - features: `[N, F]`, finite.
///   - taken: rows whose balls are there already, and that are not chosen.
/// - Complexity: O(N²·F) in matrix products on all threads, and O(N) per sample chosen; memory for a copy of the
///   features and a few numbers per sample.
package func greedyBallCover(
  _ count: Int, features: Tensor, radius: Float, taken: [Int], using random: inout RandomSource
) -> [Int] {
  precondition(radius >= 0, "a ball has no radius of \(radius)")
  let total = features.shape[0]
  let order = random.permutation(of: total)
  var isCandidate = [Bool](repeating: true, count: total)
  for row in taken { isCandidate[row] = false }
  var cover = BallCover(features, radius: radius, taken: taken)
  var chosen: [Int] = []
  while chosen.count < count {
    var (best, degree) = (-1, 0)
    for row in order where isCandidate[row] && cover.degrees[row] > degree {
      (best, degree) = (row, cover.degrees[row])
    }
    guard best >= 0 else { break }
    chosen.append(best)
    isCandidate[best] = false
    cover.cover(from: best)
  }
  return chosen
}

/// The largest radius for which at least the share `purity` of all balls is pure: a ball is pure if all samples in it
/// have the label of the one in its middle.
///
/// A ball is pure as long as its radius is less than the distance to the nearest sample with another label, so the
/// radius is a quantile of those distances: nothing is searched. Infinite if that many samples see no other label.
///
/// - Parameters:
///   - features: `[N, F]`, finite, N > 0.
///   - labels: one per sample.
/// - Complexity: O(N²·F) in matrix products on all threads; memory for a copy of the features.
package func largestPureRadius(features: Tensor, labels: [Int], purity: Float) -> Float {
  precondition((0...1).contains(purity), "a share is in 0...1, not \(purity)")
  precondition(labels.count == features.shape[0] && !labels.isEmpty, "\(labels.count) labels")
  let rows = features.detached.centredRows().rows
  let products = RowProducts(rows, rows)
  var values = [Float](repeating: .infinity, count: labels.count)
  var strangers = [Int](repeating: -1, count: labels.count)
  values.withUnsafeMutableBufferPointer { values in
    strangers.withUnsafeMutableBufferPointer { strangers in
      products.forEachBlock { rows, columns, block in
        for (place, row) in rows.enumerated() {
          let (line, label) = (block + place * columns.count, labels[row])
          for (step, column) in columns.enumerated() where labels[column] != label {
            let value = products.columnNorms[column] - 2 * line[step]
            if value < values[row] { (values[row], strangers[row]) = (value, column) }
          }
        }
      }
    }
  }
  let distances = strangers.enumerated().map { row, other in
    other < 0 ? Float.infinity : products.squaredDistance(row: row, column: other).squareRoot()
  }.sorted()
  let impure = Int((1 - Double(purity)) * Double(labels.count) + 1e-6)
  let bound = distances[min(impure, distances.count - 1)]
  if impure >= distances.count { return .infinity }
  return bound.isFinite ? max(0, bound.nextDown) : .infinity
}
