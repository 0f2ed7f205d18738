/// Samples of one shape that are read a range at a time, so that there may be more of them than memory holds.
///
/// A source is read from one thread at a time, which need not be the one that made it.
public protocol SampleSource: Sendable {
  /// What can go wrong when samples are read.
  associatedtype Failure: Error

  /// The number of samples.
  var count: Int { get }

  /// The shape of one sample.
  var sampleShape: Shape { get }

  /// Consecutive samples, `[range.count] + sampleShape`, untraced. Precondition: `range` is inside `0..<count`.
  func samples(_ range: Range<Int>) throws(Failure) -> Tensor
}

/// The rows of a tensor as a source: nothing is copied.
public struct InMemorySamples: SampleSource {
  private let tensor: Tensor

  /// The rows of `tensor`, `[N, …]`. Precondition: it has at least one axis.
  public init(_ tensor: Tensor) {
    precondition(tensor.rank >= 1, "a tensor of shape [] has no rows")
    self.tensor = tensor.detached
  }

  /// N.
  public var count: Int { tensor.shape[0] }

  /// The shape without its first axis.
  public var sampleShape: Shape { Array(tensor.shape.dropFirst()) }

  /// Rows that share the tensor's memory.
  public func samples(_ range: Range<Int>) -> Tensor { tensor.rows(range) }
}
