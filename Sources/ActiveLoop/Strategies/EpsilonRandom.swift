public import Tensor

/// A strategy whose batches are random in part: ε-greedy, so that what the learner is wrongly sure of is asked about
/// too.
///
/// Of a batch of n, εn are drawn uniformly from what the strategy left. If that is not a whole number, it is rounded up
/// with the chance that makes its mean right: single samples are random with chance ε.
public struct EpsilonRandom<Base: QueryStrategy>: QueryStrategy {
  /// ε, in [0, 1].
  public let share: Double
  /// The strategy that chooses the rest.
  public let base: Base

  /// Precondition: `share` is in [0, 1].
  public init(share: Double, _ base: Base) {
    precondition((0...1).contains(share), "a share is in [0, 1], not \(share)")
    (self.share, self.base) = (share, base)
  }

  /// `min(count, pool.count)` distinct samples: those of the strategy, then the random ones. Throws what it throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Base.Subject, using random: inout RandomSource
  ) throws -> [Int] {
    try mixed(count, from: pool, using: &random) { wanted, random in
      QuerySelection(indices: try base.query(wanted, from: pool, learner: learner, using: &random))
    }.indices
  }

  /// The same, for strategies that must know what was labelled, with what the strategy has to say.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: Base.Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    try mixed(count, from: pool, using: &random) { wanted, random in
      try base.selection(of: wanted, from: pool, learner: learner, context: context, using: &random)
    }
  }

  private func mixed(
    _ count: Int, from pool: UnlabelledPool, using random: inout RandomSource,
    asking: (_ wanted: Int, inout RandomSource) throws -> QuerySelection
  ) throws -> QuerySelection {
    let wanted = max(0, min(count, pool.count))
    let mean = share * Double(wanted)
    let isRoundedUp = Double(random.uniform()) < mean - mean.rounded(.down)
    let drawn = min(wanted, Int(mean) + (isRoundedUp ? 1 : 0))
    var chosen = drawn == wanted ? QuerySelection(indices: []) : try asking(wanted - drawn, &random)
    let taken = Set(chosen.indices)
    chosen.indices += random.sample(
      wanted - chosen.indices.count, from: pool.indices.filter { !taken.contains($0) })
    return chosen
  }
}
