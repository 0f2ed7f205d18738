public import Tensor

/// A model that learns classes from labelled samples and is refitted after every round.
public protocol Learner: Sendable {
  /// What can go wrong in a fit.
  associatedtype Failure: Error

  /// Learns from `samples` alone; what an earlier fit left may serve as a start.
  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Failure)

  /// As ``fit(_:using:)``, with weights and order drawn from streams of their own. A learner without weights uses the
  /// second stream alone.
  mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(Failure)

  /// All that ``restore(_:from:)`` needs to become what the last fit made, by name. Nothing, which is the default, means
  /// that a fit is made again for that.
  var carried: CarriedTensors { get }

  /// Becomes what it was after a fit from `streams` that left `carried`, but for ``figures``.
  mutating func restore(_ carried: CarriedTensors, from streams: FitStreams) throws(Failure)

  /// The class of each row of `inputs`, in `0..<classCount`.
  func predictions(for inputs: Tensor) -> [Int]

  /// What the last fit chose or reached, by name, for the record of a round: for a support vector machine its `C`.
  var figures: [String: Double] { get }
}

extension Learner {
  /// Nothing to record.
  public var figures: [String: Double] { [:] }
}

/// A learner that says how sure it is.
public protocol ProbabilisticLearner: Learner {
  /// Class probabilities, `[N, classes]`; rows sum to one.
  func probabilities(for inputs: Tensor) -> Tensor
}

/// A learner with a decision boundary.
public protocol MarginLearner: Learner {
  /// Signed distances from the boundary, up to a positive factor. Two classes: `[N]`, positive for class 1.
  /// More: `[N, classes]`, one against the rest. Differentiable with respect to a traced `inputs`.
  func decisionValues(for inputs: Tensor) -> Tensor
}

/// A learner that places inputs in a space where distance means something: the features before the last layer.
public protocol EmbeddingLearner: Learner {
  /// `[N, F]`, untraced for untraced `inputs`; row by row.
  func embeddings(for inputs: Tensor) -> Tensor
}

/// A learner that holds several opinions: an ensemble, a committee, or one network under many dropout masks.
public protocol CommitteeLearner: ProbabilisticLearner {
  /// Class probabilities by member, `[members, N, classes]`. The same members answer every call between two fits, so that
  /// a sample's answer does not depend on its batch: masks of dropout are fixed for all inputs.
  func memberProbabilities(for inputs: Tensor) -> Tensor
}

/// Samples with their classes.
public struct LabelledSamples: Sendable {
  /// `[N, …]`, or an empty tensor `[0]` before the first sample.
  public private(set) var inputs: Tensor
  /// One class per row of `inputs`, in `0..<classCount`.
  public private(set) var labels: [Int]
  /// The number of classes there can be.
  public let classCount: Int

  /// Precondition: as many labels as rows, each in `0..<classCount`.
  public init(inputs: Tensor, labels: [Int], classCount: Int) {
    precondition(
      labels.isEmpty || inputs.shape.first == labels.count,
      "\(labels.count) labels for inputs of shape \(inputs.shape)")
    precondition(labels.allSatisfy { (0..<classCount).contains($0) }, "a label is not in 0..<\(classCount)")
    self.inputs = inputs
    self.labels = labels
    self.classCount = classCount
  }

  /// The number of samples.
  public var count: Int { labels.count }

  /// How many samples each class has.
  public var classCounts: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classCount)) { $0[$1] += 1 }
  }

  /// Adds rows. Precondition: of the same shape as the present ones.
  public mutating func append(_ inputs: Tensor, labels: [Int]) {
    guard !labels.isEmpty else { return }
    precondition(inputs.shape.first == labels.count, "\(labels.count) labels for inputs of shape \(inputs.shape)")
    precondition(labels.allSatisfy { (0..<classCount).contains($0) }, "a label is not in 0..<\(classCount)")
    if self.labels.isEmpty {
      self.inputs = inputs
    } else {
      precondition(
        self.inputs.shape.dropFirst() == inputs.shape.dropFirst(),
        "samples of shape \(inputs.shape) cannot join samples of shape \(self.inputs.shape)")
      let (old, new) = (self.inputs, inputs)
      self.inputs = Tensor(shape: [old.shape[0] + new.shape[0]] + old.shape.dropFirst()) { target in
        old.withUnsafeScalars { _ = target.update(fromContentsOf: $0) }
        new.withUnsafeScalars { source in
          _ = UnsafeMutableBufferPointer(rebasing: target[old.count...]).update(fromContentsOf: source)
        }
      }
    }
    self.labels += labels
  }
}
