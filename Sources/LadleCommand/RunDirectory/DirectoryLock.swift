import Foundation

/// An exclusive hold on a file, kept until the value is let go or the process ends, however it ends.
///
/// `flock` locks belong to the open file, so a killed process leaves none behind, and a second lock within one
/// process is refused too. The file itself stays: removing it would let two processes lock two files of one name.
final class DirectoryLock: Sendable {
  private let descriptor: Int32
  let path: String
  /// The process that held the lock and ended without letting go of it, if there was one: it was killed.
  let deadHolder: Int?

  /// Why a lock is not had.
  enum Failure: Error, Hashable {
    /// Another process holds it; its number when it could be read.
    case held(by: Int?)
    /// The system refused; a clause.
    case system(String)
  }

  /// Locks the file at `path`, which is made if need be, without waiting.
  init(path: String) throws(Failure) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system(systemClause(errno)) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      let holder = code == EWOULDBLOCK ? Self.holder(descriptor) : nil
      close(descriptor)
      throw code == EWOULDBLOCK ? .held(by: holder) : .system(systemClause(code))
    }
    // Who lets go takes its number out.
    deadHolder = Self.holder(descriptor)
    // The number is for the message of whoever comes second; the lock does not depend on it.
    let text = "\(getpid())\n"
    if ftruncate(descriptor, 0) == 0 { _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) } }
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    _ = ftruncate(descriptor, 0)
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func holder(_ descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 24)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int(String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// What the operating system says about `code`, as a clause.
func systemClause(_ code: Int32) -> String {
  switch code {
  case ENOENT: "there is no such file or directory"
  case EACCES, EPERM: "permission is denied"
  case ENOSPC: "no space is left on the device"
  case EDQUOT: "the disk quota is used up"
  case EROFS: "the file system is read-only"
  case ENOTDIR: "a part of the path is not a directory"
  default: String(cString: strerror(code))
  }
}
