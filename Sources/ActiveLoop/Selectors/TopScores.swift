public import Tensor

/// The samples with the largest scores. Equal scores are taken in an order drawn from the generator, NaN last.
public struct TopScores: ScoreSelector, Hashable {
  /// Has no settings.
  public init() {}

  /// - Complexity: O(N + k log k) for k of N scores, and one draw per score.
  public func selection(_ count: Int, scores: [Float], using random: inout RandomSource) -> [Int] {
    precondition(count >= 0, "cannot choose \(count) samples")
    let order = random.permutation(of: scores.count)
    let wanted = min(count, scores.count)
    guard wanted > 0 else { return [] }
    let keys = scores.map(orderedKey)
    let least = keys.largest(wanted)
    var (above, equal): ([Int], [Int]) = ([], [])
    for place in order {
      if keys[place] > least { above.append(place) } else if keys[place] == least { equal.append(place) }
    }
    // Only what is above the last key is out of order; a sort of the standard library keeps equal ones as they are.
    above.sort { keys[$0] > keys[$1] }
    return above + equal.prefix(wanted - above.count)
  }
}

/// A whole number that is larger for a larger score, the same for −0 and 0, and 0 for NaN alone.
private func orderedKey(_ score: Float) -> UInt32 {
  if score.isNaN { return 0 }
  let bits = (score + 0).bitPattern
  return bits >> 31 == 1 ? ~bits : bits | 1 << 31
}

extension [UInt32] {
  /// The `rank`-th largest element, counted from 1: by a histogram of the upper halves, then one of the lower halves
  /// of those that agree with it. O(N). Precondition: `rank` is in `1...count`.
  fileprivate func largest(_ rank: Int) -> UInt32 {
    var counts = [Int](repeating: 0, count: 1 << 16)
    for key in self { counts[Int(key >> 16)] += 1 }
    let upper = counts.place(ofLargest: rank)
    var lower = [Int](repeating: 0, count: 1 << 16)
    for key in self where key >> 16 == UInt32(upper.place) { lower[Int(key & 0xFFFF)] += 1 }
    return UInt32(upper.place) << 16 | UInt32(lower.place(ofLargest: upper.rest).place)
  }
}

extension [Int] {
  /// In a histogram: the bin of the `rank`-th largest element, and its rank within the bin.
  fileprivate func place(ofLargest rank: Int) -> (place: Int, rest: Int) {
    var rest = rank
    for place in indices.reversed() {
      if rest <= self[place] { return (place, rest) }
      rest -= self[place]
    }
    preconditionFailure("a histogram of fewer than \(rank) elements")
  }
}
