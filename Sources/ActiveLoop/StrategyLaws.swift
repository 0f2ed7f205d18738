public import Tensor

/// What every query strategy owes whoever uses it, checked on samples at hand: for the tests of a strategy of one's own.
///
/// ```swift
/// let broken = try StrategyLaws(inputs: images, labels: labels, classCount: 10).violations(of: strategy, learner: learner)
/// precondition(broken.isEmpty, "\(broken)")
/// ```
public struct StrategyLaws: Sendable {
  /// `[N, …]`, at least 10.
  public let inputs: Tensor
  /// One per row: what a ``QueryContext`` tells of the samples that are taken for labelled.
  public let labels: [Int]
  /// The number of classes.
  public let classCount: Int
  /// Of all random choices.
  public let seed: Int

  /// Precondition: 10 samples or more, and as many labels in `0..<classCount`.
  public init(inputs: Tensor, labels: [Int], classCount: Int, seed: Int = 1) {
    precondition(
      inputs.rank >= 2 && inputs.shape[0] >= 10 && labels.count == inputs.shape[0],
      "\(labels.count) labels for samples of shape \(inputs.shape), of which 10 are needed")
    precondition(labels.allSatisfy { (0..<classCount).contains($0) }, "a label is not in 0..<\(classCount)")
    (self.inputs, self.labels, self.classCount, self.seed) = (inputs, labels, classCount, seed)
  }

  /// The laws that `strategy` breaks, in sentences; none if it keeps them all. Throws what the strategy throws.
  ///
  /// It has to choose as many samples as it is asked for, or all if there are fewer, each once, and only from what the
  /// pool offers; the same seed has to give the same choice.
  ///
  /// - Parameters:
  ///   - strategy: what is tested.
  ///   - learner: already fitted.
  ///   - followsSamples: whether the choice depends on the samples alone and not on their places: then it is the same
  ///     for a pool in another order. False for strategies that draw at random, or whose scores are often equal.
  public func violations<Strategy: QueryStrategy>(
    of strategy: Strategy, learner: Strategy.Subject, followsSamples: Bool = false
  ) throws -> [String] {
    let count = inputs.shape[0]
    let taken = Array(stride(from: 0, to: count, by: 3))
    var broken: [String] = []
    func expect(_ holds: Bool, _ law: String) { if !holds && !broken.contains(law) { broken.append(law) } }

    func choice(_ wanted: Int, without taken: [Int], offering offered: [Int]? = nil) throws -> [Int] {
      try chosen(wanted, by: strategy, learner, inputs, labels, without: taken, offering: offered)
    }
    let open = Set(0..<count).subtracting(taken)
    for wanted in [1, 2, open.count / 2] {
      let answer = try choice(wanted, without: taken)
      expect(answer.count == wanted, "asked for \(wanted) of \(open.count) samples, it chose \(answer.count)")
      expect(Set(answer).count == answer.count, "it chose a sample twice")
      expect(Set(answer).isSubset(of: open), "it chose samples that are not in the pool")
      expect(try choice(wanted, without: taken) == answer, "the same seed gave another choice")
    }
    expect(
      try choice(count + 5, without: taken).sorted() == open.sorted(),
      "asked for more samples than there are, it did not choose each of them once")
    expect(try choice(3, without: Array(0..<count)).isEmpty, "it chose from an empty pool")
    let offered = Array(open.sorted().prefix(open.count / 2))
    let some = try choice(offered.count, without: taken, offering: offered)
    expect(some.sorted() == offered, "it chose samples that the pool did not offer")

    if followsSamples {
      var random = RandomSource(seed: seed).stream("order")
      let order = random.permutation(of: count)
      var place = [Int](repeating: 0, count: count)
      for (new, old) in order.enumerated() { place[old] = new }
      let wanted = open.count / 2
      let shuffled = try chosen(
        wanted, by: strategy, learner, inputs.gathered(rows: order), order.map { labels[$0] },
        without: taken.map { place[$0] }, offering: nil)
      expect(
        try Set(shuffled.map { order[$0] }) == Set(choice(wanted, without: taken)),
        "it chose other samples from the same pool in another order")
    }
    return broken
  }

  private func chosen<Strategy: QueryStrategy>(
    _ wanted: Int, by strategy: Strategy, _ learner: Strategy.Subject, _ inputs: Tensor, _ labels: [Int],
    without taken: [Int], offering offered: [Int]?
  ) throws -> [Int] {
    var pool = UnlabelledPool(inputs: inputs)
    pool.remove(taken)
    if let offered { pool = pool.offering(only: offered) }
    let context = QueryContext(
      round: 1, labelledIndices: taken, labels: taken.map { labels[$0] }, classCount: classCount)
    var random = RandomSource(seed: seed).stream("strategy")
    return try strategy.selection(of: wanted, from: pool, learner: learner, context: context, using: &random).indices
  }
}
