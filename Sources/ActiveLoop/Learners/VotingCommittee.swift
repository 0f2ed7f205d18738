public import Tensor

/// Several learners fitted to the same samples, or to samples drawn from them: an ensemble. What it says is the mean of
/// what its members say; where they disagree is what ``QueryByCommittee`` and ``EnsembleDisagreement`` look for.
///
/// Members differ by the numbers they draw in a fit: initial weights, the order of samples. Learners that draw none, or
/// that find one optimum from everywhere as a support vector machine does, need samples of their own to disagree: query
/// by bagging (Abe and Mamitsuka, "Query learning strategies using boosting and bagging", ICML 1998).
///
/// A fit takes one number from the generator. Each member then draws from a stream of its own, so that a larger
/// committee begins with the same members.
public struct VotingCommittee<Member: ProbabilisticLearner>: CommitteeLearner {
  /// Which samples a member learns from.
  public enum Resampling: String, Codable, Sendable, CaseIterable {
    /// All, once.
    case none
    /// As many as there are, drawn with replacement. A class with few samples may be missing, which some learners
    /// refuse.
    case bootstrap
    /// The same within each class: every class keeps its number of samples.
    case stratifiedBootstrap = "stratified-bootstrap"
  }

  /// The members, fitted or not.
  public private(set) var members: [Member]
  /// Which samples a member learns from.
  public let resampling: Resampling

  /// Members that may have settings of their own. Precondition: one at least.
  public init(_ members: [Member], resampling: Resampling = .none) {
    precondition(!members.isEmpty, "a committee has at least one member")
    (self.members, self.resampling) = (members, resampling)
  }

  /// `count` members that start alike. Precondition: `count > 0`.
  public init(_ count: Int, of member: Member, resampling: Resampling = .none) {
    precondition(count > 0, "a committee has at least one member, not \(count)")
    self.init([Member](repeating: member, count: count), resampling: resampling)
  }

  /// Fits every member. If one throws, the committee is as it was.
  public mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Member.Failure) {
    let root = random.stream("committee", Int(truncatingIfNeeded: random.next()))
    var fitted = members
    for place in fitted.indices {
      var draws = root.stream("bootstrap", place)
      var own = root.stream("member", place)
      let chosen = resampled(samples, using: &draws)
      try TrainingPlace.within("member \(place)") { () throws(Member.Failure) in
        try fitted[place].fit(chosen, using: &own)
      }
    }
    members = fitted
  }

  /// The likeliest class of the mean probabilities.
  public func predictions(for inputs: Tensor) -> [Int] { probabilities(for: inputs).argmax() }

  /// The mean of the members' probabilities, `[N, classes]`.
  public func probabilities(for inputs: Tensor) -> Tensor {
    let rows = ProbabilityRows(ofMembers: memberProbabilities(for: inputs))
    return rows.consensus()
  }

  /// `[members, N, classes]`. Precondition: the members have the same number of classes.
  public func memberProbabilities(for inputs: Tensor) -> Tensor {
    let opinions = members.map { $0.probabilities(for: inputs) }
    let shape = opinions[0].shape
    return Tensor(shape: [members.count] + shape) { target in
      for (place, opinion) in opinions.enumerated() {
        precondition(opinion.shape == shape, "members answer with shapes \(shape) and \(opinion.shape)")
        let part = UnsafeMutableBufferPointer(rebasing: target[place * opinion.count..<(place + 1) * opinion.count])
        opinion.withUnsafeScalars { _ = part.update(fromContentsOf: $0) }
      }
    }
  }

  /// The means of the members' figures, of those that all have.
  public var figures: [String: Double] {
    let all = members.map(\.figures)
    let names = all.dropFirst().reduce(Set(all[0].keys)) { $0.intersection($1.keys) }
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, all.reduce(0) { $0 + ($1[name] ?? 0) } / Double(all.count))
      })
  }

  private func resampled(_ samples: LabelledSamples, using random: inout RandomSource) -> LabelledSamples {
    let everything = Array(samples.labels.indices)
    guard resampling != .none, !everything.isEmpty else { return samples }
    let groups =
      resampling == .bootstrap
      ? [everything]
      : (0..<samples.classCount).map { label in everything.filter { samples.labels[$0] == label } }
    let rows = groups.flatMap { group in group.map { _ in group[random.integer(below: group.count)] } }
    return LabelledSamples(
      inputs: samples.inputs.gathered(rows: rows), labels: rows.map { samples.labels[$0] },
      classCount: samples.classCount)
  }
}
