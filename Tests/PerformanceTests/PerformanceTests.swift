import Foundation
import Tensor
import Testing

@testable import LadleCommand

/// Foundation has a type of this name, too.
typealias Measurement = LadleCommand.Measurement

/// The measurements of `ladle bench` as tests: `swift test -c release --filter Performance`.
///
/// They print times and never fail on them; what they check is that the results are right. Without `LADLE_BENCH_RUNS`
/// each takes one run of a small batch; with it, so many runs of the sizes that figures are quoted for.
@Suite(.serialized) struct PerformanceTests {
  private static let runs = ProcessInfo.processInfo.environment["LADLE_BENCH_RUNS"].flatMap(Int.init)
  private static let scale: Measurement.Scale = runs == nil ? .quick : .full
  private static let peak = Measurement.productPeak(scale)

  private func report(_ measurement: Measurement) throws {
    let (result, problem) = try measurement.checked(max(1, Self.runs ?? 1), scale: Self.scale)
    // Titles name the full sizes.
    let title = measurement.title + (Self.scale == .quick ? " (small)" : "")
    print("\(title)\(String(repeating: " ", count: max(2, 60 - title.count)))\(result.row(peak: Self.peak))")
    #expect(problem == nil, "\(measurement.name): \(problem ?? "")")
    #expect(result.seconds >= result.fastestSeconds && result.peakBytes >= 0)
  }

  @Test(arguments: Measurement.of(.gemm)) func products(measurement: Measurement) throws { try report(measurement) }

  @Test(arguments: Measurement.of(.convolution)) func convolutions(measurement: Measurement) throws {
    try report(measurement)
  }

  @Test(arguments: Measurement.of(.elementwise)) func elementwise(measurement: Measurement) throws {
    try report(measurement)
  }

  @Test(arguments: Measurement.of(.normalization)) func normalization(measurement: Measurement) throws {
    try report(measurement)
  }

  @Test(arguments: Measurement.of(.pooling)) func pooling(measurement: Measurement) throws { try report(measurement) }

  @Test(arguments: Measurement.of(.optimizer)) func optimizers(measurement: Measurement) throws {
    try report(measurement)
  }

  @Test(arguments: Measurement.of(.step)) func steps(measurement: Measurement) throws { try report(measurement) }

  @Test func namesAreDistinct() {
    #expect(Set(Measurement.all.map(\.name)).count == Measurement.all.count)
    #expect(Set(Measurement.all.map(\.family)) == Set(Measurement.Family.allCases))
  }
}

extension Measurement: CustomTestStringConvertible {
  /// The name, as for `--only`.
  public var testDescription: String { name }
}
