import Foundation

/// The built `ladle`, run as a process of its own.
final class LadleProcess {
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The program beside the test bundle, or nil if it has not been built.
  static let program: String? = {
    let arguments =
      CommandLine.arguments + [(try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""]
    for argument in arguments {
      let directory = URL(filePath: argument).deletingLastPathComponent()
      for place in [
        directory, directory.deletingLastPathComponent(),
        directory.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent(),
      ] {
        let candidate = place.appending(path: "ladle").path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue,
          FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
      }
    }
    return nil
  }()

  private let process = Process()
  private let directory: TemporaryDirectory

  /// Starts `ladle` with `arguments`; output and errors go to files, so that no pipe can fill up. `shell` comes before
  /// the program in a shell, such as `ulimit -f 8;`.
  init(_ arguments: [String], shell: String = "", environment: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    guard let program = Self.program else { throw CocoaError(.fileNoSuchFile) }
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "\(shell) exec \"$0\" \"$@\"", program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    for name in ["out", "err"] {
      _ = FileManager.default.createFile(atPath: directory.path + "/" + name, contents: nil)
    }
    process.standardOutput = FileHandle(forWritingAtPath: directory.path + "/out")
    process.standardError = FileHandle(forWritingAtPath: directory.path + "/err")
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// The process's number, which `exec` kept.
  var identifier: Int32 { process.processIdentifier }

  /// Sends the signal, unless the process has ended.
  func send(_ signal: Int32) { if process.isRunning { kill(identifier, signal) } }

  /// What it has written to standard error so far.
  var errorsSoFar: String { (try? directory.contents("err")) ?? "" }

  /// Waits until standard error holds `text`, at most two minutes; whether it does.
  func waitForErrors(containing text: String) -> Bool {
    for _ in 0..<24_000 {
      if errorsSoFar.contains(text) { return true }
      if !process.isRunning { return errorsSoFar.contains(text) }
      usleep(5000)
    }
    return false
  }

  func wait() throws -> Result {
    process.waitUntilExit()
    let code =
      process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
    return Result(code: code, output: try directory.contents("out"), errors: try directory.contents("err"))
  }

  /// Runs to the end.
  static func run(_ arguments: [String], shell: String = "", environment: [String: String] = [:]) throws -> Result {
    try LadleProcess(arguments, shell: shell, environment: environment).wait()
  }
}
