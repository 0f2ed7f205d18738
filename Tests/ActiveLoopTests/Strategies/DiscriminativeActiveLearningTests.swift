import ActiveLoop
import Tensor
import Testing

@Suite("DiscriminativeActiveLearning")
struct DiscriminativeActiveLearningTests {
  private let learner = ToyEmbedder(width: 2)
  private let settings = DiscriminatorSettings(parts: 4, hidden: [32], steps: 200, samplesPerKind: 32)

  private func pool(_ features: Tensor, taken: [Int]) -> UnlabelledPool {
    var pool = UnlabelledPool(inputs: features.reshaped(to: [features.shape[0], 1, 2, 1]))
    pool.remove(taken)
    return pool
  }

  @Test("samples where nothing is labelled")
  func unlike() throws {
    let (features, owners) = blobs(200, about: [[0, 0], [6, 0]], spread: 1)
    // All labels are of the first heap.
    let taken = owners.indices.filter { owners[$0] == 0 }.prefix(40)
    for seed in 0..<4 {
      var random = RandomSource(seed: seed)
      let chosen = try DiscriminativeActiveLearning(settings: settings).query(
        12, from: pool(features, taken: Array(taken)), learner: learner, using: &random)
      let others = chosen.filter { owners[$0] == 1 }
      #expect(others.count >= 11)
    }
  }

  @Test("the parts of a batch see what was chosen before them")
  func parts() throws {
    // Two heaps without labels: in parts the batch has samples of both, though one is stranger than the other.
    let (features, owners) = blobs(300, about: [[0, 0], [9, 0], [0, 6]], spread: 0.7)
    let taken = owners.indices.filter { owners[$0] == 0 }.prefix(60)
    var both = 0
    for seed in 0..<4 {
      var random = RandomSource(seed: seed)
      let chosen = try DiscriminativeActiveLearning(settings: settings).query(
        24, from: pool(features, taken: Array(taken)), learner: learner, using: &random)
      if Set(chosen.map { owners[$0] }).isSuperset(of: [1, 2]) { both += 1 }
    }
    #expect(both == 4)
  }

  @Test("without labels the first part is drawn; constant and broken features do no harm")
  func degenerate() throws {
    var scalars = [Float](repeating: 1, count: 60)
    for row in 0..<30 { scalars[2 * row] = Float(row) }
    scalars[8] = .nan
    var random = RandomSource(seed: 1)
    let chosen = try DiscriminativeActiveLearning(settings: settings).query(
      29, from: pool(Tensor(scalars, shape: [30, 2]), taken: []), learner: learner, using: &random)
    #expect(Set(chosen).count == 29)
    #expect(!chosen.contains(4))
    let last = try DiscriminativeActiveLearning(settings: settings).query(
      30, from: pool(Tensor(scalars, shape: [30, 2]), taken: []), learner: learner, using: &random)
    #expect(last.last == 4)
  }
}
