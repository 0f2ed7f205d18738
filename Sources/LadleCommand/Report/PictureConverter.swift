import Foundation
import Tensor

/// Turns SVG files into PNG by a program that is installed: drawing text and curves well is its work, not ours.
struct PictureConverter: Sendable {
  private enum Kind { case rsvg, chromium }
  private let kind: Kind
  private let program: String

  /// The first converter on the search path. Throws a sentence that says how to get one.
  init(searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws(CommandFailure) {
    let candidates: [(String, Kind)] = [
      ("rsvg-convert", .rsvg), ("chromium", .chromium), ("chromium-browser", .chromium), ("google-chrome", .chromium),
    ]
    for (name, kind) in candidates {
      for directory in searchPath.split(separator: ":") {
        let path = "\(directory)/\(name)"
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
          FileManager.default.isExecutableFile(atPath: path)
        {
          (self.kind, program) = (kind, path)
          return
        }
      }
    }
    throw CommandFailure(
      .world, "--png needs rsvg-convert or chromium, and neither is installed: apt-get install librsvg2-bin.")
  }

  /// The PNG file of `figure`, two pixels to one of its own.
  func png(of figure: any Figure) throws -> [UInt8] {
    let directory = NSTemporaryDirectory() + "ladle-figure-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let (source, target) = ("\(directory)/figure.svg", "\(directory)/figure.png")
    try AtomicFile.write(Array(figure.svg(standalone: true).utf8), to: source, flushing: false)
    let size = (width: Int(figure.size.width.rounded(.up)), height: Int(figure.size.height.rounded(.up)))
    let arguments: [String]
    switch kind {
    case .rsvg: arguments = ["--zoom", "2", "--background-color", "white", "--output", target, source]
    case .chromium:
      arguments =
        [
          "--headless", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=2",
          "--user-data-dir=\(directory)/profile", "--window-size=\(size.width),\(size.height)",
          "--screenshot=\(target)",
          // Chromium's sandbox refuses the superuser. The file is our own.
        ] + (getuid() == 0 ? ["--no-sandbox"] : []) + ["file://\(source)"]
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let limit = Date(timeIntervalSinceNow: 60)
    while process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.02) }
    if process.isRunning { process.terminate() }
    guard let bytes = try? FileBytes.read(target), PNGHeader(bytes) != nil else {
      throw CommandFailure(.world, "\(program) did not turn a chart into a PNG file; use --svg, or another converter.")
    }
    return bytes
  }
}
