/// Knows the labels of a pool, and nothing else. Only here are the labels of a data set kept: strategies cannot see
/// them.
public struct GroundTruthOracle: Oracle {
  private let labels: [Int]

  /// One label per sample of the pool.
  public init(labels: [Int]) { self.labels = labels }

  /// Throws ``OracleError`` about synthesized samples, and about indices that are not in the pool.
  public func answer(_ query: Query) throws(OracleError) -> [Answer] {
    switch query {
    case .synthesized: throw .noLabelsForSynthesized(count: query.count)
    case .pool(let indices):
      if let index = indices.first(where: { !labels.indices.contains($0) }) {
        throw .noSuchSample(index: index, poolCount: labels.count)
      }
      return indices.map { .label(labels[$0]) }
    }
  }
}
