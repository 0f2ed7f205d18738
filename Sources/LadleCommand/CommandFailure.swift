import ActiveLoop
import ArgumentParser
import Foundation
import Tensor

/// Why the command ends without having done what it was asked: one sentence for the person, one number for scripts.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
  enum Kind: Int32, Sendable {
    /// The world did not play along: a file, a disk, a network, a number that is not finite.
    case world = 1
    /// The request makes no sense. The number is `EX_USAGE` of sysexits.h.
    case usage = 64
    /// A signal asked to stop. 128 + SIGINT, as shells count.
    case interrupted = 130
  }

  var kind: Kind
  /// Says what is wrong and what to do, without a line break and without `ladle: ` before it.
  var description: String

  init(_ kind: Kind = .world, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// Writes `text` to standard error as one line. Names that were read from files may hold line breaks, or what a terminal
/// obeys; each such character becomes a space.
func writeErrorLine(_ text: String) {
  let line = text.unicodeScalars.map { scalar -> Character in
    scalar.properties.generalCategory == .control || scalar.properties.isWhitespace ? " " : Character(scalar)
  }
  FileHandle.standardError.write(Data("ladle: \(String(line))\n".utf8))
}

extension CommandFailure {
  /// What is wrong with `LADLE_SIMD`, if anything is: a library falls back to the best there is, but a person who asks
  /// for something shall know that it is not what runs.
  static func about(_ choice: InstructionSet.Choice) -> CommandFailure? {
    switch choice {
    case .automatic, .requested: nil
    case .unsupported(let word):
      CommandFailure(
        .world, "LADLE_SIMD asks for \(word), which this machine lacks; it can be \(InstructionSet.offer).")
    case .unknown(let word):
      CommandFailure(
        .usage,
        "LADLE_SIMD is '\(word.split(whereSeparator: \.isNewline).joined(separator: " "))', which is no instruction set; "
          + "it can be \(InstructionSet.offer).")
    }
  }
}

extension CommandFailure {
  /// Any error as a failure: one sentence, never a dump of Swift values.
  init(explaining error: any Error) {
    if let failure = error as? CommandFailure {
      self = failure
    } else if error is CancellationError {
      self.init(.interrupted, "stopped on request.")
    } else if Ladle.exitCode(for: error) == .validationFailure {
      // The parser's message may go on with usage or suggestions on lines of their own.
      let lines = Ladle.message(for: error).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      self.init(.usage, Self.sentence(lines.first ?? "the arguments cannot be understood", advice: "try --help"))
    } else if type(of: error) is NSError.Type || error is CocoaError || error is DecodingError {
      self.init(.world, Self.sentence("something unexpected went wrong: \(error.localizedDescription)"))
    } else {
      self.init(.world, Self.sentence("\(error)"))
    }
  }

  /// `text` on one line, beginning small and ending with a full stop.
  private static func sentence(_ text: String, advice: String? = nil) -> String {
    var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    while line.hasSuffix(".") || line.hasSuffix(" ") { line.removeLast() }
    // A word such as USPS keeps its capitals.
    let second = line.dropFirst().first
    if second?.isLowercase ?? false, !line.hasPrefix("/") { line = line.prefix(1).lowercased() + line.dropFirst() }
    return line + (advice.map { "; \($0)" } ?? "") + (line.hasSuffix("?") ? "" : ".")
  }
}
