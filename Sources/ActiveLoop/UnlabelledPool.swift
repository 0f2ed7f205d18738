public import Tensor

/// The samples nobody has labelled yet. It has no labels to look at: only an ``Oracle`` reveals one.
public struct UnlabelledPool: Sendable {
  /// All samples of the data set, labelled ones included, so that indices never change. There may be more of them than
  /// memory holds.
  public let samples: any SampleSource
  /// Indices into `samples` that are still unlabelled, ascending.
  public private(set) var indices: [Int]
  /// Unlabelled, but not offered.
  private var withheld: [Int] = []

  /// Every row of `inputs`, `[N, …]`, is unlabelled.
  public init(inputs: Tensor) { self.init(samples: InMemorySamples(inputs)) }

  /// Every sample is unlabelled.
  public init(samples: some SampleSource) {
    self.samples = samples
    self.indices = Array(0..<samples.count)
  }

  /// The number of unlabelled samples.
  public var count: Int { indices.count }

  /// The samples that were taken out, ascending: labelled, or set aside because nobody could recognise them.
  /// O(N) for all N samples.
  public var takenIndices: [Int] {
    var isUnlabelled = [Bool](repeating: false, count: samples.count)
    for index in indices { isUnlabelled[index] = true }
    for index in withheld { isUnlabelled[index] = true }
    return isUnlabelled.indices.filter { !isUnlabelled[$0] }
  }

  /// The same pool with these samples alone to choose from. The others are as unlabelled as before, so that
  /// ``takenIndices`` does not change. O(N). Precondition: each is in the pool, and named once.
  public func offering(only subset: [Int]) -> UnlabelledPool {
    let offered = Set(subset)
    var pool = self
    pool.indices = indices.filter { offered.contains($0) }
    pool.withheld += indices.filter { !offered.contains($0) }
    precondition(
      offered.count == subset.count && pool.count == subset.count,
      "samples to offer must be distinct and in the pool")
    return pool
  }

  /// The samples at these indices, `[indices.count, …]`, in this order. Throws what reading them throws.
  public func inputs(at indices: [Int]) throws -> Tensor { try samples.samples(at: indices) }

  /// What `model` says to every unlabelled sample, in the order of `indices`: its outputs `[batch, …]` joined to
  /// `[count, …]`, or `[0]` if none is left. The pool is read batch by batch (``PoolScoring``), so it may be larger
  /// than memory; a sample's score does not depend on its batch but for rounding if that is so of the model.
  public func scores(batchSize: Int = 256, by model: (Tensor) -> Tensor) throws -> Tensor {
    try PoolScoring(batchSize: batchSize).scores(of: SelectedSamples(samples, at: indices), by: model)
  }

  /// Takes samples out. Precondition: each is in the pool, and named once.
  public mutating func remove(_ taken: [Int]) {
    let gone = Set(taken)
    let before = indices.count
    indices.removeAll { gone.contains($0) }
    precondition(
      gone.count == taken.count && before - indices.count == taken.count,
      "samples to remove must be distinct and still in the pool")
  }
}
