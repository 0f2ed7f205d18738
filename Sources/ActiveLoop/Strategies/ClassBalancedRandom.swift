public import Tensor

/// Random samples, as many of each class as of the others. Nobody has labelled the pool, so classes are those that the
/// learner *predicts*: as long as it is often wrong, the batch is less balanced than it looks.
///
/// The classes take turns in random order; one that has run out is passed over.
public struct ClassBalancedRandom<Subject: Learner>: QueryStrategy {
  /// Samples predicted at a time.
  public let batchSize: Int

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 256) { self.batchSize = checked(batchSize: batchSize) }

  /// `min(count, pool.count)` distinct samples. Throws what reading the pool throws.
  ///
  /// - Complexity: one pass of the learner over the pool.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let classes = try pool.scores(batchSize: batchSize) { Tensor(learner.predictions(for: $0).map { Float($0) }) }
    var members: [Int: [Int]] = [:]
    for place in random.permutation(of: pool.count) {
      members[Int(classes.withUnsafeScalars { $0[place] }), default: []].append(pool.indices[place])
    }
    let present = members.keys.sorted()
    var (chosen, turn) = ([Int](), 0)
    while chosen.count < min(count, pool.count) {
      // Who comes first has one sample more in the end: the order of each turn is drawn.
      for place in random.permutation(of: present.count) {
        guard chosen.count < count, let own = members[present[place]], turn < own.count else { continue }
        chosen.append(own[turn])
      }
      turn += 1
    }
    return chosen
  }
}
