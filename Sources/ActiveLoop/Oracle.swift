public import Tensor

/// What is shown to whoever labels.
public enum Query: Sendable {
  /// Samples of the pool, by index.
  case pool([Int])
  /// New inputs, `[N, …]`, that are in no pool.
  case synthesized(Tensor)

  /// The number of samples asked about.
  public var count: Int {
    switch self {
    case .pool(let indices): indices.count
    case .synthesized(let inputs): inputs.shape.first ?? 0
    }
  }
}

/// What came back for one sample.
public enum Answer: Sendable, Hashable {
  /// A class.
  case label(Int)
  /// The sample cannot be recognised: it costs attention, not a label.
  case cannotTell
  /// Not answered; it may be asked again.
  case skipped
}

/// Knows, or pretends to know, the classes of samples: a person, the ground truth, a classifier.
public protocol Oracle: Sendable {
  /// One answer per sample, in order.
  func answer(_ query: Query) async throws -> [Answer]
}
