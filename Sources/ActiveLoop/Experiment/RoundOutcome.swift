public import Tensor

/// What a round takes time for.
public enum Phase: String, Codable, Sendable, CaseIterable, Hashable {
  /// Choosing or synthesizing what to ask about.
  case query
  /// Waiting for the oracle.
  case oracle
  /// Fitting the learner.
  case fit
  /// Testing it.
  case evaluation
}

/// Everything about one round: its record, what was asked, what was answered, and how to continue.
public struct RoundOutcome: Sendable {
  /// The line for the run's record.
  public var record: RoundRecord
  /// What was asked about, discarded samples included, in order.
  public var queries: Query
  /// The latent codes of synthesized queries, `[n, z]`.
  public var latents: Tensor?
  /// One answer per query.
  public var answers: [Answer]
  /// Distance of each query from the boundary of the learner that asked (see ``boundaryDistances(ofDecisionValues:)``);
  /// none in round 0, where no learner asked.
  public var distancesBefore: [Float]
  /// Distance of each query from the boundary after refitting.
  public var distancesAfter: [Float]
  /// Starts of the synthesizer that failed and were drawn again.
  public var restarts: Int
  /// The state to continue from.
  public var state: RunState
  /// Seconds by phase, if a clock was passed; they are no part of the record, which has the same bytes in every run.
  public var seconds: [Phase: Double]
}
