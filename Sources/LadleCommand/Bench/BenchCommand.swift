import ArgumentParser
import Foundation
import Tensor

/// `ladle bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine in about a minute.",
    discussion: """
      Each line is the median of several runs after one that does not count, with the fastest beside it. For figures
      worth quoting, let nothing else run.

      Examples:
        ladle bench
        ladle bench --only gemm --runs 15
      """)

  @Option(help: "Only measurements whose name contains this.")
  var only: String?

  @Option(help: "Runs of each.")
  var runs = 7

  func validate() throws {
    guard (1...1000).contains(runs) else {
      throw ValidationError("--runs is a whole number from 1 to 1000, not \(runs)")
    }
  }

  func run() async throws {
    let chosen = Measurement.all.filter { only.map($0.name.contains) ?? true }
    guard !chosen.isEmpty else {
      throw CommandFailure(
        .usage,
        "no measurement is called “\(only ?? "")”; the names are \(listed(Measurement.all.map(\.name))).")
    }
    let backend = BackendDescription()
    print("\(backend.blas) for \(backend.blasCore), kernels \(backend.kernelLevel), \(backend.threads) threads")
    let width = (chosen.map(\.title.count).max() ?? 0) + 2
    for measurement in chosen {
      let result = try measurement.run(runs)
      let title = measurement.title + String(repeating: " ", count: width - measurement.title.count)
      print("\(title)\(result)")
      if Interruption.shared.isRequested { throw CommandFailure(.interrupted, "stopped on request.") }
    }
  }
}
