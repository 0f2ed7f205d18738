internal import Tensor

extension UnlabelledPool {
  /// The samples nearest to `targets`, each taken once: the targets take turns, and each takes the nearest sample that
  /// is left.
  ///
  /// - Parameters:
  ///   - count: how many; not negative.
  ///   - targets: what they are near to, `[Q, D]`, in the space of the distances.
  ///   - space: a batch of samples to `[batch, D]`, row by row.
  /// - Returns: places in `indices`, in the order they were taken: `min(count, self.count)`, or fewer if there is no
  ///   target or samples are at no finite distance.
  /// - Complexity: one pass over the pool, read batch by batch, with O(N·Q·D) in matrix products; memory for `count`
  ///   candidates per target, whatever the size of the pool.
  func nearestSamples(
    _ count: Int, to targets: Tensor, batchSize: Int, in space: (Tensor) -> Tensor
  ) throws -> [Int] {
    let wanted = min(count, self.count)
    let targetCount = targets.shape[0]
    guard wanted > 0, targetCount > 0 else { return [] }
    // Others take fewer than `wanted` samples, so each target's own first `wanted` always hold one that is left.
    var candidates = [NearestCandidates](repeating: NearestCandidates(limit: wanted), count: targetCount)
    var first = 0
    _ = try scores(batchSize: batchSize) { batch in
      let features = space(batch).flattened()
      let products = RowProducts(targets, features)
      candidates.withUnsafeMutableBufferPointer { candidates in
        products.forEachBlock { rows, columns, block in
          for (place, row) in rows.enumerated() {
            let line = block + place * columns.count
            for (step, column) in columns.enumerated() {
              let norms = products.rowNorms[row] + products.columnNorms[column]
              // Products round; who may be near enough is measured again.
              guard norms - 2 * line[step] - 1e-5 * norms <= candidates[row].bound else { continue }
              candidates[row].offer(products.squaredDistance(row: row, column: column), first + column)
            }
          }
        }
      }
      first += features.shape[0]
      return .zeros([features.shape[0]])
    }
    return taken(wanted, from: candidates.map { $0.sorted() })
  }

  /// Lists of places, each list's best first, taking turns.
  private func taken(_ wanted: Int, from lists: [[Int]]) -> [Int] {
    var (next, isTaken, chosen) = ([Int](repeating: 0, count: lists.count), Set<Int>(), [Int]())
    var isExhausted = false
    while chosen.count < wanted, !isExhausted {
      isExhausted = true
      for (list, places) in lists.enumerated() where chosen.count < wanted {
        while next[list] < places.count, isTaken.contains(places[next[list]]) { next[list] += 1 }
        guard next[list] < places.count else { continue }
        chosen.append(places[next[list]])
        isTaken.insert(places[next[list]])
        isExhausted = false
      }
    }
    return chosen
  }
}

/// The places at the smallest distances of all that were offered; of equal ones the lower.
private struct NearestCandidates {
  /// Nothing farther is kept.
  private(set) var bound = Float.infinity
  private let limit: Int
  private var entries: [(distance: Float, place: Int)] = []

  /// Precondition: `limit > 0`.
  init(limit: Int) { self.limit = limit }

  /// Amortised O(log limit).
  mutating func offer(_ distance: Float, _ place: Int) {
    guard distance.isFinite, distance <= bound else { return }
    entries.append((distance, place))
    if entries.count >= 2 * limit + 16 { prune() }
  }

  /// At most `limit` places, the nearest first.
  func sorted() -> [Int] {
    var copy = self
    copy.prune()
    return copy.entries.map(\.place)
  }

  private mutating func prune() {
    entries.sort { $0 < $1 }
    entries.removeLast(max(0, entries.count - limit))
    if entries.count == limit, let last = entries.last { bound = last.distance }
  }
}
