internal import Foundation
internal import Tensor

/// Finds and loads the data sets of the catalog in a list of directories.
public struct DatasetLocator: Sendable, Hashable {
  /// Where to look, the first choice first; a data set has a folder of its own in each.
  public let directories: [String]

  /// Looks in `directories`.
  public init(directories: [String]) { self.directories = directories }

  /// Where a file of a data set is, under its own name or unpacked; nil if nowhere.
  public func path(of file: DatasetEntry.File, in entry: DatasetEntry) -> String? {
    for directory in directories {
      for name in [file.name, file.contentName] {
        let path = "\(directory)/\(entry.folder)/\(name)"
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    return nil
  }

  /// Whether all files of a data set are somewhere.
  public func has(_ dataset: KnownDataset) -> Bool {
    let entry = DatasetCatalog.entry(dataset)
    return entry.files.allSatisfy { path(of: $0, in: entry) != nil }
  }

  /// What is wrong with each file of a data set, nil for those that are intact. Reads them all.
  public func verify(_ dataset: KnownDataset) -> [(file: DatasetEntry.File, problem: DatasetError?)] {
    let entry = DatasetCatalog.entry(dataset)
    return entry.files.map { file in
      do throws(DatasetError) {
        try file.verify(try found(file, in: entry))
        return (file, nil)
      } catch {
        return (file, error)
      }
    }
  }

  func found(_ file: DatasetEntry.File, in entry: DatasetEntry) throws(DatasetError) -> String {
    guard let path = path(of: file, in: entry) else {
      throw .missing(entry.dataset, file: "\(entry.folder)/\(file.name)", lookedIn: directories)
    }
    return path
  }
}

extension DatasetEntry.File {
  /// Throws unless the file at `path` is this one, or has the same contents packed otherwise or not at all.
  func verify(_ path: String) throws(DatasetError) {
    let bytes = try DatasetError.wrapping { () throws(FileFormatError) in try FileBytes.read(path) }
    let digest = SHA256.hexadecimal(bytes)
    if digest == sha256 || digest == contentSHA256 { return }
    if let contentSHA256, let content = try? Compression(path: name).unpack(bytes, file: path),
      SHA256.hexadecimal(content) == contentSHA256
    {
      return
    }
    throw .wrongChecksum(file: path, expected: sha256, found: digest)
  }
}

extension DatasetError {
  /// What `body` returns or, in a wrapper, throws.
  static func wrapping<Result>(
    _ body: () throws(FileFormatError) -> Result
  ) throws(DatasetError) -> Result {
    do throws(FileFormatError) { return try body() } catch { throw .file(error) }
  }
}
