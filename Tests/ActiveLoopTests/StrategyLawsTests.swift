import ActiveLoop
import Tensor
import Testing

/// Chooses by a closure, rightly or wrongly.
private struct Choosing: QueryStrategy {
  var choose: @Sendable (_ count: Int, _ pool: UnlabelledPool, inout RandomSource) -> [Int]

  func query(
    _ count: Int, from pool: UnlabelledPool, learner: ToyCommittee, using random: inout RandomSource
  ) -> [Int] { choose(count, pool, &random) }
}

@Suite("Laws of strategies")
struct StrategyLawsTests {
  private let laws: StrategyLaws

  init() {
    let (inputs, labels) = Clouds().samples(40, seed: 2)
    laws = StrategyLaws(inputs: inputs, labels: labels, classCount: 2)
  }

  private func broken(
    _ choose: @escaping @Sendable (Int, UnlabelledPool, inout RandomSource) -> [Int], followsSamples: Bool = false
  ) throws -> String {
    try laws.violations(of: Choosing(choose: choose), learner: ToyCommittee(), followsSamples: followsSamples)
      .joined(separator: "; ")
  }

  @Test("Strategies that keep them")
  func kept() throws {
    let learner = ToyCommittee()
    #expect(try laws.violations(of: EntropySampling<ToyCommittee>(), learner: learner, followsSamples: true) == [])
    #expect(try laws.violations(of: RandomSampling<ToyCommittee>(), learner: learner) == [])
    #expect(try laws.violations(of: GiniSampling<ToyCommittee>(), learner: learner, followsSamples: true) == [])
    // Needs a context, and is given one.
    #expect(try laws.violations(of: DiscriminativeActiveLearning<ToyEmbedder>(), learner: ToyEmbedder()) == [])
  }

  @Test("Each broken law is named")
  func brokenLaws() throws {
    #expect(try broken { count, pool, _ in Array(pool.indices.prefix(count / 2)) }.contains("asked for 1 of 26"))
    #expect(
      try broken { count, pool, _ in pool.indices.first.map { [Int](repeating: $0, count: count) } ?? [] }
        .contains("twice"))
    #expect(try broken { count, pool, _ in Array(0..<min(count, 40)) }.contains("not in the pool"))
    #expect(try broken { count, _, _ in Array((0..<count).map { 1 + 3 * $0 }) }.contains("more samples than there are"))
    #expect(try broken { count, pool, _ in Array(pool.indices.prefix(count)) } == "")
    #expect(
      try broken({ count, pool, _ in Array(pool.indices.prefix(count)) }, followsSamples: true)
        .contains("another order"))
    #expect(
      try broken { count, pool, _ in
        var generator = SystemRandomNumberGenerator()
        return Array(pool.indices.shuffled(using: &generator).prefix(count))
      }.contains("same seed"))
  }
}
