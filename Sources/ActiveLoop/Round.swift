/// One line of a run's record: the state after a round of labelling and refitting. It holds no times, so two runs
/// with the same seed have the same bytes; times live in a file of their own.
public struct RoundRecord: Codable, Sendable, Hashable {
  /// The scheme, such as `gaal`.
  public var scheme: String
  /// The seed of the run.
  public var seed: Int
  /// 0 after the initial labels, then 1, 2, …
  public var round: Int
  /// Samples in the training set.
  public var labelled: Int
  /// Samples shown to the oracle so far, initial ones included: `labelled + discarded + skipped`.
  public var attempted: Int
  /// Samples the oracle could not recognise so far.
  public var discarded: Int
  /// How many labelled samples each class has.
  public var classCounts: [Int]
  /// Figures by name, in [0, 1] where they are rates: `accuracy` on the test set, and others.
  public var metrics: [String: Double]

  /// Memberwise.
  public init(
    scheme: String, seed: Int, round: Int, labelled: Int, attempted: Int, discarded: Int, classCounts: [Int],
    metrics: [String: Double]
  ) {
    self.scheme = scheme
    self.seed = seed
    self.round = round
    self.labelled = labelled
    self.attempted = attempted
    self.discarded = discarded
    self.classCounts = classCounts
    self.metrics = metrics
  }
}

extension RoundRecord {
  /// Reads what an encoder wrote. A number that no run can have written is an error, so that whoever reads records may
  /// compute with them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func count(_ key: CodingKeys) throws -> Int {
      let value = try container.decode(Int.self, forKey: key)
      guard (0...Self.largestCount).contains(value) else { throw Self.impossible(key, "\(value)", in: container) }
      return value
    }
    scheme = try container.decode(String.self, forKey: .scheme)
    seed = try container.decode(Int.self, forKey: .seed)
    round = try count(.round)
    labelled = try count(.labelled)
    attempted = try count(.attempted)
    discarded = try count(.discarded)
    classCounts = try container.decode([Int].self, forKey: .classCounts)
    if let wrong = classCounts.first(where: { !(0...Self.largestCount).contains($0) }) {
      throw Self.impossible(.classCounts, "\(wrong)", in: container)
    }
    metrics = try container.decode([String: Double].self, forKey: .metrics)
    if let wrong = metrics.values.first(where: { !(abs($0) <= Self.largestFigure) }) {
      throw Self.impossible(.metrics, "\(wrong)", in: container)
    }
  }

  private static let largestCount = 1 << 48
  /// Squares of it, and sums of them, are numbers.
  private static let largestFigure = 1e100

  private static func impossible(
    _ key: CodingKeys, _ value: String, in container: KeyedDecodingContainer<CodingKeys>
  ) -> DecodingError {
    .dataCorruptedError(forKey: key, in: container, debugDescription: "\(key.stringValue) cannot be \(value)")
  }
}
