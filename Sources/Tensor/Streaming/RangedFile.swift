internal import Foundation

/// A regular file that is read piece by piece, and so may be larger than memory.
package final class RangedFile: Sendable {
  package let path: String
  /// The bytes that the file had when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens the file at `path`; it stays open as long as the object lives.
  package init(_ path: String) throws(FileFormatError) {
    try checkPath(path) { .unreadable(file: path, reason: $0) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemReason(errno)) }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(file: path, reason: code == 0 ? "it is not a regular file" : systemReason(code))
    }
    self.path = path
    size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The `count` bytes from `offset` on. A file that has become shorter is an error.
  package func bytes(at offset: Int, count: Int) throws(FileFormatError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      while filled < count {
        let found = pread(descriptor, start + filled, min(count - filled, 1 << 30), off_t(offset + filled))
        if found > 0 {
          filled += found
        } else if found == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw .unreadable(file: path, reason: systemReason(failure)) }
    guard bytes.count == count else {
      throw .truncated(file: path, offset: offset, expected: count, found: bytes.count)
    }
    return bytes
  }

  /// Throws unless exactly `count` bytes follow byte `offset`.
  package func requireContent(at offset: Int, count: Int) throws(FileFormatError) {
    let found = size - offset
    if found < count { throw .truncated(file: path, offset: offset, expected: count, found: found) }
    if found > count {
      throw .malformed(
        file: path, offset: offset + count, reason: "\(found - count) bytes follow where the file should end")
    }
  }
}
