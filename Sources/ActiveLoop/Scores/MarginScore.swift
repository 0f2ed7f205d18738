public import Tensor

/// How near the two likeliest classes are to each other: 1 − (P(y₁ | x) − P(y₂ | x)), in [0, 1], where 1 is on the
/// boundary (Scheffer, Decomain and Wrobel, "Active hidden Markov models for information extraction", IDA 2001; Settles
/// 2009, section 3.1, x*_M, which minimises the difference).
///
/// - Parameter probabilities: `[N, classes]`, with two classes at least; rows sum to one.
/// - Returns: `[N]`; NaN for a row with NaN.
public func marginScore(ofProbabilities probabilities: Tensor) -> Tensor {
  let rows = ProbabilityRows(ofOne: probabilities)
  precondition(rows.classes >= 2, "a margin needs two classes, not probabilities of shape \(probabilities.shape)")
  return rows.scores { sample in
    guard let first = sample.vote(of: 0) else { return .nan }
    var second = -Double.infinity
    for k in 0..<sample.classes where k != first { second = max(second, sample[0, class: k]) }
    return 1 - (sample[0, class: first] - second)
  }
}
