public import Tensor

/// Where the randomness of a fit comes from: two streams, so that a network's first weights and the order of its batches
/// can be varied apart.
public struct FitStreams: Sendable, Hashable {
  /// First weights, and the masks of a committee.
  public var weights: RandomSource
  /// The order of samples, augmentation, dropout, and every other choice of a fit.
  public var order: RandomSource

  /// Memberwise.
  public init(weights: RandomSource, order: RandomSource) {
    self.weights = weights
    self.order = order
  }

  /// Both from one.
  public init(_ random: RandomSource) {
    self.init(weights: random.stream("weights"), order: random.stream("order"))
  }
}

/// What is left of a fit: tensors by name.
public typealias CarriedTensors = [(name: String, tensor: Tensor)]

extension Learner {
  /// With the second stream alone.
  public mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(Failure) {
    var random = streams.order
    try fit(samples, using: &random)
  }

  /// Nothing: every fit starts afresh.
  public var carried: CarriedTensors { [] }

  /// Nothing to restore.
  public mutating func restore(_ carried: CarriedTensors, from streams: FitStreams) throws(Failure) {}
}
