internal import Foundation

/// What this process used of the processors: the measure that other people's programs on the machine disturb least.
public enum ProcessorTime {
  /// Seconds so far, of all threads together.
  public static var seconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
