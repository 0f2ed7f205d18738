import Foundation
import Tensor

/// One line of `ladle bench`, and of the performance suites.
struct Measurement: Sendable {
  /// What it is a measurement of; one suite each.
  enum Family: String, CaseIterable, Sendable, Codable {
    case gemm, convolution, elementwise, normalization, pooling, optimizer, step
  }

  /// How much work a run is.
  enum Scale: Sendable {
    /// The batches that figures are quoted for.
    case full
    /// Small batches: for tests, where results matter and times do not.
    case quick
  }

  /// The work made ready.
  struct Work {
    /// Floating-point operations of one run: for convolutions those of the direct method, whatever computes them; nil
    /// where such a rate says nothing.
    var operations: Double?
    /// Bytes read and written by one run, where memory is the limit.
    var bytes: Double?
    /// One run.
    var once: () throws -> Void
    /// What is wrong with the results of the runs so far; nil when they are right. May take longer than a run.
    var problem: () -> String?
  }

  var family: Family
  /// What `--only` looks at.
  var name: String
  var title: String
  var prepare: @Sendable (Scale) throws -> Work

  init(
    _ family: Family, _ name: String, _ title: String, prepare: @escaping @Sendable (Scale) throws -> Work
  ) {
    self.family = family
    self.name = name
    self.title = title
    self.prepare = prepare
  }

  /// Every measurement, in the order of the table.
  static let all: [Measurement] =
    products + convolutions + elementwise + normalization + pooling + optimizers + steps

  static func of(_ family: Family) -> [Measurement] { all.filter { $0.family == family } }

  /// The median and the fastest of `runs` runs after one that does not count, and what they held.
  func run(_ runs: Int, scale: Scale = .full) throws -> MeasurementResult {
    let held = MemoryStatistics.current.liveBytes
    let work = try prepare(scale)
    return try measure(work, runs, held: held)
  }

  /// The same, and whether the results are right.
  func checked(_ runs: Int, scale: Scale) throws -> (result: MeasurementResult, problem: String?) {
    let held = MemoryStatistics.current.liveBytes
    let work = try prepare(scale)
    let result = try measure(work, runs, held: held)
    return (result, work.problem())
  }

  private func measure(_ work: Work, _ runs: Int, held: Int) throws -> MeasurementResult {
    try work.once()  // fills caches and the storage pool
    MemoryStatistics.resetPeak()
    let times = try (0..<runs).map { _ in
      let start = ProcessInfo.processInfo.systemUptime
      try work.once()
      return ProcessInfo.processInfo.systemUptime - start
    }.sorted()
    let median = Self.median(times)
    return MeasurementResult(
      name: name, title: title, family: family, runs: runs, seconds: median, fastestSeconds: times[0],
      gflops: work.operations.map { $0 / median / 1e9 }, gigabytesPerSecond: work.bytes.map { $0 / median / 1e9 },
      peakBytes: max(0, MemoryStatistics.current.peakBytes - held))
  }

  static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

extension Measurement {
  /// The fastest of a few matrix products on all threads, in GFLOP/s: what percentages are taken of.
  static func productPeak(_ scale: Scale) -> Double {
    let sizes = scale == .full ? [1024, 1536, 2048] : [1024]
    return sizes.map { size in
      var random = RandomSource(seed: 1)
      let a = Tensor(uniform: [size, size], using: &random)
      let b = Tensor(uniform: [size, size], using: &random)
      let seconds = (0..<4).map { _ in
        let start = ProcessInfo.processInfo.systemUptime
        _ = matmul(a, b)
        return ProcessInfo.processInfo.systemUptime - start
      }
      return 2 * Double(size * size * size) / (seconds.min() ?? .infinity) / 1e9
    }.max() ?? 0
  }
}

/// What a measurement found.
struct MeasurementResult: Codable, Sendable {
  var name: String
  var title: String
  var family: Measurement.Family
  var runs: Int
  /// The median.
  var seconds: Double
  var fastestSeconds: Double
  /// By the median.
  var gflops: Double?
  var gigabytesPerSecond: Double?
  /// The most that tensors held during a run, inputs and parameters included.
  var peakBytes: Int

  /// `  12.3 ms  140.2 GFLOP/s   83 %    45 MB`; `peak` is that of matrix products.
  func row(peak: Double) -> String {
    let rate =
      gflops.map { "\(fixed($0, 1)) GFLOP/s" } ?? gigabytesPerSecond.map { "\(fixed($0, 1)) GB/s" } ?? "–"
    let share = gflops.map { peak > 0 ? "\(fixed(100 * $0 / peak, 0)) %" : "–" } ?? ""
    return Self.right(Self.text(seconds), 9) + Self.right(Self.text(fastestSeconds), 10) + Self.right(rate, 15)
      + Self.right(share, 7) + Self.right(Self.memory(peakBytes), 10)
  }

  /// The names of the columns of ``row(peak:)``.
  static let heading =
    right("median", 9) + right("fastest", 10) + right("rate", 15) + right("of peak", 8)
    + right("memory", 9)

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 1e-3
      ? "\(fixed(seconds * 1e6, 0)) µs" : seconds < 1 ? "\(fixed(seconds * 1e3, 1)) ms" : "\(fixed(seconds, 2)) s"
  }

  private static func memory(_ bytes: Int) -> String {
    bytes < 1_000_000 ? "\(fixed(Double(bytes) / 1e3, 0)) kB" : "\(fixed(Double(bytes) / 1e6, 1)) MB"
  }
}
