internal import Foundation

/// Files that appear whole or not at all.
public enum AtomicFile {
  /// Replaces, or makes, the file at `path` with `bytes`.
  ///
  /// The bytes go to a temporary file in the same directory, which is flushed to the device and then renamed; the
  /// directory is flushed too. A reader, or a machine that loses power, sees the old contents or the new. After an
  /// error the old contents are untouched and no temporary file is left.
  ///
  /// - Parameter flushing: whether to wait for the device, some milliseconds. Without, the file is whole or absent for
  ///   every process all the same, but a loss of power may leave it empty: for files that can be made again.
  public static func write(_ bytes: [UInt8], to path: String, flushing: Bool = true) throws(FileFormatError) {
    func failure(_ code: Int32) -> FileFormatError { .unwritable(file: path, reason: systemReason(code)) }
    try checkPath(path) { .unwritable(file: path, reason: $0) }
    var status = stat()
    var mode: mode_t?
    if stat(path, &status) == 0 {
      // Renaming over a device or a directory would destroy it, or fail obscurely.
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .unwritable(file: path, reason: "something that is not a regular file is in its place")
      }
      mode = status.st_mode & 0o7777
    }
    let directory: String
    if let slash = path.lastIndex(of: "/") {
      directory = slash == path.startIndex ? "/" : String(path[..<slash])
    } else {
      directory = "."
    }

    // A short name in the same directory; O_EXCL retries past what a killed process left behind.
    var temporary: String
    var descriptor: Int32
    repeat {
      let number = UInt32.random(in: 0...UInt32.max)
      temporary = "\(directory)/.ladle-\(getpid())-\(number).partial"
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else { throw failure(errno) }
    FileEvent.tell(.made(temporary))

    var code = writeAll(bytes, to: descriptor)
    FileEvent.tell(.appended(temporary, bytes))
    if code == 0, let mode, fchmod(descriptor, mode) != 0 { code = errno }
    if code == 0, flushing {
      if fsync(descriptor) != 0 { code = errno } else { FileEvent.tell(.flushed(temporary)) }
    }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(temporary)
      FileEvent.tell(.removed(temporary))
      throw failure(code)
    }
    FileEvent.tell(.renamed(temporary, path))
    code = flushing ? flushDirectory(directory) : 0
    if code != 0 { throw failure(code) }
  }

  /// Replaces, or makes, the file at `path` with the UTF-8 bytes of `text`.
  public static func write(_ text: String, to path: String) throws(FileFormatError) {
    try write(Array(text.utf8), to: path)
  }

  /// 0, or an error code of the system.
  package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      var written = 0
      while written < buffer.count {
        let count = Foundation.write(descriptor, start + written, min(buffer.count - written, 1 << 30))
        if count >= 0 { written += count } else if errno != EINTR { return errno }
      }
      return 0
    }
  }

  /// Waits until the device knows what names the directory holds. 0, or an error code of the system.
  package static func flushDirectory(_ directory: String) -> Int32 {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    // A directory that can be written but not listed cannot be flushed; its file system does so in its own time.
    guard descriptor >= 0 else { return errno == EACCES ? 0 : errno }
    defer { close(descriptor) }
    FileEvent.tell(.flushedDirectory(directory))
    if fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP { return 0 }
    return errno
  }
}
