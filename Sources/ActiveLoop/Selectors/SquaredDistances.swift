/// Squared distances between samples, however they are held: points as rows (``EuclideanDistances``), or points that
/// are never formed, such as outer products p ⊗ h, of which |pᵢ ⊗ hᵢ − pⱼ ⊗ hⱼ|² needs only p and h.
package protocol SquaredDistances: Sendable {
  /// The number of samples.
  var count: Int { get }

  /// Whether the sample is a point. One with a feature that is infinite or not a number is not: it is chosen last, and
  /// nothing is ever near it.
  func isPoint(_ row: Int) -> Bool

  /// Writes the squared distance of every sample to sample `row`, not negative, in the order of the samples.
  /// Precondition: `row` is a point, `distances.count == count`. What is written for samples that are no points does
  /// not matter.
  func distances(toRow row: Int, into distances: inout [Float])
}

/// What both selectors remember: which samples are chosen, and how far each is from the nearest centre.
struct NearestCentre<Distances: SquaredDistances> {
  /// Squared distances to the nearest centre; infinite without one, −1 for what is no point, −∞ for what is chosen.
  private(set) var squaredDistances: [Float]
  /// In the order of choice.
  private(set) var chosen: [Int] = []
  private let distances: Distances
  private var toLatest: [Float]

  /// Precondition: `nearest` has one entry per sample.
  init(_ distances: Distances, nearest: [Float]?) {
    precondition(
      nearest.map { $0.count == distances.count } ?? true,
      "\(nearest?.count ?? 0) distances to the nearest centre for \(distances.count) samples")
    self.distances = distances
    squaredDistances = nearest ?? [Float](repeating: .infinity, count: distances.count)
    toLatest = [Float](repeating: 0, count: distances.count)
    for row in squaredDistances.indices {
      squaredDistances[row] = distances.isPoint(row) ? max(0, squaredDistances[row]) : -1
    }
  }

  /// Makes a sample a centre; O(N) beside the distances to it.
  mutating func choose(_ row: Int) {
    let isPoint = squaredDistances[row] >= 0
    chosen.append(row)
    squaredDistances[row] = -.infinity
    guard isPoint else { return }
    distances.distances(toRow: row, into: &toLatest)
    squaredDistances.withUnsafeMutableBufferPointer { nearest in
      for other in nearest.indices where toLatest[other] < nearest[other] { nearest[other] = max(0, toLatest[other]) }
    }
  }
}
