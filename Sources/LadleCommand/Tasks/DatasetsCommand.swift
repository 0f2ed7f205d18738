import ArgumentParser
import Datasets
import Foundation
import Tensor

/// `ladle datasets`.
struct DatasetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets",
    abstract: "List, verify and fetch the public data sets.",
    discussion: """
      Examples:
        ladle datasets
        ladle datasets verify mnist usps
        ladle datasets fetch mnist --data ~/data
      """,
    subcommands: [List.self, Verify.self, Fetch.self], defaultSubcommand: List.self)

  /// `ladle datasets list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say which data sets there are, and which are here.")

    @OptionGroup var data: DataOption

    func run() async throws {
      let locator = DatasetLocator(directories: data.directories())
      for entry in DatasetCatalog.entries {
        let bytes = entry.files.reduce(0) { $0 + $1.byteCount }
        print("\(locator.has(entry.dataset) ? "✓" : "–") \(entry.dataset.rawValue)")
        print("    \(entry.title); \(fixed(Double(bytes) / 1_048_576, 1)) MiB")
        print("    Licence: \(entry.licence). Cite: \(entry.citation).")
      }
      print("✓ here  – not in \(listed(locator.directories, "or"))")
    }
  }

  /// `ladle datasets verify`.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Compare files with their known checksums.")

    @Argument(help: "Names of data sets. All that are here unless given.")
    var names: [DatasetName] = []

    @OptionGroup var data: DataOption

    func run() async throws {
      let locator = DatasetLocator(directories: data.directories())
      let wanted = names.isEmpty ? KnownDataset.allCases.filter(locator.has) : names.map(\.dataset)
      guard !wanted.isEmpty else {
        throw CommandFailure(
          .world,
          "there is no data set in \(listed(locator.directories, "or")); fetch one with “ladle datasets fetch mnist”.")
      }
      var problems: [DatasetError] = []
      for dataset in wanted {
        for (file, problem) in locator.verify(dataset) {
          print("\(problem == nil ? "✓" : "✗") \(dataset.rawValue)/\(file.name)")
          if let problem { problems.append(problem) }
        }
      }
      if let first = problems.first {
        let more = problems.count > 1 ? " (and \(problems.count - 1) more, marked ✗)" : ""
        throw CommandFailure(.world, "\(first)\(more)")
      }
    }
  }

  /// `ladle datasets fetch`.
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring data sets here; every file is verified before it takes its name.")

    @Argument(help: "Names of data sets.")
    var names: [DatasetName]

    @OptionGroup var data: DataOption

    func run() async throws {
      Interruption.shared.install {}
      let directory = data.directories()[0]
      let fetcher = DatasetFetcher(directory: directory, download: Download.fetch)
      for name in names {
        let paths = try fetcher.fetch(name.dataset)
        for path in paths { print("✓ \(path)") }
        if paths.isEmpty { print("✓ \(directory)/\(name.dataset.rawValue) is here already") }
      }
    }
  }
}

/// A data set's name among arguments.
struct DatasetName: ExpressibleByArgument {
  var dataset: KnownDataset

  init?(argument: String) {
    guard let dataset = KnownDataset(rawValue: argument) else { return nil }
    self.dataset = dataset
  }

  static var allValueStrings: [String] { KnownDataset.allCases.map(\.rawValue) }
}
