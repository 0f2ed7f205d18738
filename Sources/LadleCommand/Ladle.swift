public import ArgumentParser

/// The command `ladle`.
public struct Ladle: AsyncParsableCommand {
  /// The version of the package.
  public static let version = "0.1.0"

  /// Name, abstract and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "ladle",
    abstract: "Label-efficient active deep learning: pick, or synthesise, the few samples worth labelling.",
    version: version)

  /// For the parser.
  public init() {}

  /// Parses the process's arguments, runs the subcommand, and exits.
  public static func start() async { await main() }
}
