import Foundation
import Tensor

/// The files of a report: the page, and others beside it whose names begin like its.
struct ReportFiles {
  /// The page.
  let page: String
  /// Its path without the ending.
  private let stem: String

  /// Throws if the page would lie inside the directory of a run, which belongs to whoever runs it.
  init(page: String) throws(CommandFailure) {
    guard !page.isEmpty, !page.utf8.contains(0), !page.hasSuffix("/") else {
      throw CommandFailure(.usage, "--out needs the path of a file, such as report.html.")
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: page, isDirectory: &isDirectory), isDirectory.boolValue {
      throw CommandFailure(
        .usage, "\(page) is a directory; --out needs the path of a file, such as \(page)/report.html.")
    }
    let absolute = page.hasPrefix("/") ? page : FileManager.default.currentDirectoryPath + "/" + page
    var directory = URL(filePath: absolute).deletingLastPathComponent().standardizedFileURL.resolvingSymlinksInPath()
    while true {
      if RunFinder.isRun(directory.path) {
        throw CommandFailure(
          .usage, "\(directory.path) is the directory of a run, which may be in use; choose an --out outside of it.")
      }
      let above = directory.deletingLastPathComponent()
      guard above.path.count < directory.path.count else { break }
      directory = above
    }
    self.page = page
    let ending = URL(filePath: absolute).pathExtension
    stem = ["html", "htm", "xhtml"].contains(ending.lowercased()) ? String(page.dropLast(ending.count + 1)) : page
  }

  /// Makes the directory in which the files are to lie.
  func makeDirectory() throws(CommandFailure) {
    if let slash = page.lastIndex(of: "/"), slash != page.startIndex {
      try RunDirectory.makeDirectory(String(page[..<slash]))
    }
  }

  /// Writes the page and returns its path.
  func writePage(_ text: String) throws -> String {
    try AtomicFile.write(text, to: page)
    return page
  }

  /// Writes `text` beside the page and returns the path.
  func write(_ text: String, ending: String) throws -> String {
    let path = "\(stem).\(ending)"
    try AtomicFile.write(text, to: path)
    return path
  }

  /// Writes each figure beside the page and returns their paths; figures of one name are numbered.
  func write(
    _ figures: [any Figure], ending: String, _ bytes: (any Figure) throws -> [UInt8]
  ) throws -> [String] {
    var counts: [String: Int] = [:]
    return try figures.map { figure in
      let count = (counts[figure.fileStem] ?? 0) + 1
      counts[figure.fileStem] = count
      let path = "\(stem)-\(figure.fileStem)\(count == 1 ? "" : "-\(count)").\(ending)"
      try AtomicFile.write(try bytes(figure), to: path)
      return path
    }
  }
}
