internal import CCompression
public import Tensor

/// NumPy's `.npz` format: a ZIP archive of `.npy` files, stored or deflated.
public struct NPZ: Sendable {
  /// What errors call the archive.
  public let file: String
  /// The names of the arrays in the order of the archive, without `.npy`.
  public let names: [String]
  private let archive: ZipArchive

  /// Opens the archive at `path`. Arrays are unpacked when asked for.
  public init(_ path: String) throws(FileFormatError) { try self.init(try FileBytes.read(path), file: path) }

  /// Opens an archive in memory; `file` is what errors call it.
  public init(_ bytes: [UInt8], file: String) throws(FileFormatError) {
    archive = try ZipArchive(bytes, file: file)
    self.file = file
    names = archive.entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
    guard Set(names).count == names.count else {
      throw .malformed(file: file, offset: 0, reason: "two arrays have the same name")
    }
  }

  /// The array `name`; one that does not exist is an error that lists those that do.
  public func array(_ name: String) throws(FileFormatError) -> StoredArray {
    guard let index = names.firstIndex(of: name) else {
      throw .unreadable(
        file: file, reason: "there is no array “\(name)” among “\(names.joined(separator: "”, “"))”")
    }
    return try NPY.parse(try archive.content(of: archive.entries[index]), file: "\(file)/\(name).npy")
  }

  /// One array of an archive to write.
  public enum Value: Sendable {
    /// 32-bit floats.
    case tensor(Tensor)
    /// 64-bit integers in one axis.
    case integers([Int])
  }

  /// The bytes of an archive that NumPy reads, the same for the same arrays. Precondition: the names are distinct, and
  /// the archive is smaller than 4 GiB.
  public static func serialize(_ arrays: KeyValuePairs<String, Value>, deflated: Bool = true) -> [UInt8] {
    var writer = ZipWriter()
    for (name, value) in arrays {
      let content =
        switch value {
        case .tensor(let tensor): NPY.serialize(tensor)
        case .integers(let integers): NPY.serialize(integers)
        }
      writer.add("\(name).npy", content, deflated: deflated)
    }
    return writer.finished()
  }

  /// Writes the archive at `path`, whole or not at all.
  public static func write(
    _ arrays: KeyValuePairs<String, Value>, to path: String, deflated: Bool = true
  ) throws(FileFormatError) {
    try AtomicFile.write(serialize(arrays, deflated: deflated), to: path)
  }
}
