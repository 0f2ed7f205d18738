public import Tensor

/// The share of members that do not vote for the class with most votes, 1 − V(y*)/C; in [0, 1 − 1/min(classes, C)]
/// (Freeman, "Elementary applied statistics", 1965; Gal, Islam and Ghahramani 2017; Beluch et al., "The power of
/// ensembles for active learning in image classification", CVPR 2018). Of equal classes a member votes for the first.
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least.
/// - Returns: `[N]`, of at most `members` different values; NaN for a sample with NaN.
public func variationRatio(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    sample.voteShares().map { 1 - ($0.max() ?? 0) } ?? .nan
  }
}
