import ActiveLoop
import Tensor
import Testing

/// Features as images of one row.
private func pool(_ features: Tensor, taken: [Int] = []) -> UnlabelledPool {
  var pool = UnlabelledPool(
    inputs: features.reshaped(to: [features.shape[0], 1, features.shape[1], 1]))
  pool.remove(taken)
  return pool
}

@Suite("Core-set")
struct CoreSetTests {
  @Test("covers tiny sets with at most twice the smallest radius", arguments: 0..<12)
  func twiceTheOptimum(seed: Int) throws {
    var random = RandomSource(seed: seed)
    let features = Tensor(normal: [13, 2], using: &random)
    let rows = doubleRows(features)
    let taken = seed % 2 == 0 ? [] : [4, 9]
    func radius(_ centres: [Int]) -> Double {
      rows.map { row in centres.map { naiveSquaredDistance(row, rows[$0]) }.min() ?? .infinity }
        .max()?.squareRoot() ?? 0
    }
    let chosen = try CoreSet().query(
      3, from: pool(features, taken: taken), learner: ToyEmbedder(width: 2), using: &random)
    var best = Double.infinity
    for a in 0..<13 {
      for b in 0..<a {
        for c in 0..<b { best = min(best, radius(taken + [a, b, c])) }
      }
    }
    #expect(radius(taken + chosen) <= 2 * best * (1 + 1e-6))
    #expect(radius(taken + chosen) >= best * (1 - 1e-6))
  }

  @Test("the farthest from what is labelled, in the learner's features, not in pixels")
  func farthest() throws {
    struct SecondFeature: EmbeddingLearner {
      mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {}
      func predictions(for inputs: Tensor) -> [Int] { [] }
      func embeddings(for inputs: Tensor) -> Tensor { inputs.flattened().split(sizes: [1, 1], alongAxis: 1)[1] }
    }
    let samples = Tensor([0, 0, 100, 1, 50, 9, -70, 4, 3, 6], shape: [5, 2])
    var random = RandomSource(seed: 1)
    let chosen = try CoreSet().query(
      3, from: pool(samples, taken: [0]), learner: SecondFeature(), using: &random)
    #expect(chosen == [2, 3, 4])
  }
}

@Suite("BADGE")
struct BADGETests {
  @Test("samples near the boundary, where gradients are long; the features of sure samples do not matter")
  func uncertain() throws {
    let clouds = Clouds(spread: 0.1)
    let inputs = clouds.samples(600, seed: 2).inputs
    let learner = ToyEmbedder(clouds)
    var random = RandomSource(seed: 3)
    let chosen = try BADGE().query(30, from: UnlabelledPool(inputs: inputs), learner: learner, using: &random)
    func doubt(_ rows: [Int]) -> Float {
      let likeliest = learner.probabilities(for: inputs.gathered(rows: rows)).max(alongAxes: [1])
      return 1 - likeliest.mean().scalar
    }
    // The first is drawn uniformly; the others by squared lengths, of which sure samples have almost none.
    let (found, usual) = (doubt(Array(chosen.dropFirst())), doubt(Array(0..<600)))
    #expect(found > 3 * usual)
  }

  @Test("of two directions of doubt it takes both")
  func diverse() throws {
    // Two heaps of unsure samples, far apart in features, one of them a hundred times larger; and sure ones.
    let (unsure, sure) = ([Float](repeating: 0, count: 200), [Float](repeating: 5, count: 100))
    var features: [Float] = []
    for (index, doubt) in (unsure + sure).enumerated() { features += [doubt, index < 2 ? -1 : 1] }
    var learner = ToyEmbedder(width: 2)
    learner.weights = Tensor([1, 0, 0, 0], shape: [2, 2])
    learner.bias = Tensor([0, 0])
    for seed in 0..<8 {
      var random = RandomSource(seed: seed)
      let chosen = try BADGE().query(
        6, from: pool(Tensor(features, shape: [300, 2])), learner: learner, using: &random)
      #expect(!Set(chosen).isDisjoint(with: [0, 1]), "seed \(seed)")
    }
  }
}

@Suite("KMeansSampling")
struct KMeansSamplingTests {
  @Test("one sample of each heap, the nearest to its middle, the largest heap's first")
  func heaps() throws {
    let sizes = [40, 25, 10]
    var (scalars, owners) = ([Float](), [Int]())
    var random = RandomSource(seed: 1)
    for (heap, size) in sizes.enumerated() {
      for _ in 0..<size {
        scalars += [Float(heap) * 10 + 0.3 * random.normal(), 0.3 * random.normal()]
        owners.append(heap)
      }
    }
    let features = Tensor(scalars, shape: [75, 2])
    let rows = doubleRows(features)
    let nearest = (0..<3).map { heap in
      let members = owners.indices.filter { owners[$0] == heap }
      let middle = (0..<2).map { k in members.reduce(0) { $0 + rows[$1][k] } / Double(members.count) }
      return members.min { naiveSquaredDistance(rows[$0], middle) < naiveSquaredDistance(rows[$1], middle) }
    }
    for seed in 0..<5 {
      random = RandomSource(seed: seed)
      let chosen = try KMeansSampling().query(
        3, from: pool(features), learner: ToyEmbedder(width: 2), using: &random)
      #expect(chosen == nearest)
    }
  }

  @Test("samples that are not finite come last; copies do not stop it")
  func degenerate() throws {
    var scalars = (0..<20).map { Float($0 / 10) }
    scalars[4] = .nan
    scalars[13] = .infinity
    var random = RandomSource(seed: 2)
    let chosen = try KMeansSampling().query(
      18, from: pool(Tensor(scalars, shape: [20, 1])), learner: ToyEmbedder(width: 1), using: &random)
    #expect(Set(chosen).count == 18)
    #expect(Set(chosen.prefix(2)).isDisjoint(with: [4, 13]))
  }
}

@Suite("TypiClust")
struct TypiClustTests {
  /// Three heaps on a line; the middle one is the largest.
  private let line = Tensor([0, 0.4, 1, 50, 50.1, 50.3, 50.9, 52, 100, 101, 101.2, 101.9], shape: [12, 1])
  private let groups = [[0, 1, 2], [3, 4, 5, 6, 7], [8, 9, 10, 11]]
  private let strategy = TypiClust<ToyEmbedder>(neighbours: 2, smallestCluster: 1)

  @Test("the most typical of each group, the largest group first, then in turns")
  func typical() {
    // Mean distances to the two nearest: 0.7 0.5 0.8 | 0.2 0.15 0.25 0.7 1.4 | 1.1 0.55 0.45 0.8.
    let isLabelled = [Bool](repeating: false, count: 12)
    let chosen = strategy.typicalSamples(12, groups: groups, features: line, isLabelled: isLabelled)
    #expect(chosen == [4, 10, 1, 3, 9, 0, 5, 11, 2, 6, 8, 7])
  }

  @Test("groups with fewer labels come first, whatever their size; a labelled sample is a neighbour, never a choice")
  func labelled() {
    var isLabelled = [Bool](repeating: false, count: 12)
    for row in [4, 10, 11] { isLabelled[row] = true }
    let chosen = strategy.typicalSamples(4, groups: groups, features: line, isLabelled: isLabelled)
    // Nothing labelled in the first group, then one in it and one in the second.
    #expect(chosen == [1, 3, 0, 5])
  }

  @Test("groups that are too small wait")
  func small() {
    let strict = TypiClust<ToyEmbedder>(neighbours: 2, smallestCluster: 4)
    let isLabelled = [Bool](repeating: false, count: 12)
    let chosen = strict.typicalSamples(12, groups: groups, features: line, isLabelled: isLabelled)
    #expect(Set(chosen.suffix(3)) == [0, 1, 2])
    #expect(chosen.count == 12)
  }

  @Test("with three heaps and one of them labelled, the next two are of the others")
  func uncovered() throws {
    let (features, owners) = blobs(90, about: [[0, 0], [20, 0], [0, 20]], spread: 1)
    for seed in 0..<5 {
      var random = RandomSource(seed: seed)
      let chosen = try TypiClust().query(
        2, from: pool(features, taken: [0]), learner: ToyEmbedder(width: 2), using: &random)
      let heaps = Set(chosen.map { owners[$0] })
      #expect(heaps == [1, 2])
    }
  }
}

@Suite("ProbCover")
struct ProbCoverTests {
  @Test("the densest heap first, never a second time; what a labelled sample covers is covered")
  func heaps() throws {
    var (scalars, owners) = ([Float](), [Int]())
    for (heap, size) in [5, 30, 12].enumerated() {
      for index in 0..<size {
        scalars.append(Float(heap) * 10 + Float(index) * 0.01)
        owners.append(heap)
      }
    }
    let features = Tensor(scalars, shape: [47, 1])
    var random = RandomSource(seed: 1)
    let strategy = ProbCover<ToyEmbedder>(radius: .fixed(1))
    let learner = ToyEmbedder(width: 1)
    let chosen = try strategy.query(3, from: pool(features), learner: learner, using: &random)
    let order = chosen.map { owners[$0] }
    #expect(order == [1, 2, 0])
    let after = try strategy.query(2, from: pool(features, taken: [20]), learner: learner, using: &random)
    let rest = after.map { owners[$0] }
    #expect(rest == [2, 0])
  }

  @Test("by purity: balls stay inside their heap")
  func purity() throws {
    let (features, owners) = blobs(120, about: [[0, 0], [9, 0], [0, 9]], spread: 1)
    var random = RandomSource(seed: 2)
    let chosen = try ProbCover(radius: .purity(classes: 3)).query(
      3, from: pool(features), learner: ToyEmbedder(width: 2), using: &random)
    let heaps = Set(chosen.map { owners[$0] })
    #expect(heaps == [0, 1, 2])
  }
}

@Suite("Strategies on features, and the pool's order")
struct RepresentationPermutationTests {
  @Test("a permuted pool gives the same samples for the same synthesized images")
  func synthesis() throws {
    let clouds = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])
    let inputs = clouds.samples(101, seed: 11).inputs
    var random = RandomSource(seed: 2)
    let order = random.permutation(of: 101)
    let (plain, shuffled) = (UnlabelledPool(inputs: inputs), UnlabelledPool(inputs: inputs.gathered(rows: order)))
    let learner = ToyEmbedder(clouds)
    let asal = ASAL<ToyGenerator, ToyEmbedder>(generator: .plane)
    let filtered = PoolFilteredGAAL<ToyGenerator, PixelFeatures, ToyEmbedder>(
      generator: .plane, features: PixelFeatures())
    func answers(_ pool: UnlabelledPool) throws -> [[Int]] {
      var (first, second) = (RandomSource(seed: 4), RandomSource(seed: 4))
      return [
        try asal.query(25, from: pool, learner: learner, using: &first),
        try filtered.query(25, from: pool, learner: learner, using: &second),
      ]
    }
    let permuted = try answers(shuffled).map { answer in answer.map { order[$0] } }
    #expect(try answers(plain) == permuted)
  }

  /// No two distances are equal, no two covers either, so that only distances rule.
  @Test("a permuted pool gives the same samples where nothing is drawn")
  func permutation() throws {
    var random = RandomSource(seed: 3)
    let features = Tensor(normal: [80, 3], using: &random)
    let order = random.permutation(of: 80)
    let taken = [5, 17, 60]
    let shuffled = features.gathered(rows: order)
    let places = taken.compactMap { order.firstIndex(of: $0) }
    let learner = ToyEmbedder(width: 3)
    let plain = try CoreSet().query(20, from: pool(features, taken: taken), learner: learner, using: &random)
    let permuted = try CoreSet().query(20, from: pool(shuffled, taken: places), learner: learner, using: &random)
    let back = permuted.map { order[$0] }
    #expect(back == plain)

    let heaps = Tensor((0..<9).flatMap { heap in [Float](repeating: Float(heap * 10), count: heap + 1) })
    let rows = heaps.reshaped(to: [45, 1])
    let turned = random.permutation(of: 45)
    let cover = ProbCover<ToyEmbedder>(radius: .fixed(1))
    let first = try cover.query(9, from: pool(rows), learner: ToyEmbedder(width: 1), using: &random)
    let second = try cover.query(
      9, from: pool(rows.gathered(rows: turned)), learner: ToyEmbedder(width: 1), using: &random)
    // Copies are the same sample by another name.
    let values = heaps.scalars
    let (here, there) = (first.map { values[$0] }, second.map { values[turned[$0]] })
    #expect(here == there)
    #expect(here == [80, 70, 60, 50, 40, 30, 20, 10, 0])
  }
}
