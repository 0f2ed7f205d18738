import Tensor
import TestSupport
import Testing

@Suite(.traced) struct PhiloxTests {
  struct Vector: Sendable {
    let counter: [UInt32]
    let key: [UInt32]
    let words: [UInt32]
  }

  /// The known answers published with Random123 (`kat_vectors`).
  static let vectors = [
    Vector(
      counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    Vector(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    Vector(
      counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], key: [0xA409_3822, 0x299F_31D0],
      words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
  ]

  @Test(arguments: vectors) func knownAnswers(vector: Vector) {
    #expect(philoxBlock(counter: vector.counter, key: vector.key) == vector.words)
  }

  @Test func aStreamDependsOnItsSeedNameAndIndexOnly() {
    var consumed = RandomSource(seed: 7)
    for _ in 0..<100 { _ = consumed.normal() }
    #expect(consumed.stream("weights") == RandomSource(seed: 7).stream("weights"))
    let streams = [
      RandomSource(seed: 7).stream("weights"), RandomSource(seed: 7).stream("weights", 1),
      RandomSource(seed: 7).stream("query"), RandomSource(seed: 8).stream("weights"), RandomSource(seed: 7),
      RandomSource(seed: 7).stream("weights").stream("weights"),
    ]
    let first = streams.map { source -> UInt64 in
      var source = source
      return source.next()
    }
    #expect(Set(first).count == streams.count)
  }

  /// Streams of neighbouring indices are as uncorrelated as independent samples of their size.
  @Test func neighbouringStreamsAreUncorrelated() {
    let root = RandomSource(seed: 3)
    let count = 20_000
    let samples = (0..<8).map { index -> [Float] in
      var source = root.stream("sample", index)
      return Tensor(normal: [count], using: &source).scalars
    }
    for a in 0..<8 {
      for b in 0..<a {
        let correlation = zip(samples[a], samples[b]).reduce(0.0) { $0 + Double($1.0 * $1.1) } / Double(count)
        // Five standard deviations.
        #expect(abs(correlation) < 5 / Double(count).squareRoot(), "streams \(a) and \(b)")
      }
    }
  }

  @Test func normalMoments() {
    withSeeds { random in
      let count = 200_000
      let sample = Tensor(normal: [count], mean: 1, standardDeviation: 2, using: &random).scalars
        .map { (Double($0) - 1) / 2 }
      func moment(_ power: Int) -> Double {
        sample.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } } / Double(count)
      }
      // Five standard deviations of each estimate: the variance of x^k is E[x^2k] - E[x^k]^2.
      let error = 5 / Double(count).squareRoot()
      #expect(abs(moment(1)) < error)
      #expect(abs(moment(2) - 1) < error * 2.0.squareRoot())
      #expect(abs(moment(3)) < error * 15.0.squareRoot())
      #expect(abs(moment(4) - 3) < error * 96.0.squareRoot())
      #expect(sample.allSatisfy { $0.isFinite })
    }
  }

  @Test func uniformMoments() {
    withSeeds { random in
      let count = 200_000
      let sample = Tensor(uniform: [count], using: &random).scalars.map(Double.init)
      let error = 5 / Double(count).squareRoot()
      #expect(abs(sample.reduce(0, +) / Double(count) - 0.5) < error * (1.0 / 12).squareRoot())
      #expect(abs(sample.reduce(0) { $0 + $1 * $1 } / Double(count) - 1.0 / 3) < error * (4.0 / 45).squareRoot())
      #expect(sample.allSatisfy { (0..<1).contains($0) })
    }
  }

  @Test func integersAreUniform() {
    withSeeds { random in
      var counts = [Int](repeating: 0, count: 7)
      for _ in 0..<70_000 { counts[random.integer(below: 7)] += 1 }
      // Chi-squared with 6 degrees of freedom: above 27.9 once in ten thousand.
      let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
      #expect(chiSquared < 27.9)
    }
  }

  @Test func permutationsAndSamples() {
    withSeeds { random in
      withEvery("count", in: [0, 1, 2, 100]) { count in
        #expect(random.permutation(of: count).sorted() == Array(0..<count))
        let sample = random.sample(count / 2, from: Array(0..<count))
        #expect(Set(sample).count == count / 2 && sample.allSatisfy { (0..<count).contains($0) })
      }
    }
  }

  /// A tensor of any size begins with the same numbers, and the next draw starts afresh.
  @Test func tensorsAreReproducible() {
    var (a, b) = (RandomSource(seed: 5), RandomSource(seed: 5))
    let long = Tensor(normal: [100_003], using: &a).scalars
    let short = Tensor(normal: [77], using: &b).scalars
    #expect(Array(long.prefix(77)) == short)
    let next = Tensor(normal: [77], using: &b).scalars
    #expect(next != short)
  }
}
