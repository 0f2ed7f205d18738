public import Tensor

/// A strategy that sees a random part of the pool, drawn anew for each query: cheaper by as much, and less prone to
/// fill a batch with look-alikes (Beluch et al., CVPR 2018, choose from a random subset for the first reason, and
/// report the second).
public struct RandomSubset<Base: QueryStrategy>: QueryStrategy {
  /// How much of the pool is drawn; at least as many samples as are asked for.
  public enum Size: Sendable, Hashable, Codable {
    /// A share of the pool, in (0, 1], rounded up.
    case fraction(Double)
    /// A number of samples, positive; all of them if there are fewer.
    case count(Int)
  }

  /// How much of the pool is drawn.
  public let size: Size
  /// The strategy that chooses from it.
  public let base: Base

  /// Precondition: a fraction in (0, 1], or a positive count.
  public init(of size: Size, _ base: Base) {
    switch size {
    case .fraction(let share): precondition(share > 0 && share <= 1, "a share of a pool is in (0, 1], not \(share)")
    case .count(let count): precondition(count > 0, "a part of a pool has at least one sample, not \(count)")
    }
    (self.size, self.base) = (size, base)
  }

  /// What the strategy chooses from the part. Throws what it throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Base.Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let part = part(of: pool, atLeast: count, using: &random)
    return try base.query(count, from: part, learner: learner, using: &random)
  }

  /// The same, for strategies that must know what was labelled.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: Base.Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    let part = part(of: pool, atLeast: count, using: &random)
    return try base.selection(of: count, from: part, learner: learner, context: context, using: &random)
  }

  private func part(
    of pool: UnlabelledPool, atLeast count: Int, using random: inout RandomSource
  ) -> UnlabelledPool {
    let part =
      switch size {
      case .fraction(let share): Int((share * Double(pool.count)).rounded(.up))
      case .count(let count): count
      }
    return pool.offering(only: random.sample(min(pool.count, max(part, count)), from: pool.indices))
  }
}
