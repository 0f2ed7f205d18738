/// Our side of one row, as long-lived as the process: made once, compared with the peer, run many times, and asked at
/// the end what it found. What the parts mean is written at the top of Benchmarks/peers/protocol.py.
protocol Case {
  /// The weights, the inputs and the noise of the compared steps, which the peer starts from. Called once, before the
  /// first step.
  func exchanged() throws -> Exchange
  /// One unit of work; returns its losses. In the compared steps `turn` is 0, 1, 2 and the noise is the exchanged one;
  /// in timed steps it is nil and the noise is fresh.
  mutating func step(_ turn: Int?) throws -> [Double]
  /// The losses of the compared steps.
  mutating func compared() throws -> [Double]
  /// What the last run computed, to be compared with the peer's answer; empty when there is nothing to compare.
  func check() throws -> [String: JSONValue]
}

extension Case {
  mutating func compared() throws -> [Double] { try (0..<3).flatMap { try step($0) } }
  func check() throws -> [String: JSONValue] { [:] }
}
