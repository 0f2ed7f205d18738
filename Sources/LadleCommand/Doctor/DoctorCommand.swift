import ArgumentParser
import Foundation
import Tensor

/// `ladle doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine offers, and what is missing.",
    discussion: """
      Ends with 0 when everything works and with 1 when something needs mending; each such line says how.

      Examples:
        ladle doctor
        ladle doctor --data ~/data
      """)

  @OptionGroup var data: DataOption

  func run() async throws {
    let environment = EnvironmentRecord.current()
    let findings = Diagnosis.findings(environment: environment, data: data.directories())
    for finding in findings { print(finding.line) }
    let problems = findings.count { $0.status == .problem }
    if problems > 0 {
      throw CommandFailure(
        .world, "\(problems) thing\(problems == 1 ? " needs" : "s need") mending; the lines marked ✗ say how.")
    }
  }
}

/// `--data`, for every command that reads data sets.
struct DataOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the data sets lie, each in a folder of its own. Without it: $LADLE_DATA, else ./data and ../shared/data.",
      valueName: "dir"))
  var data: String?

  /// The directories to look in, first to last.
  func directories(environment: [String: String] = ProcessInfo.processInfo.environment) -> [String] {
    if let data { return [data] }
    if let named = environment["LADLE_DATA"], !named.isEmpty { return [named] }
    return ["data", "../shared/data"]
  }
}
