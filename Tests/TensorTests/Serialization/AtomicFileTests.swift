import Foundation
import Tensor
import TestSupport
import Testing

@Suite("Atomic files")
struct AtomicFileTests {
  private func entries(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  @Test("A file is made and replaced, and nothing else is left")
  func replacing() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a file"
      try AtomicFile.write("first", to: path)
      #expect(try FileBytes.read(path) == Array("first".utf8))
      try AtomicFile.write([], to: path)
      #expect(try FileBytes.read(path) == [])
      let large = [UInt8](repeating: 7, count: 3_000_001)
      try AtomicFile.write(large, to: path)
      #expect(try FileBytes.read(path) == large)
      #expect(try entries(directory) == ["a file"])
    }
  }

  @Test("Permissions survive the replacement")
  func permissions() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write("first", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try AtomicFile.write("second", to: path)
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    }
  }

  @Test("A path that cannot be written is a typed error")
  func unwritable() throws {
    try withTemporaryDirectory { directory in
      func reason(_ path: String) -> String? {
        do throws(FileFormatError) { try AtomicFile.write("text", to: path) } catch {
          guard case .unwritable(path, let reason) = error else { return nil }
          return reason
        }
        return nil
      }
      #expect(reason("") == "the path is empty")
      #expect(reason(directory + "/a\0b") == "the path contains a NUL character")
      #expect(reason(directory + "/absent/file") == "there is no such file or directory")
      #expect(reason(directory) == "something that is not a regular file is in its place")
      #expect(reason("/dev/full") == "something that is not a regular file is in its place")
      try AtomicFile.write("text", to: directory + "/file")
      #expect(reason(directory + "/file/below") != nil)
      #expect(try entries(directory) == ["file"])
    }
  }

  @Test("A pipe is read while somebody writes, and nobody is waited for in vain; a device is no file")
  func pipes() throws {
    try withTemporaryDirectory { directory in
      let pipe = directory + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let bytes = (0..<300_000).map { UInt8($0 % 251) }
      Thread.detachNewThread {
        try? FileHandle(forWritingTo: URL(filePath: pipe)).write(contentsOf: Data(bytes))
      }
      let read = try FileBytes.read(pipe)
      #expect(read == bytes)
      #expect(throws: FileFormatError.unreadable(file: pipe, reason: "it is a pipe that nobody writes to")) {
        try FileBytes.read(pipe)
      }
      #expect(throws: FileFormatError.unreadable(file: "/dev/zero", reason: "it is a device, and not a file")) {
        try FileBytes.read("/dev/zero")
      }
    }
  }

  @Test("A path that cannot be read is a typed error")
  func unreadable() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: FileFormatError.unreadable(file: directory, reason: "it is a directory")) {
        try FileBytes.read(directory)
      }
      #expect(throws: FileFormatError.unreadable(file: "", reason: "the path is empty")) { try FileBytes.read("") }
      let sparse = directory + "/sparse"
      _ = FileManager.default.createFile(atPath: sparse, contents: nil)
      #expect(truncate(sparse, 1 << 42) == 0)
      #expect(throws: FileFormatError.self) { try FileBytes.read(sparse) }
    }
  }

  @Test("A full device is an error code", .enabled(if: access("/dev/full", W_OK) == 0, "there is no /dev/full"))
  func fullDevice() {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    #expect(AtomicFile.writeAll([1, 2, 3], to: descriptor) == ENOSPC)
  }

  #if os(Linux)
    @Test("When the space runs out, the old file stays whole and nothing else is left")
    func outOfSpace() async {
      await #expect(processExitsWith: .success) {
        // A limit on the size of files, in a process of its own, acts as a full disk does: writing stops half way.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
        guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
        try withTemporaryDirectory { directory in
          let path = directory + "/file"
          try AtomicFile.write("old", to: path)
          do throws(FileFormatError) {
            try AtomicFile.write([UInt8](repeating: 1, count: 5000), to: path)
            exit(3)
          } catch {
            guard case .unwritable(path, _) = error else { exit(4) }
          }
          guard try FileBytes.read(path) == Array("old".utf8) else { exit(5) }
          guard try FileManager.default.contentsOfDirectory(atPath: directory) == ["file"] else { exit(6) }
        }
      }
    }
  #endif

  @Test("A directory that may not be written is a typed error", .enabled(if: geteuid() != 0, "root may write anywhere"))
  func readOnlyDirectory() throws {
    try withTemporaryDirectory { directory in
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: directory)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory) }
      #expect(throws: FileFormatError.unwritable(file: directory + "/a", reason: "permission is denied")) {
        try AtomicFile.write("text", to: directory + "/a")
      }
    }
  }

  @Test("Many threads may write one path; the file is always whole")
  func concurrency() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ladle-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/file"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer: UInt8 in 0..<8 {
        group.addTask {
          for _ in 0..<5 { try AtomicFile.write([UInt8](repeating: writer, count: 10_000), to: path) }
        }
      }
      try await group.waitForAll()
    }
    let found = try FileBytes.read(path)
    #expect(found.count == 10_000)
    #expect(Set(found).count == 1)
    #expect(try entries(directory) == ["file"])
  }
}
