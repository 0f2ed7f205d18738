/// One benchmark, as long-lived as the process: prepared once, run many times, and asked at the end what it found.
protocol Case {
  /// Does the timed work once; what it returns is shown beside the time.
  mutating func run() throws -> [String: JSONValue]
  /// What the last run computed, to be compared with the peer's answer; empty when there is nothing to compare.
  func check() throws -> [String: JSONValue]
}

extension Case {
  func check() throws -> [String: JSONValue] { [:] }
}
