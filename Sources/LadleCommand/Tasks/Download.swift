import Foundation

/// Files over the network, by the `curl` program: it knows the machine's proxies and certificates, and linking a
/// network library into the command would cost every user more than this.
enum Download {
  /// Why a file did not come.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Fetches `url` into a new file at `path`.
  static func fetch(_ url: String, to path: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "curl", "--fail", "--location", "--silent", "--show-error", "--retry", "2", "--connect-timeout", "20",
      "--speed-time", "60", "--speed-limit", "100", "--output", path, url,
    ]
    let errors = Pipe()
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw Failure(description: "curl cannot be started")
    }
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if Interruption.shared.isRequested { throw CancellationError() }
    switch process.terminationStatus {
    case 0: return
    case 127: throw Failure(description: "curl is not installed (apt install curl, or brew install curl)")
    default:
      let line = text.split(separator: "\n").last.map(String.init) ?? "curl ended with \(process.terminationStatus)"
      throw Failure(description: line.hasPrefix("curl: ") ? String(line.dropFirst(6)) : line)
    }
  }
}
