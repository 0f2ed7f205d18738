public import Tensor

/// Applies a model to a pool that may be larger than memory, batch by batch.
///
/// ```swift
/// let pool = try NPYSamples("pool.npy", scale: 1 / 255)
/// let probabilities = try PoolScoring().scores(of: pool) { softmax(classifier($0)) }
/// ```
///
/// While the model computes one batch, a thread of its own reads and prepares the next two: three batches are in memory
/// at a time, whatever the size of the pool. That thread uses one core and leaves the thread pool to the model. Samples
/// that are computed (``SampleSource/isComputed``) take turns with the model instead, each with all threads. Scores come in the order of the pool, and all of them or none: an error returns nothing.
///
/// A sample's score does not depend on the others in its batch, but for rounding: matrix products of other sizes sum in
/// another order. For a model without products over samples' features (``Layer``s that work pixel by pixel, depthwise
/// convolutions) the bits are the same for every batch size.
public struct PoolScoring: Sendable {
  /// Samples per batch.
  public let batchSize: Int

  /// Precondition: `batchSize` is positive.
  public init(batchSize: Int = 256) {
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.batchSize = batchSize
  }

  /// What `model` says to every sample: its outputs `[batch, …]` joined to `[N, …]`, untraced; `[0]` for an empty pool,
  /// of which the model sees nothing.
  ///
  /// - Parameters:
  ///   - source: the pool.
  ///   - isCancelled: asked before every batch; true ends the scoring with an error. By default, whether the task is
  ///     cancelled.
  ///   - progress: called after every batch with the number of samples scored so far and in all.
  ///   - prepare: applied to a batch, `[batch] + sampleShape`, on the reading thread: what normalises its inputs. What
  ///     it holds beside its result is one more batch in memory.
  ///   - model: the scores of a prepared batch, one row each.
  /// - Complexity: memory for three batches and for all scores.
  public func scores<Source: SampleSource>(
    of source: Source, isCancelled: () -> Bool = { Task.isCancelled },
    progress: (_ scored: Int, _ total: Int) -> Void = { _, _ in },
    preparing prepare: @escaping @Sendable (Tensor) -> Tensor = { $0 }, by model: (Tensor) -> Tensor
  ) throws(PoolScoringError<Source.Failure>) -> Tensor {
    let total = source.count
    let reader = BatchReader(source, batchSize: batchSize, prepare: prepare)
    // However this ends, the thread has read its last when it returns.
    defer { reader.stop() }
    var scores = Tensor(shape: [0]) { _ in }
    var scored = 0
    while scored < total {
      if isCancelled() { throw .cancelled(scored: scored, total: total) }
      let output: Tensor
      switch reader.next() {
      case .success(let batch):
        output = model(batch).detached
        precondition(
          output.shape.first == batch.shape.first,
          "a model gave scores of shape \(output.shape) for a batch of shape \(batch.shape)")
      case .failure(let error):
        throw .unreadable(samples: scored..<min(total, scored + batchSize), error)
      }
      if scored == 0 {
        scores = .zeros([total] + output.shape.dropFirst())
      } else {
        precondition(
          output.shape.dropFirst() == scores.shape.dropFirst(),
          "a model gave scores of shape \(output.shape) after some of shape \(scores.shape)")
      }
      let first = scored * (scores.count / total)
      scores.withUnsafeMutableScalars { target in
        output.withUnsafeScalars { source in
          _ = UnsafeMutableBufferPointer(rebasing: target[first..<first + source.count]).update(fromContentsOf: source)
        }
      }
      scored += output.shape[0]
      progress(scored, total)
    }
    return scores
  }

  /// The outputs of a layer's inference; all else is as for a closure.
  public func scores<Source: SampleSource>(
    of source: Source, isCancelled: () -> Bool = { Task.isCancelled },
    progress: (_ scored: Int, _ total: Int) -> Void = { _, _ in },
    preparing prepare: @escaping @Sendable (Tensor) -> Tensor = { $0 }, by layer: some Layer
  ) throws(PoolScoringError<Source.Failure>) -> Tensor {
    try scores(of: source, isCancelled: isCancelled, progress: progress, preparing: prepare) { layer($0) }
  }
}

/// Why a pool has no scores.
public enum PoolScoringError<Failure: Error>: Error {
  /// The samples of one batch could not be read.
  case unreadable(samples: Range<Int>, Failure)
  /// Asked to stop after some samples.
  case cancelled(scored: Int, total: Int)
}

extension PoolScoringError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .unreadable(let samples, let error):
      "samples \(samples.lowerBound) to \(samples.upperBound - 1) of the pool could not be read: \(error)"
    case .cancelled(let scored, let total): "the scoring was cancelled after \(scored) of \(total) samples."
    }
  }
}
