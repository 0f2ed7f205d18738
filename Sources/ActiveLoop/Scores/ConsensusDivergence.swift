internal import Foundation
public import Tensor

/// How far the members are from what they say together, on average: 1/C Σ KL(Pₘ ‖ P̄) in nats, where P̄ is the mean of
/// the members' probabilities and KL(P ‖ Q) = Σ P(y) ln P(y)/Q(y) the Kullback-Leibler divergence; in [0, ln
/// min(classes, C)] (McCallum and Nigam, "Employing EM and pool-based active learning for text classification", ICML
/// 1998; Settles 2009, section 3.2, x*_KL).
///
/// The same number as ``mutualInformation(ofMembers:)`` but for rounding: here no two large numbers are subtracted.
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least; rows sum to one.
/// - Returns: `[N]`; NaN for a sample with NaN.
public func consensusDivergence(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    var sum = 0.0
    for k in 0..<sample.classes {
      let consensus = sample.consensus(class: k)
      for member in 0..<sample.members {
        let p = sample[member, class: k]
        // Where p is positive, so is the mean. NaN is neither above nor below.
        if !(p <= 0) { sum += p * log(p / consensus) }
      }
    }
    return sum / Double(sample.members)
  }
}
