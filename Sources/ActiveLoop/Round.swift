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
