/// Two oracles as one: the pool's samples go to the first, synthesized ones to the second. GAAL's experiments ask the
/// ground truth about the pool and a classifier, or a person, about images that have no ground truth.
public struct RoutedOracle<Pool: Oracle, Synthesized: Oracle>: Oracle {
  private let pool: Pool
  private let synthesized: Synthesized

  /// `pool` answers about indices, `synthesized` about new inputs.
  public init(pool: Pool, synthesized: Synthesized) {
    self.pool = pool
    self.synthesized = synthesized
  }

  /// What the oracle in charge answers.
  public func answer(_ query: Query) async throws -> [Answer] {
    switch query {
    case .pool: try await pool.answer(query)
    case .synthesized: try await synthesized.answer(query)
    }
  }
}
