import Foundation

/// Where progress is shown.
struct ProgressOutput: Sendable {
  /// Whether a line can be written over.
  var isTerminal: Bool
  /// Columns, asked each time because windows change.
  var width: @Sendable () -> Int
  var write: @Sendable (String) -> Void

  /// This process's standard error.
  static var standardError: ProgressOutput {
    let capable = ProcessInfo.processInfo.environment["TERM"].map { $0 != "dumb" } ?? false
    return ProgressOutput(
      isTerminal: isatty(STDERR_FILENO) != 0 && capable,
      width: {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return known ? Int(size.ws_col) : 80
      },
      write: { FileHandle.standardError.write(Data($0.utf8)) })
  }

  /// Nowhere.
  static var silent: ProgressOutput { ProgressOutput(isTerminal: false, width: { 80 }, write: { _ in }) }
}
