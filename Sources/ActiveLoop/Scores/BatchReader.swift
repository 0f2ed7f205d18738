internal import Foundation
internal import Tensor

/// Reads and prepares the batches of a source in order, on a thread of its own, at most two ahead of who takes them. A
/// source that computes its samples is asked when a batch is taken, on the thread that takes it.
///
/// `@unchecked` because the compiler does not see that the state below the condition is touched with it locked.
final class BatchReader<Source: SampleSource>: @unchecked Sendable {
  /// Batches that are ready or being prepared.
  private let depth = 2
  private let source: Source
  private let batchSize: Int
  private let prepare: @Sendable (Tensor) -> Tensor

  private let condition = NSCondition()
  private var ready: [Result<Tensor, Source.Failure>] = []
  private var isStopped = false
  private var isDone = false
  /// The first sample of the next batch, of a source that computes.
  private var position = 0

  /// Starts to read, unless samples are computed.
  init(_ source: Source, batchSize: Int, prepare: @escaping @Sendable (Tensor) -> Tensor) {
    self.source = source
    self.batchSize = batchSize
    self.prepare = prepare
    guard !source.isComputed else {
      isDone = true
      return
    }
    let thread = Thread { [self] in
      ThreadPool.standAside()
      readAll()
      finish()
    }
    thread.name = "ladle pool reader"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// The next batch, when it is ready. Precondition: it is not more than there are, and none after a failure.
  func next() -> Result<Tensor, Source.Failure> {
    if source.isComputed {
      precondition(position < source.count, "a source of \(source.count) samples was asked for more")
      defer { position += batchSize }
      return read(position..<min(source.count, position + batchSize))
    }
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty {
      precondition(!isDone, "a source of \(source.count) samples was asked for more")
      condition.wait()
    }
    let batch = ready.removeFirst()
    condition.broadcast()
    return batch
  }

  /// Ends the reading after the batch in preparation, and waits for that.
  func stop() {
    condition.lock()
    defer { condition.unlock() }
    isStopped = true
    ready = []
    condition.broadcast()
    while !isDone { condition.wait() }
  }

  // MARK: - On the reading thread, or for samples that are computed on the one that takes them

  private func readAll() {
    let count = source.count
    for first in stride(from: 0, to: count, by: batchSize) {
      guard waitForRoom() else { return }
      let batch = read(first..<min(count, first + batchSize))
      put(batch)
      if case .failure = batch { return }
    }
  }

  private func read(_ range: Range<Int>) -> Result<Tensor, Source.Failure> {
    do throws(Source.Failure) {
      let samples = try source.samples(range)
      precondition(
        samples.shape == [range.count] + source.sampleShape,
        "a source of samples of shape \(source.sampleShape) gave \(samples.shape) for \(range)")
      return .success(prepare(samples))
    } catch {
      return .failure(error)
    }
  }

  /// Waits until one more batch may be prepared; false when no more are wanted.
  private func waitForRoom() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while ready.count >= depth, !isStopped { condition.wait() }
    return !isStopped
  }

  private func put(_ batch: Result<Tensor, Source.Failure>) {
    condition.lock()
    defer { condition.unlock() }
    if !isStopped { ready.append(batch) }
    condition.broadcast()
  }

  private func finish() {
    condition.lock()
    defer { condition.unlock() }
    isDone = true
    condition.broadcast()
  }
}
