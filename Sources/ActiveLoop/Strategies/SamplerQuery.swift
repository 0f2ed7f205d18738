public import Tensor

/// ARAL's query: the samples that the sampler takes most certainly for unlabelled ones (Mottaghi and Yeung 2019, section
/// 3). Equal logits are taken in an order drawn from the generator.
///
/// A score belongs to its sample, whatever the order of the pool, and rests on no label: the encoder is told the class
/// that the classifier predicts. The released code does otherwise; ``Defects`` has switches for that, all off by default.
///
/// - Complexity: one pass of classifier, encoder and sampler over the pool, batch by batch, and a sort.
public struct SamplerQuery: QueryStrategy, Hashable {
  /// What the released code does when it queries.
  public struct Defects: Codable, Sendable, Hashable {
    /// Scores are computed in a shuffled order of the pool and then read as if in the pool's own: the choice is random.
    public var shufflesScores = false
    /// The samples that are taken most certainly for labelled ones are chosen.
    public var reversesSign = false

    /// None.
    public init() {}

    /// Both.
    public static var released: Defects {
      var defects = Defects()
      (defects.shufflesScores, defects.reversesSign) = (true, true)
      return defects
    }
  }

  /// What is wrong with it; nothing unless asked for.
  public let defects: Defects
  /// Samples scored at a time.
  public let batchSize: Int

  /// Precondition: `batchSize > 0`.
  public init(defects: Defects = Defects(), batchSize: Int = 256) {
    self.defects = defects
    self.batchSize = checked(batchSize: batchSize)
  }

  /// `min(count, pool.count)` distinct samples, the lowest logit first. Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: ARALLearner, using random: inout RandomSource
  ) throws -> [Int] {
    try choice(count, from: pool, learner: learner, using: &random).indices
  }

  /// The same, with `meanLogit` over the pool and `chosenLogit` over what was chosen, for the record.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: ARALLearner, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    try choice(count, from: pool, learner: learner, using: &random)
  }

  private func choice(
    _ count: Int, from pool: UnlabelledPool, learner: ARALLearner, using random: inout RandomSource
  ) throws -> QuerySelection {
    guard pool.count > 0 else { return QuerySelection(indices: []) }
    var logits = try pool.scores(batchSize: batchSize) { learner.samplerLogits(for: $0) }.scalars
    if defects.shufflesScores {
      var shuffle = random.stream("shuffled scores")
      logits = shuffle.permutation(of: logits.count).map { logits[$0] }
    }
    let scores = defects.reversesSign ? logits : logits.map { -$0 }
    let places = TopScores().selection(max(0, count), scores: scores, using: &random)
    func mean(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) } / Double(max(1, values.count)) }
    return QuerySelection(
      indices: places.map { pool.indices[$0] },
      figures: ["meanLogit": mean(logits), "chosenLogit": mean(places.map { logits[$0] })])
  }
}
