public import Tensor

/// What the label would tell of the members, H(P̄) − 1/C Σ H(Pₘ) in nats: the entropy of what they say together less
/// the mean of their own entropies; in [0, ln min(classes, C)]. High where each is sure and they disagree, low where
/// all agree to be unsure (Houlsby et al., "Bayesian active learning for classification and preference learning", 2011,
/// equation 2: BALD; with dropout masks as members, Gal, Islam and Ghahramani 2017).
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least; rows sum to one.
/// - Returns: `[N]`; NaN for a sample with NaN.
public func mutualInformation(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    var (total, own) = (0.0, 0.0)
    for k in 0..<sample.classes {
      total += surprise(sample.consensus(class: k))
      for member in 0..<sample.members { own += surprise(sample[member, class: k]) }
    }
    return total - own / Double(sample.members)
  }
}
