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
