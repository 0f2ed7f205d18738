internal import Tensor

extension UnlabelledPool {
  /// The learner's features of the unlabelled samples, `[count, F]`, in the order of `indices`; `[0]` if none is left.
  ///
  /// - Complexity: one pass of the learner over the pool, read batch by batch; memory for the features.
  func embeddings(batchSize: Int, by learner: some EmbeddingLearner) throws -> Tensor {
    try scores(batchSize: batchSize) { learner.embeddings(for: $0).flattened() }
  }

  /// The same of the samples that were taken out, in ascending order.
  func takenEmbeddings(batchSize: Int, by learner: some EmbeddingLearner) throws -> Tensor {
    try PoolScoring(batchSize: batchSize).scores(of: SelectedSamples(samples, at: takenIndices)) {
      learner.embeddings(for: $0).flattened()
    }
  }

  /// Both, the `labelled` samples that were taken out first. Precondition: the pool has a sample.
  func allEmbeddings(
    batchSize: Int, by learner: some EmbeddingLearner
  ) throws -> (features: Tensor, labelled: Int) {
    let taken = try takenEmbeddings(batchSize: batchSize, by: learner)
    let open = try embeddings(batchSize: batchSize, by: learner)
    let labelled = taken.shape[0]
    return (labelled == 0 ? open : concatenate([taken, open]), labelled)
  }
}

/// The first `count` of `chosen`, distinct places in `0..<total`; if they are fewer, others drawn at random after them.
/// O(N).
func completed(_ chosen: [Int], to count: Int, of total: Int, using random: inout RandomSource) -> [Int] {
  guard chosen.count < count else { return Array(chosen.prefix(count)) }
  var isChosen = [Bool](repeating: false, count: total)
  for place in chosen { isChosen[place] = true }
  let left = (0..<total).filter { !isChosen[$0] }
  return chosen + random.sample(min(count - chosen.count, left.count), from: left)
}
