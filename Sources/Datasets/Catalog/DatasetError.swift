public import Tensor

/// Why a data set could not be had.
public enum DatasetError: Error, Sendable, Hashable {
  /// A file of the data set is in none of the directories.
  case missing(KnownDataset, file: String, lookedIn: [String])
  /// A file is not the one that is meant: its SHA-256 is another.
  case wrongChecksum(file: String, expected: String, found: String)
  /// A file could not be fetched. `reason` is a clause without a full stop.
  case unreachable(KnownDataset, file: String, reason: String)
  /// A file is there but cannot be read.
  case file(FileFormatError)
}

extension DatasetError: CustomStringConvertible {
  /// One sentence that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .missing(let dataset, let file, let directories):
      "\(dataset.rawValue) is not here: there is no \(file) in "
        + (directories.isEmpty ? "any directory, as none was given" : directories.joined(separator: ", "))
        + "; fetch it with `ladle datasets fetch \(dataset.rawValue)`, or set LADLE_DATA to the directory that has it."
    case .wrongChecksum(let file, let expected, let found):
      "\(file) is not the file that is meant: its SHA-256 is \(found) instead of \(expected); "
        + "delete it and fetch it again."
    case .unreachable(let dataset, let file, let reason):
      "\(file) of \(dataset.rawValue) cannot be fetched: \(reason); try again, or put the file there by hand."
    case .file(let error): error.description
    }
  }
}
