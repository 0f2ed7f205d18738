package import Tensor

/// Samples that cover the others: again and again the one farthest from its nearest centre, which then is a centre
/// itself (Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985; the greedy k-centre of Sener and
/// Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018, algorithm 1). The
/// largest distance that is left is at most twice the smallest possible.
///
/// Samples at equal distance are taken in an order drawn from `random`, and so is the first if there are no centres.
/// Rows with a feature that is not finite come last.
///
/// - Parameters:
///   - count: how many; not negative.
///   - features: the samples, `[N, F]`.
///   - centres: `[M, F]`, covered already; M may be 0.
/// - Returns: `min(count, N)` distinct rows of `features`, in the order they were taken.
/// - Complexity: O(N·F·M) in matrix products, then O(N·F) per sample taken; one running vector of N distances.
package func kCentreGreedy(
  _ count: Int, features: Tensor, centres: Tensor, using random: inout RandomSource
) -> [Int] {
  let distances = EuclideanDistances(features)
  return kCentreGreedy(count, among: distances, nearest: distances.nearest(to: centres), using: &random)
}

/// The same among samples whose distances are known in another form.
///
/// - Parameter nearest: the squared distance of every sample to its nearest centre; `nil` without centres.
/// - Complexity: `min(count, N)` times one row of distances and O(N).
package func kCentreGreedy(
  _ count: Int, among distances: some SquaredDistances, nearest: [Float]? = nil, using random: inout RandomSource
) -> [Int] {
  precondition(count >= 0, "cannot choose \(count) samples")
  let wanted = min(count, distances.count)
  var rank = [Int](repeating: 0, count: distances.count)
  for (place, row) in random.permutation(of: distances.count).enumerated() { rank[row] = place }
  var state = NearestCentre(distances, nearest: nearest)
  while state.chosen.count < wanted {
    state.choose(farthest(bySquaredDistances: state.squaredDistances, rank: rank))
  }
  return state.chosen
}

/// The sample with the largest distance; of equal ones that of the lowest rank.
private func farthest(bySquaredDistances nearest: [Float], rank: [Int]) -> Int {
  var farthest = 0
  for row in nearest.indices.dropFirst() where nearest[row] >= nearest[farthest] {
    if nearest[row] > nearest[farthest] || rank[row] < rank[farthest] { farthest = row }
  }
  return farthest
}
