import ActiveLoop
import Foundation
import Tensor
import Testing

@Suite("Oracles")
struct OracleTests {
  private let table = Tensor([0.95, 0.05, 0.6, 0.4, 0.08, 0.92, .nan, .nan], shape: [4, 2])

  @Test("ground truth knows the pool, and nothing else")
  func groundTruth() throws {
    let oracle = GroundTruthOracle(labels: [0, 1, 2])
    #expect(try oracle.answer(.pool([2, 0])) == [.label(2), .label(0)])
    #expect(throws: OracleError.noLabelsForSynthesized(count: 4)) { try oracle.answer(.synthesized(.zeros([4, 2]))) }
    #expect(throws: OracleError.noSuchSample(index: 3, poolCount: 3)) { try oracle.answer(.pool([0, 3])) }
  }

  @Test("a classifier cannot tell below its threshold")
  func classifier() throws {
    let table = table
    let oracle = ClassifierOracle { _ in table }
    #expect(oracle.threshold == 0.9)
    #expect(
      try oracle.answer(.synthesized(.zeros([4, 1]))) == [.label(0), .cannotTell, .label(1), .cannotTell])
    let generous = ClassifierOracle(threshold: 0.5) { _ in table }
    #expect(try generous.answer(.synthesized(.zeros([4, 1])))[1] == .label(0))
    #expect(throws: OracleError.noPool(count: 2)) { try oracle.answer(.pool([0, 1])) }
  }

  @Test("a classifier that was given the pool answers about its samples")
  func classifierOfPool() throws {
    let clouds = Clouds()
    let (inputs, labels) = clouds.samples(50, seed: 1)
    let oracle = ClassifierOracle(threshold: 0.9, pool: inputs) { clouds.probabilities(of: $0) }
    let answers = try oracle.answer(.pool(Array(0..<50)))
    #expect(answers.contains(.cannotTell))
    let named = zip(answers, labels).filter { $0.0.label != nil }
    #expect(named.count > 20)
    #expect(named.count { $0.0 == .label($0.1) } > named.count * 9 / 10)
  }

  @Test("a routed oracle asks the one that can know")
  func routed() async throws {
    let table = table
    let oracle = RoutedOracle(
      pool: GroundTruthOracle(labels: [1, 0]), synthesized: ClassifierOracle { _ in table })
    #expect(try await oracle.answer(.pool([0])) == [.label(1)])
    #expect(try await oracle.answer(.synthesized(.zeros([4, 1])))[0] == .label(0))
  }

  private func noisy(
    _ rate: Float, groups: [[Int]]? = nil, labels: [Int], seed: Int = 1
  ) -> NoisyOracle<GroundTruthOracle> {
    NoisyOracle(
      GroundTruthOracle(labels: labels), rate: rate, classCount: 10, groups: groups,
      using: RandomSource(seed: seed).stream("oracle"))
  }

  @Test("labels are replaced at the rate, by all other classes alike", arguments: [Float(0), 0.1, 0.3, 1])
  func rate(rate: Float) async throws {
    let labels = [Int](repeating: 4, count: 5000)
    let answers = try await noisy(rate, labels: labels).answer(.pool(Array(labels.indices)))
    let wrong = answers.compactMap(\.label).filter { $0 != 4 }
    #expect(answers.count == 5000)
    // Four standard deviations.
    let expected = Double(rate) * 5000
    let deviation = (expected * (1 - Double(rate))).squareRoot()
    #expect(abs(Double(wrong.count) - expected) <= 4 * deviation)
    if rate > 0 {
      for other in (0..<10) where other != 4 {
        let share = Double(wrong.count { $0 == other }) / Double(wrong.count)
        #expect(abs(share - 1.0 / 9) < 0.06)
      }
    }
  }

  @Test("classes are confused within their group only")
  func groups() async throws {
    let labels = (0..<2000).map { $0 % 10 }
    let oracle = noisy(1, groups: [[0, 1, 2], [3, 4], [5]], labels: labels)
    let answers = try await oracle.answer(.pool(Array(labels.indices))).compactMap(\.label)
    for (truth, answer) in zip(labels, answers) {
      switch truth {
      case 0...2: #expect((0...2).contains(answer) && answer != truth)
      case 3: #expect(answer == 4)
      case 4: #expect(answer == 3)
      default: #expect(answer == truth)
      }
    }
  }

  @Test("the same sample gets the same answer in any batch and order")
  func repeatable() async throws {
    let labels = [Int](repeating: 3, count: 200)
    let oracle = noisy(0.5, labels: labels)
    let all = try await oracle.answer(.pool(Array(0..<200)))
    let backwards = try await oracle.answer(.pool(Array((0..<200).reversed())))
    #expect(all == backwards.reversed())
    #expect(try await oracle.answer(.pool([17])) == [all[17]])
    #expect(try await noisy(0.5, labels: labels, seed: 2).answer(.pool(Array(0..<200))) != all)
  }

  @Test("noise on synthesized samples follows the sample, and what was not recognised stays so")
  func synthesizedNoise() async throws {
    var random = RandomSource(seed: 3)
    let inputs = Tensor(uniform: [300, 2, 2, 1], using: &random)
    let base = ClassifierOracle { batch in
      Tensor(
        batch.flattened().mean(alongAxes: [1]).scalars.flatMap { $0 > 0.5 ? [Float(0.99), 0.01] : [0.5, 0.5] },
        shape: [batch.shape[0], 2])
    }
    let oracle = NoisyOracle(base, rate: 0.4, classCount: 2, using: random)
    let (clean, answers) = (try base.answer(.synthesized(inputs)), try await oracle.answer(.synthesized(inputs)))
    #expect(zip(clean, answers).allSatisfy { $0.0 != .cannotTell || $0.1 == .cannotTell })
    #expect(zip(clean, answers).contains { $0.0 != $0.1 })
    let part = try await oracle.answer(.synthesized(inputs.rows(100..<150)))
    #expect(part == Array(answers[100..<150]))
  }

  @Test("a label that does not exist is an error, not a trap")
  func labelOutOfRange() async {
    let oracle = NoisyOracle(
      GroundTruthOracle(labels: [7]), rate: 0.5, classCount: 2, using: RandomSource(seed: 1))
    await #expect(throws: OracleError.labelOutOfRange(label: 7, classCount: 2)) { try await oracle.answer(.pool([0])) }
  }

  @Test("answers survive JSON, and a strange word does not")
  func coding() throws {
    let answers: [Answer] = [.label(3), .cannotTell, .skipped]
    let data = try JSONEncoder().encode(answers)
    #expect(String(decoding: data, as: UTF8.self) == #"[3,"cannot-tell","skipped"]"#)
    #expect(try JSONDecoder().decode([Answer].self, from: data) == answers)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Answer].self, from: Data(#"["maybe"]"#.utf8)) }
  }
}
