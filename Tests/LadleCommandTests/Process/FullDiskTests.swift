import Foundation
import Testing

@testable import LadleCommand

/// Runs on a small file system of their own that fills up. Mounting one takes the rights of root; without them the suite
/// is skipped, and `ProcessTests` has a limit on file sizes in its place.
@Suite(
  .serialized,
  .enabled(if: LadleProcess.program != nil, "the program ladle is not built"),
  .enabled(if: SmallDisk.canBeMounted, "skipped: a small file system cannot be mounted here"))
struct FullDiskTests {
  @Test(arguments: CrashCase.all) func aRunGoesOnWhenThereIsSpace(crash: CrashCase) throws {
    let whole = try TemporaryDirectory()
    #expect(try LadleProcess.run(crash.begin(in: whole.path)).code == 0)
    let expected = try RunFiles(in: whole.path)

    var ends: [String] = []
    for kilobytes in [8, 32, 96, 256, 512] {
      let disk = try SmallDisk(megabytes: 64)
      try disk.fill(leaving: kilobytes)
      let full = try LadleProcess.run(crash.begin(in: disk.path) + ["--quiet"])
      if full.code == 0 { continue }
      #expect(full.code == 1 && full.output.isEmpty, "\(kilobytes) KB left: \(full.code) \(full.output)")
      let lines = full.errors.split(separator: "\n")
      #expect(lines.count == 1 && full.errors.hasPrefix("ladle: "), "\(kilobytes) KB left: \(full.errors)")
      #expect(full.errors.contains("no space is left on the device"), "\(full.errors)")
      ends.append(full.errors)
      try disk.free()
      let isBegun = FileManager.default.fileExists(atPath: disk.path + "/run/config.json")
      let rest = try LadleProcess.run(isBegun ? crash.goOn(in: disk.path) : crash.begin(in: disk.path))
      #expect(rest.code == 0, "\(kilobytes) KB left, then freed: \(rest.errors)")
      let differences = try RunFiles(in: disk.path).differences(from: expected)
      #expect(differences.isEmpty, "\(kilobytes) KB left: \(differences)")
    }
    #expect(ends.count >= 2, "the disk was never full")
    print("full disk: \(crash.name): \(ends.count) runs ended, such as with “\(ends.last ?? "")”")
  }
}

/// A file system in memory, unmounted with the value.
private final class SmallDisk {
  let path: String
  private let filler: String

  static let canBeMounted: Bool = {
    guard geteuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
    return FileManager.default.fileExists(atPath: disk.path)
  }()

  init(megabytes: Int) throws {
    path = NSTemporaryDirectory() + "ladle-disk-" + UUID().uuidString
    filler = path + "/.filler"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "ladle", path)
    } catch {
      rmdir(path)
      throw error
    }
  }

  deinit {
    try? Self.run("umount", path)
    rmdir(path)
  }

  /// Takes all space but so much.
  func fill(leaving kilobytes: Int) throws {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw CocoaError(.fileReadUnknown) }
    let free = Int(status.f_bavail) * Int(status.f_frsize) - kilobytes * 1024
    try Data(repeating: 1, count: max(0, free)).write(to: URL(filePath: filler))
  }

  func free() throws { try FileManager.default.removeItem(atPath: filler) }

  private static func run(_ words: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
