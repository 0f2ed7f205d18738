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
