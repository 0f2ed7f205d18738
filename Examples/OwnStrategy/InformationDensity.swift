import ActiveLoop
import Tensor

/// Entropy, weighted by how typical of the pool a sample is: an outlier may be unsure and yet teach nothing.
///
/// Settles and Craven, "An analysis of active learning strategies for sequence labeling tasks", EMNLP 2008, section 3.4:
/// φ(x) · (mean over the pool of the cosine between x and u)^β. The mean of the cosines with all unit vectors u is the
/// product with their mean, so no pair of samples is compared.
struct InformationDensity<Subject: ProbabilisticLearner & EmbeddingLearner>: QueryStrategy {
  /// β: 0 is plain entropy sampling.
  var exponent = 1

  func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    guard pool.count > 0 else { return [] }
    let entropies = try pool.scores { entropy(ofProbabilities: learner.probabilities(for: $0)) }
    let features = try pool.scores { learner.embeddings(for: $0) }
    let lengths = (features.squared().sum(alongAxes: [1], keepingAxes: true) + 1e-12).squareRoot()
    let directions = features / lengths
    let centre = directions.mean(alongAxes: [0], keepingAxes: true)
    let density = (directions * centre).sum(alongAxes: [1])
    var scores = entropies
    for _ in 0..<exponent { scores = scores * density }
    return TopScores().selection(count, scores: scores.scalars, using: &random).map { pool.indices[$0] }
  }
}
