/// A change that this package made to a file system, told to a test that asks what a loss of power would have left of it.
package enum FileEvent: Sendable {
  /// A new, empty file.
  case made(String)
  /// Bytes at a file's end.
  case appended(String, [UInt8])
  /// The file was cut to so many bytes.
  case truncated(String, Int)
  /// The device has the file's bytes.
  case flushed(String)
  /// The second name now stands for the file of the first, which is gone.
  case renamed(String, String)
  /// The name is gone.
  case removed(String)
  /// A new directory.
  case madeDirectory(String)
  /// The device has the names in the directory.
  case flushedDirectory(String)

  /// Who is told, or nobody. A type of its own: Swift 6.3 crashes when an optimised program makes a closure a task's own.
  package struct Observer: Sendable {
    let hears: (@Sendable (FileEvent) -> Void)?

    package init(_ hears: (@Sendable (FileEvent) -> Void)? = nil) { self.hears = hears }
  }

  /// Who is told, in the order of the changes.
  @TaskLocal package static var observer: Observer = Observer()

  /// Tells of a change that was just made.
  package static func tell(_ event: @autoclosure () -> FileEvent) {
    if let hears = observer.hears { hears(event()) }
  }
}
