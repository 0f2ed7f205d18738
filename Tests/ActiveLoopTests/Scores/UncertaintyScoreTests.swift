import ActiveLoop
import Foundation
import Tensor
import TestSupport
import Testing

/// Scores that scripts/fixtures/generate_scores.py computed in double.
private struct ScoreReference: Decodable {
  var (members, samples, classes) = (0, 0, 0)
  var probabilities: [Float]
  var one: [String: [Double]]
  var several: [String: [Double]]

  static func all() throws -> [ScoreReference] {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixturePath("Scores/scores.json")))
    return try JSONDecoder().decode([ScoreReference].self, from: data)
  }
}

/// A score by its name in the fixtures.
private let scoresOfOne: [String: @Sendable (Tensor) -> Tensor] = [
  "leastConfidence": { leastConfidence(ofProbabilities: $0) },
  "margin": { marginScore(ofProbabilities: $0) },
  "entropy": { entropy(ofProbabilities: $0) },
]

private let scoresOfSeveral: [String: CommitteeScore] = [
  "voteEntropy": .voteEntropy, "consensusEntropy": .consensusEntropy, "consensusDivergence": .consensusDivergence,
  "variationRatio": .variationRatio, "mutualInformation": .mutualInformation,
  "meanStandardDeviation": .meanStandardDeviation,
]

@Suite("Scores of uncertainty")
struct UncertaintyScoreTests {
  private func close(_ found: Tensor, _ expected: [Double], within tolerance: Double = 1e-6) -> Bool {
    found.shape == [expected.count]
      && zip(found.scalars, expected).allSatisfy { abs(Double($0) - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test("every score is NumPy's")
  func reference() throws {
    #expect(Set(scoresOfSeveral.values) == Set(CommitteeScore.allCases))
    for reference in try ScoreReference.all() {
      let (samples, classes) = (reference.samples, reference.classes)
      let several = Tensor(reference.probabilities, shape: [reference.members, samples, classes])
      let one = several.rows(0..<1).reshaped(to: [samples, classes])
      for (name, score) in scoresOfOne {
        #expect(close(score(one), try #require(reference.one[name])), "\(name) of \(classes) classes")
      }
      for (name, score) in scoresOfSeveral {
        let found = score.scores(ofMembers: several)
        #expect(close(found, try #require(reference.several[name])), "\(name) of \(classes) classes")
      }
    }
  }

  @Test("by hand: one opinion")
  func oneByHand() {
    let p = Tensor([0.5, 0.25, 0.25, 0, 1, 0, 0, 0, 0.25, 0.25, 0.25, 0.25], shape: [3, 4])
    #expect(leastConfidence(ofProbabilities: p).scalars == [0.5, 0, 0.75])
    #expect(marginScore(ofProbabilities: p).scalars == [0.75, 0, 1])
    #expect(close(entropy(ofProbabilities: p), [1.5 * log(2), 0, log(4)]))
  }

  /// Four samples, two members: both sure and of one mind; both sure of different classes; both know nothing; one sure,
  /// one not.
  private let quarrel = Tensor([1, 0, 1, 0, 0.5, 0.5, 1, 0] + [1, 0, 0, 1, 0.5, 0.5, 0.5, 0.5], shape: [2, 4, 2])

  @Test("by hand: two opinions")
  func twoByHand() {
    let half = log(2.0)
    let mixed = -(0.75 * log(0.75) + 0.25 * log(0.25))
    #expect(close(voteEntropy(ofMembers: quarrel), [0, half, 0, 0]))
    #expect(close(variationRatio(ofMembers: quarrel), [0, 0.5, 0, 0]))
    #expect(close(consensusEntropy(ofMembers: quarrel), [0, half, half, mixed]))
    #expect(close(mutualInformation(ofMembers: quarrel), [0, half, 0, mixed - half / 2]))
    // KL([1, 0] ‖ [¾, ¼]) and KL([½, ½] ‖ [¾, ¼]).
    let (sure, unsure) = (log(4.0 / 3), 0.5 * log(2.0 / 3) + 0.5 * log(2.0))
    #expect(close(consensusDivergence(ofMembers: quarrel), [0, half, 0, (sure + unsure) / 2]))
    #expect(close(meanStandardDeviation(ofMembers: quarrel), [0, 0.5, 0, 0.25]))
  }

  @Test("three members and three classes: 2 votes of 3, and 1 of 3")
  func votesByHand() {
    let votes = [[0, 0, 0], [0, 0, 1], [0, 1, 2]]
    var p: [Float] = []
    for member in 0..<3 {
      for vote in votes { p += (0..<3).map { $0 == vote[member] ? 0.8 : 0.1 } }
    }
    let members = Tensor(p, shape: [3, 3, 3])
    #expect(close(variationRatio(ofMembers: members), [0, 1.0 / 3, 2.0 / 3]))
    let twoOfThree = log(3.0) - 2 * log(2.0) / 3
    #expect(close(voteEntropy(ofMembers: members), [0, twoOfThree, log(3.0)]))
  }

  @Test("the mean divergence from the consensus is the mutual information")
  func divergenceIsInformation() throws {
    for reference in try ScoreReference.all() {
      let p = Tensor(reference.probabilities, shape: [reference.members, reference.samples, reference.classes])
      // The same sums in another order, even where rows of rounded floats do not quite sum to one.
      #expect(close(consensusDivergence(ofMembers: p), mutualInformation(ofMembers: p).scalars.map(Double.init)))
    }
  }

  @Test("one member, or members of one mind, do not disagree")
  func agreement() throws {
    let reference = try #require(try ScoreReference.all().first)
    let one = Tensor(
      Array(reference.probabilities.prefix(reference.samples * reference.classes)),
      shape: [1, reference.samples, reference.classes])
    let three = Tensor(one.scalars + one.scalars + one.scalars, shape: [3, reference.samples, reference.classes])
    for members in [one, three] {
      for score in CommitteeScore.allCases where score != .consensusEntropy {
        #expect(score.scores(ofMembers: members).scalars.allSatisfy { (0...1e-6).contains($0) }, "\(score)")
      }
    }
    let alone = entropy(ofProbabilities: one.reshaped(to: [reference.samples, reference.classes]))
    #expect(close(consensusEntropy(ofMembers: three), alone.scalars.map(Double.init)))
  }

  @Test("the order of members does not matter; scores are in their ranges")
  func membersAreEqual() throws {
    for reference in try ScoreReference.all() {
      let (members, samples, classes) = (reference.members, reference.samples, reference.classes)
      let p = Tensor(reference.probabilities, shape: [members, samples, classes])
      let reversed = p.gathered(rows: (0..<members).reversed())
      for score in CommitteeScore.allCases {
        let found = score.scores(ofMembers: p).scalars
        #expect(close(score.scores(ofMembers: reversed), found.map(Double.init)))
        let most =
          switch score {
          case .consensusEntropy: log(Float(classes))
          case .voteEntropy, .consensusDivergence, .mutualInformation: log(Float(min(members, classes)))
          case .variationRatio: 1 - 1 / Float(min(members, classes))
          case .meanStandardDeviation: Float(0.5)
          }
        #expect(found.allSatisfy { (0...most * (1 + 1e-6)).contains($0) }, "\(score)")
        #expect(found.contains { $0 > 0 }, "\(score)")
      }
    }
  }

  @Test("a row with NaN has no score, and leaves the others theirs")
  func notANumber() {
    var p = quarrel
    p.withUnsafeMutableScalars { $0[3] = .nan }
    for score in CommitteeScore.allCases {
      let (found, whole) = (score.scores(ofMembers: p).scalars, score.scores(ofMembers: quarrel).scalars)
      #expect(found[1].isNaN, "\(score)")
      #expect([found[0], found[2], found[3]] == [whole[0], whole[2], whole[3]], "\(score)")
    }
    for (name, score) in scoresOfOne {
      let found = score(Tensor([.nan, 0.5, 0.5, 0.5, 0.5, .nan], shape: [3, 2])).scalars
      #expect(found.map(\.isNaN) == [true, false, true], "\(name)")
    }
  }

  @Test("the same bits with any number of threads")
  func threads() {
    var random = RandomSource(seed: 3)
    let p = softmax(Tensor(normal: [4, 3000, 7], using: &random))
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    for score in CommitteeScore.allCases {
      let found = [1, 2, 5].map { count in
        ThreadPool.threadCount = count
        return score.scores(ofMembers: p).scalars
      }
      #expect(Set(found).count == 1, "\(score)")
    }
  }

  @Test("shapes that are none of probabilities are errors of the program")
  func shapes() async {
    await #expect(processExitsWith: .failure) { _ = entropy(ofProbabilities: .ones([2, 3, 4])) }
    await #expect(processExitsWith: .failure) { _ = marginScore(ofProbabilities: .ones([3, 1])) }
    await #expect(processExitsWith: .failure) { _ = mutualInformation(ofMembers: .ones([3, 4])) }
    await #expect(processExitsWith: .failure) { _ = voteEntropy(ofMembers: .ones([0, 3, 4])) }
  }

  @Test("no samples have no scores")
  func empty() {
    for score in CommitteeScore.allCases { #expect(score.scores(ofMembers: .zeros([3, 0, 4])).shape == [0]) }
    for score in scoresOfOne.values { #expect(score(.zeros([0, 4])).shape == [0]) }
  }
}
