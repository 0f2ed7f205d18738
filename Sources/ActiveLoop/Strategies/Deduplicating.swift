public import Tensor

/// A strategy without near-duplicates: walks down what another strategy wants and passes over samples that are within a
/// distance of one already chosen in this batch, or of one taken out of the pool before.
///
/// The strategy is asked for twice as many as wanted, and for twice as many again as long as too few are left. If the
/// whole pool has too few, the batch is filled with the near-duplicates it wants most: a batch is never smaller than
/// asked for.
///
/// To mix in random samples put this inside ``EpsilonRandom``, whose random samples come last, not around it.
///
/// Distances are Euclidean, between whole samples: a distance that makes sense for images of 28 × 28 is too small for
/// larger ones. Copies are at distance 0 between pixels; between features only if the learner gives them the same bits.
///
/// - Complexity: beside the strategy's, O(C·F·(M + count)) for C candidates, F features and M samples taken before;
///   memory for the candidates' features.
public struct Deduplicating<Base: QueryStrategy>: QueryStrategy {
  /// Samples nearer than this, or as near, are near-duplicates.
  public let distance: Float
  /// Whether samples taken out of the pool before count: labelled ones, and those nobody recognised.
  public let comparesTaken: Bool
  /// Samples read at a time.
  public let batchSize: Int
  /// The strategy that says what is wanted.
  public let base: Base
  /// The points whose distances count, `[N, …]`.
  private let points: @Sendable (_ inputs: Tensor, _ learner: Base.Subject) -> Tensor

  /// By the distance between inputs: pixels. Precondition: `pixelDistance` is not negative, `batchSize > 0`.
  public init(_ base: Base, pixelDistance: Float, comparesTaken: Bool = true, batchSize: Int = 256) {
    self.init(base, distance: pixelDistance, comparesTaken: comparesTaken, batchSize: batchSize) { inputs, _ in inputs }
  }

  private init(
    _ base: Base, distance: Float, comparesTaken: Bool, batchSize: Int,
    points: @escaping @Sendable (Tensor, Base.Subject) -> Tensor
  ) {
    precondition(distance >= 0, "a distance is not negative, and not \(distance)")
    (self.base, self.distance, self.comparesTaken) = (base, distance, comparesTaken)
    self.batchSize = checked(batchSize: batchSize)
    self.points = points
  }

  /// `min(count, pool.count)` distinct samples, the most wanted first. Throws what the strategy and reading the pool
  /// throw.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Base.Subject, using random: inout RandomSource
  ) throws -> [Int] {
    try distinct(count, from: pool, learner: learner, using: &random) { asked, random in
      QuerySelection(indices: try base.query(asked, from: pool, learner: learner, using: &random))
    }.indices
  }

  /// The same, for strategies that must know what was labelled, with what the strategy said when it was last asked.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: Base.Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    try distinct(count, from: pool, learner: learner, using: &random) { asked, random in
      try base.selection(of: asked, from: pool, learner: learner, context: context, using: &random)
    }
  }

  private func distinct(
    _ count: Int, from pool: UnlabelledPool, learner: Base.Subject, using random: inout RandomSource,
    asking: (_ asked: Int, inout RandomSource) throws -> QuerySelection
  ) throws -> QuerySelection {
    let wanted = max(0, min(count, pool.count))
    guard wanted > 0 else { return QuerySelection(indices: []) }
    // Asked again, the strategy has the same numbers to draw from: its answer grows, and does not change.
    let start = random
    var asked = min(pool.count, 2 * wanted)
    while true {
      random = start
      var candidates = try asking(asked, &random)
      let (kept, passed) = try parted(candidates.indices, wanted: wanted, pool: pool, learner: learner)
      if kept.count >= wanted || asked == pool.count {
        candidates.indices = Array((kept + passed).prefix(wanted))
        return candidates
      }
      asked = min(pool.count, 2 * asked)
    }
  }

  /// The first `wanted` candidates that are no near-duplicates, and the others before the last of them.
  private func parted(
    _ candidates: [Int], wanted: Int, pool: UnlabelledPool, learner: Base.Subject
  ) throws -> (kept: [Int], passed: [Int]) {
    let scoring = PoolScoring(batchSize: batchSize)
    let distances = EuclideanDistances(
      try scoring.scores(of: SelectedSamples(pool.samples, at: candidates)) { points($0, learner) })
    var nearest = [Float](repeating: .infinity, count: candidates.count)
    let taken = comparesTaken ? pool.takenIndices : []
    for first in stride(from: 0, to: taken.count, by: batchSize) {
      let batch = try pool.inputs(at: Array(taken[first..<min(taken.count, first + batchSize)]))
      let found = distances.nearest(to: points(batch, learner))
      for place in nearest.indices { nearest[place] = min(nearest[place], found[place]) }
    }
    var (kept, passed) = ([Int](), [Int]())
    var toLatest = nearest
    for (place, candidate) in candidates.enumerated() where kept.count < wanted {
      if nearest[place].squareRoot() <= distance {
        passed.append(candidate)
        continue
      }
      kept.append(candidate)
      guard distances.isPoint(place) else { continue }
      distances.distances(toRow: place, into: &toLatest)
      for other in nearest.indices where toLatest[other] < nearest[other] { nearest[other] = toLatest[other] }
    }
    return (kept, passed)
  }
}

extension Deduplicating where Base.Subject: EmbeddingLearner {
  /// By the distance between the learner's features. Precondition: `featureDistance` is not negative, `batchSize > 0`.
  public init(_ base: Base, featureDistance: Float, comparesTaken: Bool = true, batchSize: Int = 256) {
    self.init(base, distance: featureDistance, comparesTaken: comparesTaken, batchSize: batchSize) { inputs, learner in
      learner.embeddings(for: inputs)
    }
  }
}
