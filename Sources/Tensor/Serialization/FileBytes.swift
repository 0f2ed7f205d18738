internal import Foundation

/// Whole files as bytes.
public enum FileBytes {
  /// The contents of the regular file, or pipe, at `path`. Someone has to be writing to a pipe within ten seconds.
  public static func read(_ path: String) throws(FileFormatError) -> [UInt8] {
    try checkPath(path) { .unreadable(file: path, reason: $0) }
    // Without O_NONBLOCK, opening a pipe that nobody writes to would not return.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemReason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, reason: systemReason(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .unreadable(file: path, reason: "it is a directory")
    case S_IFREG: break
    case S_IFIFO: try awaitWriter(of: descriptor, path)
    default: throw .unreadable(file: path, reason: "it is a device, and not a file")
    }
    guard UInt64(max(status.st_size, 0)) < ProcessInfo.processInfo.physicalMemory else {
      throw .unreadable(file: path, reason: "its \(status.st_size) bytes do not fit in this machine's memory")
    }

    // The size is a hint only: a pipe has none, and a file may grow or shrink meanwhile. One byte more than the
    // size lets a regular file end in one pass.
    var contents: [UInt8] = []
    var capacity = max(Int(status.st_size), 0) + 1
    while true {
      var failure: Int32 = 0
      var ended = false
      let part = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
        while filled < buffer.count, !ended, failure == 0 {
          guard let start = buffer.baseAddress else { break }
          let count = Foundation.read(descriptor, start + filled, min(buffer.count - filled, 1 << 30))
          if count > 0 {
            filled += count
          } else if count == 0 {
            ended = true
          } else if errno != EINTR {
            failure = errno
          }
        }
      }
      guard failure == 0 else { throw .unreadable(file: path, reason: systemReason(failure)) }
      if contents.isEmpty { contents = part } else { contents += part }
      if ended { return contents }
      capacity = max(contents.count, 1 << 16)
    }
  }
}

/// Waits until a pipe can be read or its writers are gone; from then on reading waits as for a file.
private func awaitWriter(of descriptor: Int32, _ path: String) throws(FileFormatError) {
  var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  var found = poll(&state, 1, 10_000)
  while found < 0, errno == EINTR { found = poll(&state, 1, 10_000) }
  guard found > 0 else {
    throw .unreadable(file: path, reason: found == 0 ? "it is a pipe that nobody writes to" : systemReason(errno))
  }
  let flags = fcntl(descriptor, F_GETFL)
  guard flags >= 0, fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0 else {
    throw .unreadable(file: path, reason: systemReason(errno))
  }
}

/// What the operating system says about `code`, as a clause.
func systemReason(_ code: Int32) -> String {
  switch code {
  case ENOENT: "there is no such file or directory"
  case EACCES, EPERM: "permission is denied"
  case ENOSPC: "no space is left on the device"
  case EROFS: "the file system is read-only"
  default: String(cString: strerror(code))
  }
}

/// A path with a NUL would be cut short by the system, and name another file.
func checkPath(
  _ path: String, _ error: (_ reason: String) -> FileFormatError
) throws(FileFormatError) {
  if path.isEmpty { throw error("the path is empty") }
  if path.utf8.contains(0) { throw error("the path contains a NUL character") }
}
