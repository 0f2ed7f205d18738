internal import Foundation

/// What Linux says about this process's memory, in MB of 10⁶ bytes; nil elsewhere.
public enum ProcessMemory {
  /// Resident now.
  public static var resident: Double? { field("VmRSS:") }
  /// The most that was resident since the last ``rewind()``.
  public static var peak: Double? { field("VmHWM:") }

  /// Sets the peak to what is resident now. Where that is not allowed, the peak counts from the process's start.
  public static func rewind() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  private static func field(_ name: String) -> Double? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
    else { return nil }
    return kibibytes * 1024 / 1e6
  }
}
