public import Tensor

/// Chooses samples of the pool to ask about.
public protocol QueryStrategy<Subject>: Sendable {
  /// What the strategy needs of the learner; one that needs probabilities cannot be paired with one that has none.
  associatedtype Subject: Learner

  /// `min(count, pool.count)` distinct indices of the pool, the most wanted first.
  func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int]

  /// As ``query(_:from:learner:using:)``, knowing what was labelled and telling how it went. It is what an experiment
  /// calls; by default it asks the plain query and tells nothing.
  func selection(
    of count: Int, from pool: UnlabelledPool, learner: Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection
}

extension QueryStrategy {
  /// The plain query, without a report.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    QuerySelection(indices: try query(count, from: pool, learner: learner, using: &random))
  }
}

/// Makes samples to ask about.
public protocol QuerySynthesizer<Subject>: Sendable {
  /// What the synthesiser needs of the learner.
  associatedtype Subject: Learner

  /// At most `count` new inputs.
  func synthesize(
    _ count: Int, learner: Subject, using random: inout RandomSource
  ) throws -> SynthesizedQueries
}

/// New inputs, with how they came about.
public struct SynthesizedQueries: Sendable {
  /// The inputs, `[N, …]`.
  public var inputs: Tensor
  /// The latent codes they were generated from, `[N, z]`.
  public var latents: Tensor
  /// What was minimised (for GAAL |Wᵀφ(G(z)) + b|), at the start and at the end, one per input.
  public var initialObjectives: [Float]
  /// At the end.
  public var objectives: [Float]
  /// Starts that failed and were drawn again.
  public var restarts: Int

  /// Memberwise.
  public init(
    inputs: Tensor, latents: Tensor, initialObjectives: [Float], objectives: [Float], restarts: Int
  ) {
    self.inputs = inputs
    self.latents = latents
    self.initialObjectives = initialObjectives
    self.objectives = objectives
    self.restarts = restarts
  }
}
