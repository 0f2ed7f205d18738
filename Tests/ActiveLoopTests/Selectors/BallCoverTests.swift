import ActiveLoop
import Tensor
import Testing

@Suite("Balls that cover samples")
struct BallCoverTests {
  /// Who covers whom, written out.
  private func graph(_ features: Tensor, _ radius: Double) -> [Set<Int>] {
    let rows = doubleRows(features)
    return rows.map { row in
      Set(rows.indices.filter { naiveSquaredDistance(row, rows[$0]).squareRoot() <= radius })
    }
  }

  @Test("each choice covers as many as the best of all", arguments: [Float(0.05), 0.4, 1, 3])
  func greedy(radius: Float) {
    var random = RandomSource(seed: 1)
    // More rows than a block of products has.
    let features = Tensor(normal: [600, 2], mean: 20, using: &random)
    let balls = graph(features, Double(radius))
    let taken = [3, 77, 410]
    let chosen = greedyBallCover(40, features: features, radius: radius, taken: taken, using: &random)
    #expect(Set(chosen).count == chosen.count)
    #expect(Set(chosen).isDisjoint(with: taken))
    var covered = taken.reduce(into: Set<Int>()) { $0.formUnion(balls[$1]) }
    for row in chosen {
      let gains = balls.indices.map { taken.contains($0) ? 0 : balls[$0].subtracting(covered).count }
      let most = gains.max() ?? 0
      #expect(gains[row] == most)
      #expect(gains[row] > 0)
      covered.formUnion(balls[row])
    }
    if chosen.count < 40 { #expect(covered.count == 600) }
  }

  @Test("greedy is at least 1 − 1/e of the best cover of tiny sets", arguments: 0..<10)
  func bruteForce(seed: Int) {
    var random = RandomSource(seed: seed)
    let features = Tensor(normal: [12, 2], using: &random)
    let balls = graph(features, 0.8)
    let chosen = greedyBallCover(3, features: features, radius: 0.8, taken: [], using: &random)
    let found = chosen.reduce(into: Set<Int>()) { $0.formUnion(balls[$1]) }.count
    var best = 0
    for a in 0..<12 {
      for b in 0..<a {
        for c in 0..<b { best = max(best, balls[a].union(balls[b]).union(balls[c]).count) }
      }
    }
    #expect(Double(found) >= 0.632 * Double(best))
  }

  @Test("covers of equal size are taken in an order that the seed draws; copies by one")
  func ties() {
    let apart = Tensor((0..<20).map { Float($0 * 10) }, shape: [20, 1])
    let answers = (0..<8).map { seed in
      var random = RandomSource(seed: seed)
      return greedyBallCover(10, features: apart, radius: 1, taken: [], using: &random)
    }
    #expect(Set(answers).count == 8)
    var random = RandomSource(seed: 1)
    let copies = Tensor(repeating: 0.3, shape: [30, 4])
    #expect(greedyBallCover(10, features: copies, radius: 0, taken: [], using: &random).count == 1)
    #expect(greedyBallCover(10, features: copies, radius: 0, taken: [4], using: &random).isEmpty)
    #expect(greedyBallCover(10, features: apart, radius: .infinity, taken: [], using: &random).count == 1)
  }

  @Test("the radius is the largest at which enough balls are pure", arguments: [Float(0.5), 0.9, 0.95, 1])
  func purity(share: Float) {
    let (features, labels) = blobs(400, about: [[0, 0], [3, 0], [0, 3]], spread: 1)
    let radius = Double(largestPureRadius(features: features, labels: labels, purity: share))
    func pure(_ radius: Double) -> Double {
      let balls = graph(features, radius)
      let whole = balls.indices.filter { row in balls[row].allSatisfy { labels[$0] == labels[row] } }
      return Double(whole.count) / 400
    }
    // Single precision: a hair to either side.
    #expect(pure(radius * (1 - 1e-5)) >= Double(share))
    #expect(pure(radius * (1 + 1e-5)) < Double(share))
  }

  @Test("one label alone, or nothing to be pure about: no bound")
  func unbounded() {
    let features = Tensor([0, 1, 2], shape: [3, 1])
    #expect(largestPureRadius(features: features, labels: [0, 0, 0], purity: 0.95) == .infinity)
    #expect(largestPureRadius(features: features, labels: [0, 1, 0], purity: 0) == .infinity)
    #expect(largestPureRadius(features: features, labels: [0, 1, 0], purity: 1) < 1)
  }
}
