/// What can be wrong with a file: every case names the file, and where a byte is to blame, its offset.
public enum FileFormatError: Error, Sendable, Hashable {
  /// The file ends too early: at byte `offset`, `expected` bytes should follow and only `found` do.
  case truncated(file: String, offset: Int, expected: Int, found: Int)
  /// The bytes at `offset` contradict the format. `reason` is a clause without a full stop.
  case malformed(file: String, offset: Int, reason: String)
  /// The operating system refused to read. `reason` is a clause without a full stop.
  case unreadable(file: String, reason: String)
  /// The operating system refused to write; what was at this path before is still there, whole.
  case unwritable(file: String, reason: String)

  /// The file the error is about.
  public var file: String {
    switch self {
    case .truncated(let file, _, _, _), .malformed(let file, _, _), .unreadable(let file, _), .unwritable(let file, _):
      file
    }
  }
}

extension FileFormatError: CustomStringConvertible {
  /// One sentence that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .truncated(let file, let offset, let expected, let found):
      "\(file) is truncated: \(expected) bytes should follow byte \(offset) but \(found) do; fetch or write it again."
    case .malformed(let file, let offset, let reason):
      "\(file) is damaged or of another format: at byte \(offset), \(reason); fetch or write it again."
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason); check the path and its permissions."
    case .unwritable(let file, let reason):
      "\(file) cannot be written: \(reason); check the directory, its permissions and the free space."
    }
  }
}
