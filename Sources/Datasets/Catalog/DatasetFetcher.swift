internal import Foundation
internal import Tensor

/// Brings the files of a data set into a directory, verified.
///
/// How bytes come over the network is the caller's business: `download` gets a URL and the path to write to. A file
/// takes its name only after its checksum was right, so an interrupted or corrupted download leaves nothing behind.
public struct DatasetFetcher {
  /// The data directory; a data set gets a folder of its own in it.
  public let directory: String
  /// Fetches a URL into a new file at a path.
  public let download: (_ url: String, _ path: String) throws -> Void

  /// Fetches into `directory`, which is made if it is not there.
  public init(directory: String, download: @escaping (_ url: String, _ path: String) throws -> Void) {
    self.directory = directory
    self.download = download
  }

  /// Fetches the files of a data set that are not there or not intact; the paths of those fetched.
  @discardableResult
  public func fetch(_ dataset: KnownDataset) throws(DatasetError) -> [String] {
    let entry = DatasetCatalog.entry(dataset)
    let folder = "\(directory)/\(entry.folder)"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(.unwritable(file: folder, reason: "the folder cannot be made"))
    }
    let locator = DatasetLocator(directories: [directory])
    let wanted = locator.verify(dataset).filter { $0.problem != nil }.map(\.file)
    guard !wanted.isEmpty else { return [] }
    if let archive = entry.archiveURL { return try fetch(wanted, from: archive, of: dataset, into: folder) }
    var paths: [String] = []
    for file in wanted { paths.append(try fetch(file, of: dataset, into: folder)) }
    return paths
  }

  private func fetch(
    _ file: DatasetEntry.File, of dataset: KnownDataset, into folder: String
  ) throws(DatasetError) -> String {
    let path = "\(folder)/\(file.name)"
    var failure = DatasetError.unreachable(dataset, file: file.name, reason: "no address is known")
    for url in file.urls {
      do throws(DatasetError) {
        try withDownload(of: url, of: dataset, file: file.name, into: folder) { partial throws(DatasetError) in
          try file.verify(partial)
          guard rename(partial, path) == 0 else {
            throw .file(.unwritable(file: path, reason: "the fetched file cannot take its place"))
          }
        }
        return path
      } catch {
        failure = error
      }
    }
    throw failure
  }

  /// The archive's members are stored unpacked: what `DatasetEntry.File` calls the contents.
  private func fetch(
    _ files: [DatasetEntry.File], from url: String, of dataset: KnownDataset, into folder: String
  ) throws(DatasetError) -> [String] {
    let name = url.split(separator: "/").last.map(String.init) ?? url
    var paths: [String] = []
    try withDownload(of: url, of: dataset, file: name, into: folder) { partial throws(DatasetError) in
      try DatasetError.wrapping { () throws(FileFormatError) in
        let tar = try Compression.gzip.unpack(try FileBytes.read(partial), file: name)
        try TarArchive.forEachFile(in: tar, file: name) { member, content throws(FileFormatError) in
          guard let file = files.first(where: { member == $0.contentName || member.hasSuffix("/" + $0.contentName) }),
            SHA256.hexadecimal(Array(content)) == file.contentSHA256
          else { return }
          let path = "\(folder)/\(file.contentName)"
          try AtomicFile.write(Array(content), to: path)
          // A damaged packed form would be found before the intact contents.
          unlink("\(folder)/\(file.name)")
          paths.append(path)
        }
      }
    }
    guard paths.count == files.count else {
      throw .unreachable(dataset, file: name, reason: "the archive does not hold the files that are meant")
    }
    return paths
  }

  /// Downloads into a temporary file of `folder`, which is gone afterwards.
  private func withDownload(
    of url: String, of dataset: KnownDataset, file: String, into folder: String,
    _ body: (_ partial: String) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let partial = "\(folder)/.\(file).\(getpid()).partial"
    defer { unlink(partial) }
    unlink(partial)
    do {
      try download(url, partial)
    } catch {
      throw .unreachable(dataset, file: file, reason: "\(url): \(error)")
    }
    try body(partial)
  }
}
