import ActiveLoop
import Foundation
import Tensor
import Testing

/// How the selectors that look at features are called.
private typealias Selector =
  @Sendable (_ count: Int, _ features: Tensor, _ centres: Tensor, _ random: inout RandomSource) -> [Int]

/// A selector by its name.
struct SelectorCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  fileprivate var select: Selector

  static let all = [
    SelectorCase(testDescription: "k-centre greedy") {
      kCentreGreedy($0, features: $1, centres: $2, using: &$3)
    },
    SelectorCase(testDescription: "k-means++") { kMeansPlusPlus($0, features: $1, centres: $2, using: &$3) },
  ]
}

/// No centres for features of this width.
private func none(_ width: Int) -> Tensor { .zeros([0, width]) }

private func naive(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
}

private func rows(_ tensor: Tensor) -> [[Float]] {
  let (scalars, width) = (tensor.scalars, tensor.shape[1])
  return (0..<tensor.shape[0]).map { Array(scalars[$0 * width..<($0 + 1) * width]) }
}

@Suite("Selectors on features")
struct DiversitySelectorTests {
  private func features(_ count: Int, _ width: Int, seed: Int = 1) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(normal: [count, width], using: &random)
  }

  @Test("distinct rows, as many as asked for", arguments: SelectorCase.all, [0, 1, 7, 40])
  func distinct(selector: SelectorCase, count: Int) {
    for centres in [none(5), features(9, 5, seed: 2), Tensor.zeros([0])] {
      var random = RandomSource(seed: 3)
      let chosen = selector.select(count, features(40, 5), centres, &random)
      #expect(chosen.count == count)
      #expect(Set(chosen).count == count)
      #expect(chosen.allSatisfy { (0..<40).contains($0) })
    }
  }

  @Test("more than there are: all of them, once; none of none", arguments: SelectorCase.all)
  func exhaustion(selector: SelectorCase) {
    var random = RandomSource(seed: 3)
    #expect(selector.select(99, features(12, 3), none(3), &random).sorted() == Array(0..<12))
    #expect(selector.select(5, none(3), none(3), &random).isEmpty)
    #expect(selector.select(5, Tensor.zeros([0]), features(2, 3), &random).isEmpty)
  }

  @Test("the same seed gives the same rows, and so do rows of one feature or of none", arguments: SelectorCase.all)
  func sameSeed(selector: SelectorCase) {
    for width in [0, 1, 15, 16, 37] {
      let (points, centres) = (features(30, width), features(3, width, seed: 4))
      var (first, second) = (RandomSource(seed: 5), RandomSource(seed: 5))
      let answer = selector.select(10, points, centres, &first)
      #expect(answer == selector.select(10, points, centres, &second))
      #expect(Set(answer).count == 10)
    }
  }

  @Test("equal samples are taken in an order that the seed draws", arguments: SelectorCase.all)
  func equalSamples(selector: SelectorCase) {
    let answers = (0..<8).map { seed in
      var random = RandomSource(seed: seed)
      return selector.select(20, Tensor(repeating: 2, shape: [30, 4]), none(4), &random)
    }
    #expect(Set(answers).count == 8)
    #expect(answers.allSatisfy { Set($0).count == 20 })
  }

  @Test("copies of a centre, and of a chosen sample, come after all others", arguments: SelectorCase.all)
  func duplicates(selector: SelectorCase) {
    // Six places, each four times; the first place is a centre. Large coordinates, where norms and products round.
    let places = features(6, 20, seed: 6) + 1000
    let copies = places.gathered(rows: (0..<24).map { $0 % 6 })
    for seed in 0..<10 {
      var random = RandomSource(seed: seed)
      let chosen = selector.select(24, copies, places.rows(0..<1), &random)
      #expect(Set(chosen.prefix(5).map { $0 % 6 }) == [1, 2, 3, 4, 5])
      #expect(Set(chosen).count == 24)
    }
  }

  @Test("what is not finite comes last, and hides nothing", arguments: SelectorCase.all)
  func notFinite(selector: SelectorCase) {
    var points = features(20, 3)
    points.withUnsafeMutableScalars { scalars in
      (scalars[3], scalars[10], scalars[20]) = (.nan, .infinity, 3e30)
    }
    for seed in 0..<10 {
      var random = RandomSource(seed: seed)
      let chosen = selector.select(20, points, none(3), &random)
      #expect(Set(chosen.suffix(3)) == [1, 3, 6])
      #expect(Set(chosen).count == 20)
      let centres = Tensor([.nan, 0, 0, 1, 1, 1], shape: [2, 3])
      #expect(Set(selector.select(17, points, centres, &random)).isDisjoint(with: [1, 3, 6]))
    }
  }
}

@Suite("Euclidean distances")
struct EuclideanDistancesTests {
  @Test("to a row and to the nearest centre, as in double", arguments: [1, 5, 16, 50])
  func againstDouble(width: Int) {
    var random = RandomSource(seed: 2)
    let (points, centres) = (
      Tensor(normal: [401, width], using: &random), Tensor(normal: [801, width], using: &random)
    )
    let distances = EuclideanDistances(points)
    var found = [Float](repeating: 0, count: 401)
    distances.distances(toRow: 17, into: &found)
    let (pointRows, centreRows) = (rows(points), rows(centres))
    let nearest = distances.nearest(to: centres)
    for row in 0..<401 {
      let expected = naive(pointRows[row], pointRows[17])
      #expect(abs(Double(found[row]) - expected) <= 1e-5 * expected)
      let closest = centreRows.map { naive($0, pointRows[row]) }.min() ?? .nan
      // Another centre may be taken if it is as near but for the rounding of products, about 1e-6 of the norms.
      #expect(abs(Double(nearest[row]) - closest) <= 1e-5 * (closest + Double(width)))
    }
    #expect(found[17] == 0)
  }

  @Test("the same bits with any number of threads")
  func threads() {
    var random = RandomSource(seed: 3)
    let points = Tensor(normal: [1500, 33], using: &random)
    let centres = Tensor(normal: [900, 33], using: &random)
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let found = [1, 2, 5].map { count in
      ThreadPool.threadCount = count
      let distances = EuclideanDistances(points)
      var row = [Float](repeating: 0, count: 1500)
      distances.distances(toRow: 3, into: &row)
      return distances.nearest(to: centres) + row
    }
    #expect(Set(found).count == 1)
  }

  @Test("centres of another width are an error of the program")
  func width() async {
    await #expect(processExitsWith: .failure) {
      _ = EuclideanDistances(Tensor.ones([3, 2])).nearest(to: .ones([2, 3]))
    }
  }

  @Test("without centres, infinitely far")
  func withoutCentres() {
    let distances = EuclideanDistances(Tensor.ones([3, 2]))
    #expect(distances.nearest(to: .zeros([0, 2])) == [.infinity, .infinity, .infinity])
  }
}

@Suite("k-centre greedy")
struct KCentreGreedyTests {
  @Test("on a line: the farthest, then the middle of the largest gap")
  func line() {
    let points = Tensor([0, 1, 2, 3, 4, 5, 6, 7, 8], shape: [9, 1])
    var random = RandomSource(seed: 1)
    let chosen = kCentreGreedy(4, features: points, centres: Tensor([0], shape: [1, 1]), using: &random)
    #expect(chosen.prefix(2) == [8, 4])
    #expect(Set(chosen.suffix(2)) == [2, 6])
  }

  @Test("each sample is the farthest from those before it")
  func greedy() throws {
    var random = RandomSource(seed: 8)
    let points = Tensor(uniform: [200, 3], using: &random)
    let centres = Tensor(uniform: [4, 3], using: &random)
    let (pointRows, centreRows) = (rows(points), rows(centres))
    let chosen = kCentreGreedy(25, features: points, centres: centres, using: &random)
    var taken = centreRows
    for row in chosen {
      let nearest = pointRows.map { point in taken.map { naive($0, point) }.min() ?? .infinity }
      let farthest = try #require(nearest.max())
      #expect(nearest[row] >= farthest * (1 - 1e-5))
      taken.append(pointRows[row])
    }
  }

  @Test("the first without centres is drawn: any of them")
  func first() {
    let points = Tensor([0, 1, 2, 3, 4], shape: [5, 1])
    let firsts = (0..<60).map { seed in
      var random = RandomSource(seed: seed)
      return kCentreGreedy(1, features: points, centres: .zeros([0, 1]), using: &random)
    }
    #expect(Set(firsts) == [[0], [1], [2], [3], [4]])
  }
}

@Suite("k-means++")
struct KMeansPlusPlusTests {
  @Test("drawn in proportion to squared distances")
  func proportions() {
    // Squared distances 0, 1, 4, 9 from the centre at 0.
    let points = Tensor([0, 1, 2, 3], shape: [4, 1])
    var counts = [0, 0, 0, 0]
    var random = RandomSource(seed: 4)
    for _ in 0..<7000 {
      let chosen = kMeansPlusPlus(1, features: points, centres: Tensor([0], shape: [1, 1]), using: &random)
      counts[chosen[0]] += 1
    }
    #expect(counts[0] == 0)
    // Means 500, 2000, 4500; five standard deviations are 108, 189 and 200.
    #expect(abs(counts[1] - 500) < 108)
    #expect(abs(counts[2] - 2000) < 189)
    #expect(abs(counts[3] - 4500) < 200)
  }

  @Test("distances in another form: those of outer products, never formed")
  func factorised() {
    struct OuterProducts: SquaredDistances {
      var (p, h): ([[Float]], [[Float]])
      var count: Int { p.count }
      func isPoint(_ row: Int) -> Bool { true }
      func distances(toRow row: Int, into distances: inout [Float]) {
        func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for other in 0..<count {
          distances[other] =
            dot(p[row], p[row]) * dot(h[row], h[row]) + dot(p[other], p[other]) * dot(h[other], h[other])
            - 2 * dot(p[row], p[other]) * dot(h[row], h[other])
        }
      }
    }
    // Small integers: products are exact in both forms, so the draws are the same.
    var random = RandomSource(seed: 5)
    let p = (0..<40).map { _ in (0..<3).map { _ in Float(random.integer(below: 7) - 3) } }
    let h = (0..<40).map { _ in (0..<4).map { _ in Float(random.integer(below: 7) - 3) } }
    let formed = Tensor(
      zip(p, h).flatMap { p, h in p.flatMap { a in h.map { a * $0 } } }, shape: [40, 12])
    var (first, second) = (RandomSource(seed: 6), RandomSource(seed: 6))
    let form = OuterProducts(p: p, h: h)
    #expect(
      kMeansPlusPlus(30, among: form, using: &first)
        == kMeansPlusPlus(30, features: formed, centres: .zeros([0, 12]), using: &second))
    #expect(
      kCentreGreedy(30, among: form, using: &first)
        == kCentreGreedy(30, features: formed, centres: .zeros([0, 12]), using: &second))
  }
}
