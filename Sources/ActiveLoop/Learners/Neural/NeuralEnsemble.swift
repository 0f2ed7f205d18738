public import Models
public import Tensor

/// Networks trained on the same samples from different weights and in different orders: a committee (Lakshminarayanan
/// et al., "Simple and scalable predictive uncertainty estimation using deep ensembles", NeurIPS 2017; for queries
/// Beluch et al., "The power of ensembles for active learning in image classification", CVPR 2018).
///
/// Its probabilities are the mean of the members'; its features are those of all members side by side.
public struct NeuralEnsemble<Network: FeatureClassifier>: EmbeddingLearner, CommitteeLearner {
  /// The members.
  public private(set) var members: [NeuralLearner<Network>]

  /// `count` members that are trained alike. Throws if there is none, or a setting makes no sense.
  public init(
    _ count: Int, _ training: NeuralTraining = .init(),
    network makeNetwork: @escaping @Sendable (inout RandomSource) -> Network
  ) throws(ExperimentError) {
    guard count >= 1 else { throw .badConfiguration("an ensemble has \(count) members, and needs at least 1") }
    let member = try NeuralLearner(training, network: makeNetwork)
    members = Array(repeating: member, count: count)
  }

  /// The mean of each of the members' figures.
  public var figures: [String: Double] {
    var sums: [String: Double] = [:]
    for member in members {
      for (name, figure) in member.figures { sums[name, default: 0] += figure / Double(members.count) }
    }
    return sums
  }

  /// Fits every member, each with streams of its own. See ``fit(_:from:)``.
  public mutating func fit(
    _ samples: LabelledSamples, using random: inout RandomSource
  ) throws(NeuralLearnerError) {
    try fit(samples, from: FitStreams(random))
  }

  /// Fits every member, each with streams of its own. After an error the ensemble is what it was.
  public mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(NeuralLearnerError) {
    var fitted = members
    for place in fitted.indices {
      try TrainingPlace.within("member \(place)") { () throws(NeuralLearnerError) in
        try fitted[place].fit(samples, from: streams.member(place))
      }
    }
    members = fitted
  }

  /// What the members carry.
  public var carried: CarriedTensors {
    members.enumerated().flatMap { place, member in
      member.carried.map { (name: "member\(place).\($0.name)", tensor: $0.tensor) }
    }
  }

  /// Restores every member.
  public mutating func restore(_ carried: CarriedTensors, from streams: FitStreams) throws(NeuralLearnerError) {
    var restored = members
    for place in restored.indices {
      let prefix = "member\(place)."
      let own: CarriedTensors = carried.compactMap { name, tensor in
        name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), tensor) : nil
      }
      if own.isEmpty, !carried.isEmpty { throw .badWeights("there is no member \(place)") }
      try restored[place].restore(own, from: streams.member(place))
    }
    members = restored
  }

  /// The class of the highest mean probability.
  public func predictions(for inputs: Tensor) -> [Int] {
    inputs.shape[0] == 0 ? [] : probabilities(for: inputs).argmax()
  }

  /// The mean of the members' probabilities, `[N, classes]`.
  public func probabilities(for inputs: Tensor) -> Tensor {
    members.dropFirst().reduce(members[0].probabilities(for: inputs)) { $0 + $1.probabilities(for: inputs) }
      * (1 / Float(members.count))
  }

  /// The members' features side by side, `[N, members · F]`.
  public func embeddings(for inputs: Tensor) -> Tensor {
    concatenate(members.map { $0.embeddings(for: inputs) }, alongAxis: 1)
  }

  /// Each member's probabilities, `[members, N, classes]`, without dropout.
  public func memberProbabilities(for inputs: Tensor) -> Tensor {
    concatenate(
      members.map { member in
        let probabilities = member.probabilities(for: inputs)
        return probabilities.reshaped(to: [1] + probabilities.shape)
      }, alongAxis: 0)
  }
}

extension FitStreams {
  fileprivate func member(_ place: Int) -> FitStreams {
    FitStreams(weights: weights.stream("member", place), order: order.stream("member", place))
  }
}
