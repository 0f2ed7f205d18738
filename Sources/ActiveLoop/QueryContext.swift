public import Tensor

/// What a strategy may know beside pool and learner: the labels that were bought. Those of the pool it never sees.
public struct QueryContext: Sendable, Hashable {
  /// The round that asks: 1, 2, …
  public var round: Int
  /// The labelled samples, as indices into ``UnlabelledPool/samples``, in the order they were bought.
  public var labelledIndices: [Int]
  /// Their labels, as the oracle gave them.
  public var labels: [Int]
  /// The number of classes there can be.
  public var classCount: Int

  /// Precondition: as many labels as indices.
  public init(round: Int, labelledIndices: [Int], labels: [Int], classCount: Int) {
    precondition(
      labels.count == labelledIndices.count, "\(labels.count) labels for \(labelledIndices.count) labelled samples")
    self.round = round
    self.labelledIndices = labelledIndices
    self.labels = labels
    self.classCount = classCount
  }

  /// The labelled samples themselves, read out of the pool's data. Throws what reading them throws.
  public func labelledSamples(of pool: UnlabelledPool) throws -> LabelledSamples {
    LabelledSamples(inputs: try pool.inputs(at: labelledIndices), labels: labels, classCount: classCount)
  }
}

/// What a strategy chose, and what it has to say about it.
public struct QuerySelection: Sendable, Hashable, Codable {
  /// Distinct indices of the pool, the most wanted first.
  public var indices: [Int]
  /// Figures by name for the record of the round, such as a loss.
  public var figures: [String: Double]
  /// What a person should know, a sentence each.
  public var warnings: [String]

  /// Memberwise.
  public init(indices: [Int], figures: [String: Double] = [:], warnings: [String] = []) {
    self.indices = indices
    self.figures = figures
    self.warnings = warnings
  }
}

/// A strategy that needs to know what was labelled: it implements
/// ``QueryStrategy/selection(of:from:learner:context:using:)``, and its plain query throws ``ContextMissing``.
public protocol ReportingStrategy: QueryStrategy {}

extension ReportingStrategy {
  /// Throws ``ContextMissing``: nothing is known here of labels.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    throw ContextMissing()
  }
}

/// A strategy that needs a ``QueryContext`` was asked without one.
public struct ContextMissing: Error, Hashable, CustomStringConvertible {
  /// One sentence that says what to do.
  public var description: String {
    "this strategy must know what was labelled: call selection(of:from:learner:context:using:)."
  }
}
