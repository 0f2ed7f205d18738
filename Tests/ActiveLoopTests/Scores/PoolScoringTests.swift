import ActiveLoop
import Foundation
import Models
import Tensor
import TestSupport
import Testing

/// Samples that are their own index, from a source that counts what is asked of it and fails where it is told to.
private final class CountingSource: SampleSource, @unchecked Sendable {
  struct Broken: Error, Equatable { let sample: Int }

  let count: Int
  let sampleShape: Shape = [2]
  let isComputed: Bool
  private let brokenSample: Int?
  private let lock = NSLock()
  private var ranges: [Range<Int>] = []
  private var finished = 0
  private var mostLive = 0

  init(count: Int, brokenSample: Int? = nil, isComputed: Bool = false) {
    self.count = count
    self.isComputed = isComputed
    self.brokenSample = brokenSample
  }

  func samples(_ range: Range<Int>) throws(Broken) -> Tensor {
    lock.withLock {
      ranges.append(range)
      mostLive = max(mostLive, ranges.count - finished)
    }
    if let brokenSample, range.contains(brokenSample) { throw Broken(sample: brokenSample) }
    return Tensor(range.flatMap { [Float($0), 1] }, shape: [range.count, 2])
  }

  /// The model is done with a batch.
  func finish() { lock.withLock { finished += 1 } }
  /// The ranges asked for so far.
  var asked: [Range<Int>] { lock.withLock { ranges } }
  /// The most batches that were asked for and not finished.
  var peak: Int { lock.withLock { mostLive } }
}

@Suite(.traced) struct PoolScoringTests {
  @Test func whatIsComputedIsAskedForWhenItIsWanted() throws {
    let source = CountingSource(count: 100, isComputed: true)
    let scores = try PoolScoring(batchSize: 30).scores(of: SelectedSamples(source, at: Array(10..<100))) { batch in
      defer { source.finish() }
      return batch.sum(alongAxes: [1])
    }
    #expect(scores.scalars == (10..<100).map { Float($0 + 1) })
    #expect(source.asked == [10..<40, 40..<70, 70..<100] && source.peak == 1)
    let gaps = CountingSource(count: 100)
    #expect(try SelectedSamples(gaps, at: [3, 4, 7, 6]).samples(0..<4).scalars == [3, 1, 4, 1, 7, 1, 6, 1])
    #expect(gaps.asked == [3..<5, 7..<8, 6..<7])
    #expect(try SelectedSamples(gaps, at: []).samples(0..<0).shape == [0, 2])
    let broken = CountingSource(count: 100, brokenSample: 31, isComputed: true)
    #expect(throws: PoolScoringError<CountingSource.Broken>.self) {
      try PoolScoring(batchSize: 30).scores(of: broken) { $0.sum(alongAxes: [1]) }
    }
    #expect(broken.asked == [0..<30, 30..<60])
  }

  @Test func scoresComeInTheOrderOfThePool() throws {
    try withEvery("batch size", in: [1, 3, 10, 99, 100, 101]) { batchSize in
      let source = CountingSource(count: 100)
      var reported: [Int] = []
      let scores = try PoolScoring(batchSize: batchSize).scores(
        of: source,
        progress: { scored, total in
          #expect(total == 100)
          reported.append(scored)
        }, preparing: { $0 * 2 }
      ) { batch in
        defer { source.finish() }
        return batch.sum(alongAxes: [1])
      }
      #expect(scores.shape == [100])
      let expected: [Float] = (0..<100).map { index in Float(2 * index + 2) }
      let ranges: [Range<Int>] = stride(from: 0, to: 100, by: batchSize).map { $0..<min(100, $0 + batchSize) }
      #expect(scores.scalars == expected)
      #expect(reported == ranges.map(\.upperBound))
      #expect(source.asked == ranges)
      #expect(source.peak <= 3)
    }
  }

  @Test func anEmptyPoolHasNoScores() throws {
    let scores = try PoolScoring().scores(of: InMemorySamples(.zeros([0, 3]))) { (_: Tensor) -> Tensor in
      Issue.record("the model saw a batch of an empty pool")
      return .zeros([0])
    }
    #expect(scores.shape == [0])
  }

  /// The second batch is read while the model still works on the first.
  @Test(.timeLimit(.minutes(1))) func readingRunsBesideTheModel() throws {
    let source = CountingSource(count: 4)
    let scores = try PoolScoring(batchSize: 1).scores(of: source) { batch in
      // Comes to an end only if another thread reads on.
      let wanted = min(4, Int(batch.scalars[0]) + 2)
      while source.asked.count < wanted { usleep(100) }
      source.finish()
      return batch
    }
    #expect(scores.shape == [4, 2])
  }

  @Test func anErrorNamesTheSamplesAndEndsTheReading() {
    let source = CountingSource(count: 100, brokenSample: 42)
    var scored = 0
    do throws(PoolScoringError<CountingSource.Broken>) {
      _ = try PoolScoring(batchSize: 10).scores(of: source, progress: { done, _ in scored = done }) { (batch: Tensor) in
        defer { source.finish() }
        return batch
      }
      Issue.record("a pool with a broken sample was scored")
    } catch {
      guard case .unreadable(40..<50, CountingSource.Broken(sample: 42)) = error else {
        Issue.record("the error is \(error)")
        return
      }
      #expect(error.description.hasPrefix("samples 40 to 49 of the pool could not be read"))
    }
    #expect(scored == 40)
    #expect(source.asked.count == 5)
  }

  @Test func cancellingStopsModelAndReader() {
    let source = CountingSource(count: 1_000)
    var batches = 0
    do throws(PoolScoringError<CountingSource.Broken>) {
      _ = try PoolScoring(batchSize: 10).scores(of: source, isCancelled: { batches == 3 }) { (batch: Tensor) in
        batches += 1
        source.finish()
        return batch
      }
      Issue.record("a cancelled scoring gave scores")
    } catch {
      guard case .cancelled(scored: 30, total: 1_000) = error else {
        Issue.record("the error is \(error)")
        return
      }
    }
    #expect(batches == 3)
    let asked = source.asked.count
    #expect(asked <= 6)
    // The thread has ended: nothing is read any more.
    usleep(20_000)
    #expect(source.asked.count == asked)
  }

  @Test func aCancelledTaskIsNoticed() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(PoolScoringError<Never>) {
        _ = try PoolScoring().scores(of: InMemorySamples(.zeros([5, 2]))) { (batch: Tensor) in batch }
        return false
      } catch {
        guard case .cancelled(scored: 0, total: 5) = error else { return false }
        return true
      }
    }
    #expect(await task.value)
  }

  /// A classifier with convolutions, batch norm and dense layers: the same scores whatever else is in the batch.
  @Test func scoresDoNotDependOnTheBatchSize() throws {
    var random = RandomSource(seed: 31)
    var classifier = ConvolutionalClassifier(.digits(imageSize: 16), using: &random)
    let images = Tensor(uniform: [300, 16, 16, 1], low: 0, high: 1, using: &random)
    // Running statistics that are not those of a new layer.
    for _ in 0..<3 { _ = classifier.forward(images.rows(0..<64), using: &random) }
    let source = InMemorySamples(images)
    let reference = try PoolScoring(batchSize: 256).scores(of: source, by: classifier)
    #expect(reference.shape == [300, 10])
    try withEvery("batch size", in: [1, 7, 64, 300]) { batchSize in
      let scores = try PoolScoring(batchSize: batchSize).scores(of: source, by: classifier)
      #expect(relativeError(scores, reference) <= 1e-5)
    }
    #expect(relativeError(softmax(reference), classifier.probabilities(for: images)) <= 1e-5)
  }

  /// Layers that sum nothing over channels give the same bits.
  @Test func depthwiseScoresAreTheSameBits() throws {
    var random = RandomSource(seed: 32)
    let network = Sequential {
      Convolution2D(8, 8, kernel: 3, padding: 2, dilation: 2, groups: 8)
      BatchNormalization(8)
      ReLU()
      MaxPool2D(2)
    }.initialized(using: &random)
    let source = InMemorySamples(Tensor(normal: [65, 10, 8, 8], using: &random))
    let reference = try PoolScoring(batchSize: 65).scores(of: source, by: network)
    try withEvery("batch size", in: [1, 7, 64]) { batchSize in
      let scores = try PoolScoring(batchSize: batchSize).scores(of: source, by: network)
      #expect(bitMismatch(scores, reference) == nil)
    }
  }
}

/// Pools in files.
@Suite struct PoolFileScoringTests {
  /// An `.npy` file of bytes, `[count, 32, 32, 3]`, whose byte i is i mod 251.
  static func writeBytes(_ path: String, count: Int) throws {
    let dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count), 32, 32, 3), }"
    let header = dictionary + String(repeating: " ", count: 127 - 10 - dictionary.utf8.count) + "\n"
    var start: [UInt8] = [0x93] + Array("NUMPY".utf8)
    start += [1, 0, UInt8(header.utf8.count), 0]
    start += header.utf8
    try Data(start).write(to: URL(fileURLWithPath: path))
    guard let handle = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
    defer { try? handle.close() }
    try handle.seekToEnd()
    // 251 images at a time: the pattern then starts anew.
    let pattern = Data((0..<251 * 3072).map { UInt8(truncatingIfNeeded: $0 % 251) })
    for first in stride(from: 0, to: count, by: 251) {
      try handle.write(contentsOf: pattern.prefix(min(251, count - first) * 3072))
    }
  }

  /// 200 MB of bytes, 800 MB as floats, with less than 40 MB of tensors at any time. In a process of its own, because
  /// the peak is that of the whole process.
  @Test func aPoolLargerThanTheBudgetIsScored() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { directory in
        let count = 68_000
        let path = directory + "/pool.npy"
        try PoolFileScoringTests.writeBytes(path, count: count)
        let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        guard let bytes, bytes > 200_000_000 else { fatalError("the pool has \(bytes ?? 0) bytes") }
        var random = RandomSource(seed: 33)
        let network = Sequential {
          Flatten()
          Dense(3072, 2)
        }.initialized(using: &random)
        let pool = try NPYSamples(path, scale: 1 / 255)
        MemoryStatistics.trim()
        MemoryStatistics.resetPeak()
        let scores = try PoolScoring(batchSize: 512).scores(of: pool, by: network)
        let peak = MemoryStatistics.current.peakBytes
        guard scores.shape == [count, 2] else { fatalError("the scores are \(scores.shape)") }
        guard peak < 40_000_000 else { fatalError("the peak was \(peak) bytes") }
        // Any sample alone has the score it had in the pool.
        for index in [0, 1, 33_333, count - 1] {
          let alone = network(try pool.samples(index..<index + 1))
          guard relativeError(alone, scores.rows(index..<index + 1)) < 1e-5 else {
            fatalError("sample \(index) has the score \(scores.rows(index..<index + 1)), alone \(alone)")
          }
        }
      }
    }
  }

  /// A file that ends too early is refused before the first sample is scored.
  @Test func aTruncatedPoolIsRefused() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/pool.npy"
      try Self.writeBytes(path, count: 20)
      let bytes = try FileBytes.read(path)
      try AtomicFile.write(Array(bytes[..<(128 + 10 * 3072 + 5)]), to: path)
      let expected = FileFormatError.truncated(
        file: path, offset: 128, expected: 20 * 3072, found: 10 * 3072 + 5)
      #expect(throws: expected) { try NPYSamples(path) }
    }
  }

  /// A file that is cut while it is read gives one error that says where, and no scores are written.
  @Test func aPoolThatShrinksMeanwhileGivesOneError() throws {
    try withTemporaryDirectory { directory in
      let (path, output) = (directory + "/pool.npy", directory + "/scores.npy")
      try Self.writeBytes(path, count: 100)
      let pool = try NPYSamples(path)
      do throws(PoolScoringError<FileFormatError>) {
        let scores = try PoolScoring(batchSize: 10).scores(
          of: pool, progress: { scored, _ in if scored == 10 { truncate(path, off_t(128 + 55 * 3072)) } }
        ) { (batch: Tensor) in batch.flattened().sum(alongAxes: [1]) }
        try? NPY.write(scores, to: output)
        Issue.record("a pool that was cut has scores of shape \(scores.shape)")
      } catch {
        let cut = FileFormatError.truncated(
          file: path, offset: 128 + 50 * 3072, expected: 10 * 3072, found: 5 * 3072)
        guard case .unreadable(50..<60, cut) = error else {
          Issue.record("the error is \(error)")
          return
        }
      }
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
