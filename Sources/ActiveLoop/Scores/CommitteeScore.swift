public import Tensor

/// How the disagreement of several opinions is measured. Larger is more wanted, and nothing is below zero.
public enum CommitteeScore: String, Codable, Sendable, CaseIterable {
  /// ``voteEntropy(ofMembers:)``: the entropy of the votes.
  case voteEntropy = "vote-entropy"
  /// ``consensusEntropy(ofMembers:)``: the entropy of the mean probabilities.
  case consensusEntropy = "consensus-entropy"
  /// ``consensusDivergence(ofMembers:)``: the mean Kullback-Leibler divergence from the mean probabilities.
  case consensusDivergence = "consensus-divergence"
  /// ``variationRatio(ofMembers:)``: the share of votes against the majority.
  case variationRatio = "variation-ratio"
  /// ``mutualInformation(ofMembers:)``: BALD.
  case mutualInformation = "mutual-information"
  /// ``meanStandardDeviation(ofMembers:)``.
  case meanStandardDeviation = "mean-standard-deviation"

  /// One score per sample, `[N]`, of the members' class probabilities, `[members, N, classes]`.
  public func scores(ofMembers probabilities: Tensor) -> Tensor {
    switch self {
    case .voteEntropy: ActiveLoop.voteEntropy(ofMembers: probabilities)
    case .consensusEntropy: ActiveLoop.consensusEntropy(ofMembers: probabilities)
    case .consensusDivergence: ActiveLoop.consensusDivergence(ofMembers: probabilities)
    case .variationRatio: ActiveLoop.variationRatio(ofMembers: probabilities)
    case .mutualInformation: ActiveLoop.mutualInformation(ofMembers: probabilities)
    case .meanStandardDeviation: ActiveLoop.meanStandardDeviation(ofMembers: probabilities)
    }
  }
}
