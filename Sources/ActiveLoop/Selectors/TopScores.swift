public import Tensor

/// The samples with the largest scores. Equal scores are taken in an order drawn from the generator, NaN last.
public struct TopScores: ScoreSelector, Hashable {
  /// Has no settings.
  public init() {}

  /// - Complexity: O(N log N), and one draw per score.
  public func selection(_ count: Int, scores: [Float], using random: inout RandomSource) -> [Int] {
    precondition(count >= 0, "cannot choose \(count) samples")
    return random.permutation(of: scores.count).map { (score: scores[$0], place: $0) }
      .enumerated()
      .sorted { first, second in
        let (a, b) = (first.element.score, second.element.score)
        if a.isNaN != b.isNaN { return b.isNaN }
        return a == b || a.isNaN ? first.offset < second.offset : a > b
      }
      .prefix(count).map(\.element.place)
  }
}
