import ArgumentParser
import Foundation
import Tensor

/// `ladle bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine in a minute or two.",
    discussion: """
      Each line is the median of several runs after one that does not count, the fastest beside it, the rate by the
      median, its share of the fastest matrix product here, and the most memory that tensors held. Convolutions and
      steps count the operations of direct convolution, whatever computes them. For figures worth quoting, let nothing
      else run.

      Examples:
        ladle bench
        ladle bench --only gemm --runs 15
        ladle bench --only step --json bench.json
      """)

  @Option(help: "Only measurements whose name contains this, or whose family is this.")
  var only: String?

  @Option(help: "Runs of each.")
  var runs = 7

  @Option(help: ArgumentHelp("Write the figures to this file, too.", valueName: "file"))
  var json: String?

  func validate() throws {
    guard (1...1000).contains(runs) else {
      throw ValidationError("--runs is a whole number from 1 to 1000, not \(runs)")
    }
  }

  func run() async throws {
    let chosen = Measurement.all.filter { measurement in
      only.map { measurement.name.contains($0) || measurement.family.rawValue == $0 } ?? true
    }
    guard !chosen.isEmpty else {
      let names = Measurement.of(.step).map(\.name) + Measurement.Family.allCases.map(\.rawValue)
      throw CommandFailure(
        .usage, "no measurement is called “\(only ?? "")”; it may be part of a name, such as \(listed(names, "or")).")
    }
    let environment = EnvironmentRecord.current()
    let backend = environment.backend
    print("\(backend.blas) for \(backend.blasCore), kernels \(backend.kernelLevel), \(backend.threads) threads")
    let peak = Measurement.productPeak(.full)
    print("fastest matrix product: \(fixed(peak, 1)) GFLOP/s")
    let width = (chosen.map(\.title.count).max() ?? 0) + 2
    print(String(repeating: " ", count: width) + MeasurementResult.heading)
    var report = BenchReport(environment: environment, productPeak: peak, results: [])
    for measurement in chosen {
      let result = try measurement.run(runs)
      report.results.append(result)
      let title = measurement.title + String(repeating: " ", count: width - measurement.title.count)
      print("\(title)\(result.row(peak: peak))")
      if Interruption.shared.isRequested { throw CommandFailure(.interrupted, "stopped on request.") }
    }
    if let json { try AtomicFile.write(try report.text(), to: json) }
  }
}

/// The file of `--json`.
struct BenchReport: Codable {
  var environment: EnvironmentRecord
  /// The fastest matrix product, in GFLOP/s.
  var productPeak: Double
  var results: [MeasurementResult]

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
