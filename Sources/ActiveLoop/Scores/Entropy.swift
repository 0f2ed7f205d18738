internal import Foundation
public import Tensor

/// The entropy of a classifier's answer, −Σ P(y | x) ln P(y | x) in nats, in [0, ln classes] (Shannon 1948; Settles
/// 2009, section 3.1, x*_H). A class of probability 0 adds nothing.
///
/// - Parameter probabilities: `[N, classes]`, with a class at least; rows sum to one.
/// - Returns: `[N]`; NaN for a row with NaN.
public func entropy(ofProbabilities probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofOne: probabilities).scores { sample in
    var sum = 0.0
    for k in 0..<sample.classes { sum += surprise(sample[0, class: k]) }
    return sum
  }
}

/// The entropy of what the committee says together, −Σ P̄(y | x) ln P̄(y | x) in nats, where P̄ is the mean of the
/// members' probabilities; in [0, ln classes]. High where the members disagree and where all are unsure (Settles,
/// "Active learning", 2012, chapter 3, soft vote entropy; Gal, Islam and Ghahramani, "Deep Bayesian active learning
/// with image data", ICML 2017, max entropy, for dropout).
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least; rows sum to one.
/// - Returns: `[N]`; NaN for a sample with NaN.
public func consensusEntropy(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    var sum = 0.0
    for k in 0..<sample.classes { sum += surprise(sample.consensus(class: k)) }
    return sum
  }
}

/// −p ln p, continued by 0 at 0; NaN stays NaN.
func surprise(_ p: Double) -> Double { p <= 0 ? 0 : -p * log(p) }
