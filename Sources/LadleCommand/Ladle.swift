public import ArgumentParser
import Foundation
import Tensor

/// The command `ladle`.
public struct Ladle: AsyncParsableCommand {
  /// The version of the package.
  public static let version = "0.1.0"

  /// Name, abstract and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "ladle",
    abstract: "Label-efficient active deep learning: pick, or synthesise, the few samples worth labelling.",
    discussion: """
      Examples:
        ladle doctor                                        what this machine offers
        ladle run gaal --dataset glyphs --seeds 1-3 --out runs/first
        ladle run gaal --dataset mnist-usps --seeds 1-10 --out runs/usps
        ladle run runs/usps                                 go on with a run that was stopped
        ladle sweep sweep.yaml --jobs 2 --out runs/compare

      Results go to standard output, progress and errors to standard error. The command ends with 0 when it did what
      it was asked, 1 when something stood in the way, 64 when the request makes no sense, 130 when it was
      interrupted.

      LADLE_THREADS sets the number of threads, LADLE_SIMD the instruction set of the kernels (portable, avx2, avx512
      or neon; the best of the machine without it).
      """,
    version: version,
    subcommands: [
      RunCommand.self, SweepCommand.self, ReportCommand.self, ExportCommand.self, GenerateCommand.self,
      DatasetsCommand.self, DoctorCommand.self, BenchCommand.self,
    ])

  /// For the parser.
  public init() {}

  /// Parses the process's arguments, runs the subcommand, and exits.
  public static func start() async {
    SweepLifeline.watchIfAsked()
    Foundation.exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Parses `arguments`, runs the subcommand, and returns the exit code. Errors have been written to standard error.
  static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try await asyncParseAsRoot(arguments)
      if let failure = CommandFailure.about(InstructionSet.choice) { throw failure }
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch let code as ExitCode {
      return code.rawValue
    } catch  where exitCode(for: error) == .success {
      // Help and version are asked for by throwing, too.
      print(fullMessage(for: error))
      return 0
    } catch {
      let failure = CommandFailure(explaining: error)
      writeErrorLine(failure.description)
      return failure.kind.rawValue
    }
  }
}
