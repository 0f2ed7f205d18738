public import Tensor

/// TypiClust: the most typical sample of every group that has no label yet (Hacohen, Dekel and Weinshall, "Active
/// learning on a budget: opposite strategies suit high and low budgets", ICML 2022, section 3). Meant for the first few
/// labels, and for features that were learned without any.
///
/// All samples, labelled ones included, are grouped by k-means, into as many groups as there are labels when this query
/// is answered, at most `clusterLimit`. Groups come in order of how few labels they have, and of equal ones the largest
/// first; groups of fewer than `smallestCluster` samples wait until no other has a sample left. A sample's typicality is
/// the inverse of its mean distance to its `neighbours` nearest samples in the same group, labelled or not.
///
/// The start of k-means is drawn at random, so a pool in another order gives other samples. Samples whose features are
/// not finite come last.
///
/// - Complexity: with N samples in all and K groups, one pass of the learner over all samples, O(N·F·K) for each round
///   of k-means, and O(n²·F) for each group of n samples that is asked about, all in matrix products; memory for three
///   copies of N·F features and `neighbours` per sample of one group.
public struct TypiClust<Subject: EmbeddingLearner>: QueryStrategy {
  /// Groups at most; 500 in the paper.
  public let clusterLimit: Int
  /// How many samples a distance is averaged over; 20 in the paper.
  public let neighbours: Int
  /// Groups with fewer samples come last.
  public let smallestCluster: Int
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: all are positive.
  public init(clusterLimit: Int = 500, neighbours: Int = 20, smallestCluster: Int = 5, batchSize: Int = 256) {
    precondition(
      clusterLimit > 0 && neighbours > 0 && smallestCluster > 0 && batchSize > 0, "sizes are positive")
    self.clusterLimit = clusterLimit
    self.neighbours = neighbours
    self.smallestCluster = smallestCluster
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, in the order they were taken. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    let (all, labelled) = try pool.allEmbeddings(batchSize: batchSize, by: learner)
    let rows = all.finiteRows()
    var chosen: [Int] = []
    if !rows.isEmpty {
      let features = rows.count == all.shape[0] ? all : all.gathered(rows: rows)
      let clustering = kMeans(
        min(labelled + wanted, clusterLimit, rows.count), features: features, using: &random)
      chosen = typicalSamples(
        wanted, groups: clustering.members, features: features, isLabelled: rows.map { $0 < labelled }
      ).map { rows[$0] - labelled }
    }
    return completed(chosen, to: wanted, of: pool.count, using: &random).map { pool.indices[$0] }
  }

  /// At most `count` rows of `features` that are not labelled. `groups` are their rows, group by group.
  package func typicalSamples(
    _ count: Int, groups: [[Int]], features: Tensor, isLabelled: [Bool]
  ) -> [Int] {
    var labels = groups.map { group in group.count { isLabelled[$0] } }
    // The unlabelled samples of a group, the most typical last; found when the group's turn comes.
    var open = [[Int]?](repeating: nil, count: groups.count)
    var chosen: [Int] = []
    while chosen.count < count {
      let candidates = groups.indices.filter { labels[$0] < groups[$0].count }
      let next = candidates.min { first, second in
        let (a, b) = (groups[first].count, groups[second].count)
        if (a < smallestCluster) != (b < smallestCluster) { return b < smallestCluster }
        return (labels[first], b, first) < (labels[second], a, second)
      }
      guard let next else { break }
      var left = open[next] ?? ranked(groups[next], features: features, isLabelled: isLabelled)
      if let typical = left.popLast() { chosen.append(typical) }
      open[next] = left
      labels[next] += 1
    }
    return chosen
  }

  private func ranked(_ group: [Int], features: Tensor, isLabelled: [Bool]) -> [Int] {
    let distances = meanNeighbourDistances(neighbours, in: features.gathered(rows: group))
    return zip(group, distances).filter { !isLabelled[$0.0] }
      .sorted { ($0.1, $0.0) > ($1.1, $1.0) }
      .map(\.0)
  }
}
