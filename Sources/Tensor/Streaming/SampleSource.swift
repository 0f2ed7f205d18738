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

  /// Whether samples are computed, by all threads, rather than read. Who takes batch after batch then asks for each when
  /// it is wanted, where it would otherwise read ahead on one thread beside the others. False by default.
  var isComputed: Bool { get }

  /// Consecutive samples, `[range.count] + sampleShape`, untraced. Precondition: `range` is inside `0..<count`.
  func samples(_ range: Range<Int>) throws(Failure) -> Tensor

  /// Samples in any order, `[indices.count] + sampleShape`, untraced; one may be named twice. Runs of consecutive
  /// indices are read at once by default. Precondition: each is in `0..<count`.
  func samples(at indices: [Int]) throws(Failure) -> Tensor
}

extension SampleSource {
  /// Samples are read.
  public var isComputed: Bool { false }

  /// Reads every run of consecutive indices at once.
  public func samples(at indices: [Int]) throws(Failure) -> Tensor {
    let size = sampleShape.scalarCount
    var result = Tensor(uninitialized: [indices.count] + sampleShape)
    var start = 0
    while start < indices.count {
      var end = start + 1
      while end < indices.count, indices[end] == indices[end - 1] + 1 { end += 1 }
      let run = try samples(indices[start]..<indices[end - 1] + 1)
      result.withUnsafeMutableScalars { target in
        run.withUnsafeScalars { source in
          _ = UnsafeMutableBufferPointer(rebasing: target[start * size..<end * size]).update(fromContentsOf: source)
        }
      }
      start = end
    }
    return result
  }
}

/// Some samples of a source, in a given order, as a source of their own.
public struct SelectedSamples: SampleSource {
  private let source: any SampleSource
  private let indices: [Int]

  /// The samples of `source` at `indices`. Precondition: each is in `0..<source.count`.
  public init(_ source: any SampleSource, at indices: [Int]) {
    precondition(indices.allSatisfy { (0..<source.count).contains($0) }, "an index is not in 0..<\(source.count)")
    self.source = source
    self.indices = indices
  }

  /// The number of indices.
  public var count: Int { indices.count }

  /// That of the source's samples.
  public var sampleShape: Shape { source.sampleShape }

  /// As the source's samples.
  public var isComputed: Bool { source.isComputed }

  /// What reading the source throws. Consecutive indices are read at once, and not copied again.
  public func samples(_ range: Range<Int>) throws -> Tensor {
    let wanted = indices[range]
    if let first = wanted.first, zip(wanted, first...).allSatisfy({ $0 == $1 }) {
      return try source.samples(first..<first + wanted.count)
    }
    return try source.samples(at: Array(wanted))
  }
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

  /// Copies of rows.
  public func samples(at indices: [Int]) -> Tensor { tensor.gathered(rows: indices) }
}
