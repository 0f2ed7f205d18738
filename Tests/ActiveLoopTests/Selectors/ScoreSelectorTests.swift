import ActiveLoop
import Foundation
import Tensor
import Testing

/// A selector of scores by its name.
struct ScoreSelectorCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var selector: any ScoreSelector

  static let all =
    [ScoreSelectorCase(testDescription: "top", selector: TopScores())]
    + GumbelTopScores.Weighting.allCases.flatMap { weighting in
      [0, 1, 8].map {
        ScoreSelectorCase(
          testDescription: "\(weighting.rawValue), β = \($0)", selector: GumbelTopScores(weighting, coldness: $0))
      }
    }
}

@Suite("Selectors of scores")
struct ScoreSelectorTests {
  private let scores = (0..<50).map { Float($0 * 37 % 50) / 50 }

  @Test("distinct places, as many as asked for and there are", arguments: ScoreSelectorCase.all, [0, 1, 20, 50, 80])
  func distinct(selector: ScoreSelectorCase, count: Int) {
    var (random, again) = (RandomSource(seed: 1), RandomSource(seed: 1))
    let chosen = selector.selector.selection(count, scores: scores, using: &random)
    #expect(chosen.count == min(count, 50))
    #expect(Set(chosen).count == chosen.count)
    #expect(chosen.allSatisfy { (0..<50).contains($0) })
    #expect(selector.selector.selection(count, scores: scores, using: &again) == chosen)
    #expect(selector.selector.selection(count, scores: [], using: &random).isEmpty)
  }

  @Test("NaN comes last, after −∞", arguments: ScoreSelectorCase.all)
  func notANumber(selector: ScoreSelectorCase) {
    let odd: [Float] = [.nan, 0.5, -.infinity, .nan, 0, 1, .nan]
    for seed in 0..<10 {
      var random = RandomSource(seed: seed)
      #expect(Set(selector.selector.selection(4, scores: odd, using: &random)) == [1, 2, 4, 5])
      #expect(Set(selector.selector.selection(7, scores: odd, using: &random).suffix(3)) == [0, 3, 6])
      let nothing = [Float](repeating: .nan, count: 5)
      #expect(Set(selector.selector.selection(5, scores: nothing, using: &random)).count == 5)
    }
  }

  @Test("equal scores are taken in an order that the seed draws", arguments: ScoreSelectorCase.all)
  func ties(selector: ScoreSelectorCase) {
    let answers = (0..<8).map { seed in
      var random = RandomSource(seed: seed)
      return selector.selector.selection(20, scores: [Float](repeating: 0, count: 30), using: &random)
    }
    #expect(Set(answers).count == 8)
  }

  @Test("the largest first, as a sort has them")
  func top() {
    var random = RandomSource(seed: 2)
    let scores = (0..<500).map { _ in random.normal() }
    let expected = scores.indices.sorted { scores[$0] > scores[$1] }
    for count in [1, 10, 499] {
      #expect(TopScores().selection(count, scores: scores, using: &random) == Array(expected.prefix(count)))
    }
    #expect(TopScores().selection(3, scores: [1, .infinity, -.infinity], using: &random) == [1, 0, 2])
  }

  /// A stable sort of a permutation says the same in more time.
  @Test("as a stable sort of the scores in a drawn order", arguments: [1, 2, 7, 100, 1000])
  func stableSort(kinds: Int) {
    for seed in 0..<20 {
      var (random, again) = (RandomSource(seed: seed), RandomSource(seed: seed))
      var scores = (0..<300).map { _ in Float(random.integer(below: kinds)) - Float(kinds / 2) }
      for (place, odd) in [Float.nan, -0, .infinity, -.infinity, 0, -.nan, .leastNonzeroMagnitude].enumerated() {
        scores[37 * place] = odd
      }
      for _ in 0..<300 { _ = again.integer(below: kinds) }
      let count = [1, 5, 40, 299, 300, 400][seed % 6]
      let found = TopScores().selection(count, scores: scores, using: &random)
      func isBefore(_ a: Float, _ b: Float) -> Bool { a.isNaN ? false : b.isNaN || a > b }
      let expected = again.permutation(of: 300).sorted { isBefore(scores[$0], scores[$1]) }
      #expect(found == Array(expected.prefix(count)))
      #expect(random.next() == again.next())
    }
  }
}

@Suite("Gumbel top-k")
struct GumbelTopScoresTests {
  /// How often each place is drawn first, and how often each is drawn second after place 0.
  private func frequencies(
    _ selector: GumbelTopScores, _ scores: [Float], draws: Int
  ) -> (first: [Double], second: [Double]) {
    var random = RandomSource(seed: 7)
    var (first, second) = ([Int](repeating: 0, count: scores.count), [Int](repeating: 0, count: scores.count))
    for _ in 0..<draws {
      let chosen = selector.selection(2, scores: scores, using: &random)
      first[chosen[0]] += 1
      if chosen[0] == 0 { second[chosen[1]] += 1 }
    }
    let total = Double(second.reduce(0, +))
    return (first.map { Double($0) / Double(draws) }, second.map { Double($0) / total })
  }

  @Test(
    "draws one by one without replacement, in proportion to the weights", arguments: GumbelTopScores.Weighting.allCases)
  func proportions(weighting: GumbelTopScores.Weighting) {
    // The weights that the paper's table gives these scores at β = 2.
    let scores: [Float] = [0.9, 0.3, 0.6]
    let weights: [Double] =
      switch weighting {
      case .softmax: [exp(1.8), exp(0.6), exp(1.2)]
      case .power: [0.81, 0.09, 0.36]
      case .softrank: [1, 1.0 / 9, 1.0 / 4]
      }
    let found = frequencies(GumbelTopScores(weighting, coldness: 2), scores, draws: 20_000)
    let total = weights.reduce(0, +)
    for place in 0..<3 {
      // Five standard deviations of a share of 20,000 draws are at most 0.018; of those after the first draw, at least
      // 8,000, 0.028.
      #expect(abs(found.first[place] - weights[place] / total) < 0.018)
      if place > 0 { #expect(abs(found.second[place] - weights[place] / (weights[1] + weights[2])) < 0.028) }
    }
  }

  @Test("a score of zero is drawn last by power; negative scores count as zero")
  func power() {
    for seed in 0..<20 {
      var random = RandomSource(seed: seed)
      let chosen = GumbelTopScores(.power).selection(5, scores: [0, 1e-20, -3, 0.5, 0], using: &random)
      #expect(Set(chosen.prefix(2)) == [1, 3])
    }
  }

  @Test("very cold, the largest scores; at β = 0, uniformly", arguments: GumbelTopScores.Weighting.allCases)
  func limits(weighting: GumbelTopScores.Weighting) {
    let scores: [Float] = [0.2, 0.8, 0.5, 1]
    for seed in 0..<20 {
      var random = RandomSource(seed: seed)
      let cold = GumbelTopScores(weighting, coldness: 1e4).selection(4, scores: scores, using: &random)
      #expect(cold == [3, 1, 2, 0])
    }
    let uniform = frequencies(GumbelTopScores(weighting, coldness: 0), scores, draws: 8000).first
    // Five standard deviations of a quarter of 8,000 draws.
    #expect(uniform.allSatisfy { abs($0 - 0.25) < 0.025 })
  }
}
