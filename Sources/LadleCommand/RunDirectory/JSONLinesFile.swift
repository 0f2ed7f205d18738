import Foundation
import Tensor

/// An append-only file of one JSON value per line, each flushed to the device before the call returns
/// unless `flushing` is off.
///
/// A process killed while it appends leaves a torn last line; opening the file drops it. Any other line that cannot
/// be read is an error: it was whole once, so something else damaged the file. Where lines are not flushed, a loss of
/// power can damage any of them, and those from the first damaged one on are dropped.
final class JSONLinesFile<Record: Codable & Sendable> {
  let path: String
  /// Everything in the file, in order.
  private(set) var records: [Record] = []
  /// Whether a torn last line was dropped when the file was opened.
  private(set) var droppedTornLine = false
  private let descriptor: Int32
  private let flushing: Bool
  private var length = 0

  /// Opens the file, or makes it, and reads what it holds.
  init(path: String, flushing: Bool = true) throws {
    self.path = path
    self.flushing = flushing
    let isNew = access(path, F_OK) != 0
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandFailure(.world, "\(path) cannot be opened for writing: \(systemClause(errno)).")
    }
    if isNew { FileEvent.tell(.made(path)) }
    if isNew, flushing {
      // A flushed line is worth nothing while the directory may forget the file.
      let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      let code = AtomicFile.flushDirectory(directory)
      if code != 0 { throw CommandFailure(.world, "\(path) cannot be written: \(systemClause(code)).") }
    }
    try readAll()
  }

  deinit { close(descriptor) }

  private func readAll() throws {
    let contents = try FileBytes.read(path)
    let decoder = JSONDecoder()
    var start = contents.startIndex
    var number = 0
    while start < contents.endIndex {
      number += 1
      // A line without its end was being written when the process died, whatever it says.
      guard let end = contents[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        droppedTornLine = true
        break
      }
      do {
        records.append(try decoder.decode(Record.self, from: Data(contents[start..<end])))
      } catch {
        if !flushing {
          droppedTornLine = true
          break
        }
        throw CommandFailure(
          .world,
          "line \(number) of \(path) is damaged, and lines after it depend on it: "
            + "restore the file from a copy, or start again in another directory.")
      }
      start = contents.index(after: end)
    }
    length = start - contents.startIndex
    guard droppedTornLine else { return }
    if ftruncate(descriptor, off_t(length)) != 0 || fsync(descriptor) != 0 {
      throw CommandFailure(.world, "\(path) cannot be written: \(systemClause(errno)).")
    }
    FileEvent.tell(.truncated(path, length))
    FileEvent.tell(.flushed(path))
  }

  /// Adds a line with sorted keys. After an error the file ends where it ended before.
  func append(_ record: Record) throws(CommandFailure) {
    var line: Data
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      line = try encoder.encode(record)
    } catch {
      throw CommandFailure(
        .world, "a record for \(path) has a number that is not finite, which JSON cannot hold: the run went wrong.")
    }
    line.append(UInt8(ascii: "\n"))
    var code: Int32 = 0
    line.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count, let start = bytes.baseAddress {
        let count = write(descriptor, start + written, bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno != EINTR {
          code = errno
          return
        }
      }
    }
    if code == 0, flushing, fsync(descriptor) != 0 { code = errno }
    guard code == 0 else {
      _ = ftruncate(descriptor, off_t(length))
      throw CommandFailure(.world, "\(path) cannot be written: \(systemClause(code)); free some space and run again.")
    }
    FileEvent.tell(.appended(path, Array(line)))
    if flushing { FileEvent.tell(.flushed(path)) }
    length += line.count
    records.append(record)
  }
}
