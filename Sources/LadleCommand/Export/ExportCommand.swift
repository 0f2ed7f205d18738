import ArgumentParser

/// `ladle export`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what other programs read: tables, TensorBoard's files, weights for PyTorch.",
    subcommands: [CSVCommand.self, TensorBoardCommand.self, TorchCommand.self])
}
