package import Tensor

/// Samples far from one another, at random: each is drawn with a chance proportional to its squared distance from the
/// nearest centre, and then is a centre itself (Arthur and Vassilvitskii, "k-means++: the advantages of careful
/// seeding", SODA 2007, D² weighting).
///
/// Without centres the first is drawn uniformly. When all distances are 0, samples are drawn uniformly among those not
/// chosen. Rows with a feature that is not finite come last.
///
/// - Parameters:
///   - count: how many; not negative.
///   - features: the samples, `[N, F]`.
///   - centres: `[M, F]`; M may be 0.
/// - Returns: `min(count, N)` distinct rows of `features`, in the order they were drawn.
/// - Complexity: O(N·F·M) in matrix products, then O(N·F) per sample drawn; one running vector of N distances.
package func kMeansPlusPlus(
  _ count: Int, features: Tensor, centres: Tensor, using random: inout RandomSource
) -> [Int] {
  let distances = EuclideanDistances(features)
  return kMeansPlusPlus(count, among: distances, nearest: distances.nearest(to: centres), using: &random)
}

/// The same among samples whose distances are known in another form.
///
/// - Parameter nearest: the squared distance of every sample to its nearest centre; `nil` without centres.
/// - Complexity: `min(count, N)` times one row of distances and O(N).
package func kMeansPlusPlus(
  _ count: Int, among distances: some SquaredDistances, nearest: [Float]? = nil, using random: inout RandomSource
) -> [Int] {
  precondition(count >= 0, "cannot choose \(count) samples")
  let wanted = min(count, distances.count)
  var state = NearestCentre(distances, nearest: nearest)
  while state.chosen.count < wanted {
    state.choose(drawn(bySquaredDistances: state.squaredDistances, using: &random))
  }
  return state.chosen
}

/// One of the samples that are not chosen (−∞): by its distance; uniformly if all that are left are as far; what is no
/// point (−1) only if nothing else is left.
private func drawn(bySquaredDistances nearest: [Float], using random: inout RandomSource) -> Int {
  // Infinite distances, of samples without any centre, outweigh all others and are equal among themselves.
  let total = nearest.reduce(0.0) { $0 + max(0, Double($1)) }
  guard total > 0, total.isFinite else {
    let level = nearest.reduce(-.infinity) { max($0, $1) }
    let left = nearest.indices.filter { nearest[$0] == level }
    return left[random.integer(below: left.count)]
  }
  var target = Double(random.next() >> 11) * 0x1p-53 * total
  var last = 0
  for (row, distance) in nearest.enumerated() where distance > 0 {
    last = row
    target -= Double(distance)
    if target < 0 { break }
  }
  return last
}
