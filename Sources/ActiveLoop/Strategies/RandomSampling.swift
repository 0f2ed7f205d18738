public import Tensor

/// Passive random: samples drawn from the pool without looking at the learner.
public struct RandomSampling<Subject: Learner>: QueryStrategy {
  /// Needs nothing.
  public init() {}

  /// `min(count, pool.count)` distinct samples, in random order.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) -> [Int] {
    random.sample(min(count, pool.count), from: pool.indices)
  }
}
