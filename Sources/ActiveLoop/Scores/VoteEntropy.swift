public import Tensor

/// The entropy of the members' votes, −Σ V(y)/C ln V(y)/C in nats, where V(y) of C members find y the likeliest class;
/// in [0, ln min(classes, C)] (Dagan and Engelson, "Committee-based sampling for training probabilistic classifiers",
/// ICML 1995, who divide by the logarithm; Settles 2009, section 3.2, x*_VE). Of equal classes a member votes for the
/// first.
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least.
/// - Returns: `[N]`; NaN for a sample with NaN.
public func voteEntropy(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    sample.voteShares().map { $0.reduce(0) { $0 + surprise($1) } } ?? .nan
  }
}
