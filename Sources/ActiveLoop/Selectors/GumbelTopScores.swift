internal import Foundation
public import Tensor

/// The largest scores after noise was added: a batch drawn one by one without replacement, with chances that grow with
/// the score (Kirsch, Farquhar, Atighehchian, Jesson, Branchaud-Charron and Gal, "Stochastic batch acquisition: a
/// simple baseline for deep active learning", 2021, section 3 and table 1). Neighbours in a large batch then differ
/// more than the top scores, which resemble each other, at no cost.
///
/// The k largest of log wᵢ + Gᵢ with independent Gumbel noise G are k draws without replacement with chances
/// proportional to wᵢ (Kool, van Hoof and Welling, "Stochastic beams and where to find them", ICML 2019).
public struct GumbelTopScores: ScoreSelector, Hashable, Codable {
  /// What the weight w of a draw is, for a score s and coldness β.
  public enum Weighting: String, Codable, Sendable, CaseIterable {
    /// exp(β s): the scale of the scores matters.
    case softmax
    /// s^β: a score of 0 is drawn when no other is left. Scores below zero count as 0, so this is for scores that are
    /// not negative.
    case power
    /// r^−β for the sample with the r-th largest score: the scores' scale does not matter at all.
    case softrank
  }

  /// What the weight of a draw is.
  public let weighting: Weighting
  /// β: 0 draws uniformly, infinity takes the largest scores. The paper's experiments use 1.
  public let coldness: Float

  /// Precondition: `coldness` is finite and not negative.
  public init(_ weighting: Weighting = .power, coldness: Float = 1) {
    precondition(coldness >= 0 && coldness.isFinite, "a coldness is finite and not negative, not \(coldness)")
    (self.weighting, self.coldness) = (weighting, coldness)
  }

  /// - Complexity: O(N log N), and two draws per score.
  public func selection(_ count: Int, scores: [Float], using random: inout RandomSource) -> [Int] {
    var noise = random.stream("gumbel", Int(truncatingIfNeeded: random.next()))
    let noisy = logWeights(of: scores, using: &random).map { weight in
      // A uniform number inside (0, 1), in double: neither logarithm is infinite.
      let uniform = (Double(noise.next() >> 12) + 0.5) * 0x1p-52
      return Float(weight - log(-log(uniform)))
    }
    return TopScores().selection(count, scores: noisy, using: &random)
  }

  /// ln w, −∞ for what has no chance but the last, NaN for NaN.
  private func logWeights(of scores: [Float], using random: inout RandomSource) -> [Double] {
    let beta = Double(coldness)
    // 0 · ∞ is not a number; a coldness of 0 knows no difference.
    if beta == 0 { return scores.map { $0.isNaN ? .nan : 0 } }
    switch weighting {
    case .softmax: return scores.map { beta * Double($0) }
    case .power: return scores.map { $0.isNaN ? .nan : beta * log(max(0, Double($0))) }
    case .softrank:
      var weights = [Double](repeating: .nan, count: scores.count)
      let ranked = TopScores().selection(scores.count, scores: scores, using: &random)
      for (rank, place) in ranked.enumerated() where !scores[place].isNaN {
        weights[place] = -beta * log(Double(rank + 1))
      }
      return weights
    }
  }
}
