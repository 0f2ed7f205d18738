public import Tensor

/// Chooses samples by their scores: what a strategy wants is one thing, how a batch is taken from it another.
public protocol ScoreSelector: Sendable {
  /// `min(count, scores.count)` distinct places of `scores`, the most wanted first. Larger scores are more wanted; a
  /// score that is not a number says nothing about its sample, which comes last. Precondition: `count` is not negative.
  func selection(_ count: Int, scores: [Float], using random: inout RandomSource) -> [Int]
}
