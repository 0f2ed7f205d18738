package import Tensor

/// Samples in groups about their means.
package struct Clustering: Sendable {
  /// The mean of each group, `[K, F]`.
  package let centres: Tensor
  /// The nearest centre of each sample.
  package let assignments: [Int]
  /// The squared distance to it.
  package let squaredDistances: [Float]
  /// Rounds of Lloyd's method until nothing moved, or not by much.
  package let iterations: Int

  /// The sum of the squared distances: what k-means makes small.
  package var inertia: Double { squaredDistances.reduce(0.0) { $0 + Double($1) } }

  /// The samples of each group, ascending; O(N).
  package var members: [[Int]] {
    var members = [[Int]](repeating: [], count: centres.shape[0])
    for (row, centre) in assignments.enumerated() { members[centre].append(row) }
    return members
  }
}

/// k-means: starts drawn by k-means++, then Lloyd's method (Lloyd, "Least squares quantization in PCM", IEEE
/// Transactions on Information Theory 28, 1982).
///
/// - Parameters:
///   - count: the number of groups, at least 1.
///   - features: the samples, `[N, F]`, all finite, at least one.
///   - iterationLimit: rounds at most.
///   - tolerance: it ends when the centres' squared movement, summed, is at most this times the mean variance of a
///     feature; or when no sample changes its group.
/// - Returns: `min(count, N)` groups. A group that loses all its samples gets the one that is farthest from its centre,
///   so that one is empty only if there are fewer distinct samples than groups.
/// - Complexity: O(N·F·K) a round, in matrix products on all threads; memory for one centred copy of the features.
package func kMeans(
  _ count: Int, features: Tensor, iterationLimit: Int = 100, tolerance: Float = 1e-4,
  using random: inout RandomSource
) -> Clustering {
  precondition(count > 0, "cannot make \(count) groups")
  let starts = kMeansPlusPlus(count, features: features, centres: .zeros([0, features.shape[1]]), using: &random)
  return kMeans(
    from: features.gathered(rows: starts), features: features, iterationLimit: iterationLimit, tolerance: tolerance)
}

/// The same from given centres, `[K, F]`; draws nothing.
package func kMeans(
  from centres: Tensor, features: Tensor, iterationLimit: Int = 100, tolerance: Float = 1e-4
) -> Clustering {
  precondition(features.rank == 2 && features.shape[0] > 0, "features of shape \(features.shape) have no groups")
  precondition(iterationLimit > 0, "Lloyd's method takes at least one round, not \(iterationLimit)")
  let (samples, mean) = features.detached.centredRows()
  var centres = centres.detached - mean
  let enough = tolerance * samples.squared().mean().scalar
  var groups = Assignment(of: samples, to: centres)
  var (iterations, isSettled) = (0, false)
  while iterations < iterationLimit, !isSettled {
    iterations += 1
    groups.fillEmptyGroups(centres.shape[0])
    let moved = groups.means(of: samples, replacing: centres)
    let movement = (moved - centres).squared().sum().scalar
    centres = moved
    let next = Assignment(of: samples, to: centres)
    isSettled = movement <= enough || next.centres == groups.centres
    groups = next
  }
  return Clustering(
    centres: centres + mean, assignments: groups.centres, squaredDistances: groups.squaredDistances,
    iterations: iterations)
}

/// The nearest centre of every sample.
private struct Assignment {
  private(set) var centres: [Int]
  private(set) var squaredDistances: [Float]

  /// Of equally near centres the first.
  init(of samples: Tensor, to table: Tensor) {
    let count = samples.shape[0]
    var nearest = [Int](repeating: 0, count: count)
    var values = [Float](repeating: .infinity, count: count)
    let products = RowProducts(samples, table)
    nearest.withUnsafeMutableBufferPointer { nearest in
      values.withUnsafeMutableBufferPointer { values in
        products.forEachBlock { rows, columns, block in
          for (place, row) in rows.enumerated() {
            let line = block + place * columns.count
            // ‖x − c‖² less ‖x‖², which is the same for all centres.
            var (best, centre) = (values[row], nearest[row])
            for column in 0..<columns.count {
              let value = products.columnNorms[columns.lowerBound + column] - 2 * line[column]
              if value < best { (best, centre) = (value, columns.lowerBound + column) }
            }
            (values[row], nearest[row]) = (best, centre)
          }
        }
        for row in 0..<count { values[row] = products.squaredDistance(row: row, column: nearest[row]) }
      }
    }
    (centres, squaredDistances) = (nearest, values)
  }

  /// Gives each group without samples the one that is farthest from its centre, unless all are at theirs.
  mutating func fillEmptyGroups(_ count: Int) {
    var sizes = [Int](repeating: 0, count: count)
    for centre in centres { sizes[centre] += 1 }
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else { return }
    let farthest = squaredDistances.indices.sorted { (squaredDistances[$0], $1) > (squaredDistances[$1], $0) }
    for (group, row) in zip(empty, farthest) where squaredDistances[row] > 0 && sizes[centres[row]] > 1 {
      sizes[centres[row]] -= 1
      (centres[row], squaredDistances[row]) = (group, 0)
    }
  }

  /// The mean of each group, summed in double in the order of the samples; an empty group's stays where it was.
  func means(of samples: Tensor, replacing old: Tensor) -> Tensor {
    let (count, width) = (old.shape[0], samples.shape[1])
    // A counting sort: each group's samples one after the other, so that groups are summed side by side.
    var starts = [Int](repeating: 0, count: count + 1)
    for centre in centres { starts[centre + 1] += 1 }
    for group in 0..<count { starts[group + 1] += starts[group] }
    var (places, order) = (starts, [Int](repeating: 0, count: centres.count))
    for (row, centre) in centres.enumerated() {
      order[places[centre]] = row
      places[centre] += 1
    }
    let source = samples.pointer
    let result = Tensor(shape: old.shape) { target in
      old.withUnsafeScalars { _ = target.update(fromContentsOf: $0) }
      parallel(count) { group in
        let members = order[starts[group]..<starts[group + 1]]
        guard !members.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { sums in
          sums.initialize(repeating: 0)
          for row in members {
            for k in 0..<width { sums[k] += Double(source[row * width + k]) }
          }
          for k in 0..<width { target[group * width + k] = Float(sums[k] / Double(members.count)) }
        }
      }
    }
    withExtendedLifetime(samples) {}
    return result
  }
}
