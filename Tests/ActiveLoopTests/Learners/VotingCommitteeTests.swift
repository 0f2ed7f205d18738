import ActiveLoop
import Tensor
import Testing

/// Remembers what it was fitted to, and the first number it drew: P(class 1) for every input.
private struct Diarist: ProbabilisticLearner {
  struct Refused: Error {}
  /// Refuses to learn when its first number is above this.
  var patience: Float = 1
  private(set) var drawn: Float = .nan
  private(set) var samples = LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 2)

  var figures: [String: Double] { ["drawn": Double(drawn)] }

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Refused) {
    drawn = random.uniform()
    self.samples = samples
    if drawn > patience { throw Refused() }
  }

  func probabilities(for inputs: Tensor) -> Tensor {
    Tensor((0..<inputs.shape[0]).flatMap { _ in [1 - drawn, drawn] }, shape: [inputs.shape[0], 2])
  }

  func predictions(for inputs: Tensor) -> [Int] { probabilities(for: inputs).argmax() }
}

@Suite("VotingCommittee")
struct VotingCommitteeTests {
  private let samples = LabelledSamples(
    inputs: Tensor((0..<30).map { Float($0) }, shape: [30, 1]), labels: (0..<30).map { $0 < 27 ? 0 : 1 }, classCount: 2)

  private func fitted(
    _ count: Int, _ resampling: VotingCommittee<Diarist>.Resampling = .none, seed: Int = 1
  ) throws -> VotingCommittee<Diarist> {
    var committee = VotingCommittee(count, of: Diarist(), resampling: resampling)
    var random = RandomSource(seed: seed)
    try committee.fit(samples, using: &random)
    return committee
  }

  @Test("members draw from streams of their own: the same for the same seed, and in a larger committee")
  func streams() throws {
    let drawn = try fitted(5).members.map(\.drawn)
    #expect(Set(drawn).count == 5)
    #expect(try fitted(5).members.map(\.drawn) == drawn)
    #expect(try Array(fitted(9).members.map(\.drawn).prefix(5)) == drawn)
    #expect(try Set(fitted(5, seed: 2).members.map(\.drawn)).isDisjoint(with: drawn))
    // Which samples a member learns from does not change what it draws.
    #expect(try fitted(5, .bootstrap).members.map(\.drawn) == drawn)
  }

  @Test("two fits with one generator are two committees")
  func refit() throws {
    var (committee, random) = (VotingCommittee(3, of: Diarist()), RandomSource(seed: 1))
    try committee.fit(samples, using: &random)
    let first = committee.members.map(\.drawn)
    try committee.fit(samples, using: &random)
    #expect(Set(first).isDisjoint(with: committee.members.map(\.drawn)))
  }

  @Test("says the mean of what its members say")
  func means() throws {
    let committee = try fitted(4)
    let inputs = Tensor.zeros([3, 1])
    let drawn = committee.members.map { Double($0.drawn) }
    let mean = drawn.reduce(0, +) / 4
    let all = committee.memberProbabilities(for: inputs)
    #expect(all.shape == [4, 3, 2])
    for (place, member) in committee.members.enumerated() {
      let opinion = all.rows(place..<place + 1).reshaped(to: [3, 2])
      #expect(opinion.scalars == member.probabilities(for: inputs).scalars)
    }
    let probabilities = committee.probabilities(for: inputs)
    #expect(probabilities.shape == [3, 2])
    for (place, probability) in probabilities.scalars.enumerated() {
      let expected = place % 2 == 1 ? mean : 1 - mean
      let error = abs(Double(probability) - expected)
      #expect(error < 1e-7)
    }
    let likelier = mean > 0.5 ? 1 : 0
    #expect(committee.predictions(for: inputs) == [likelier, likelier, likelier])
    let figure = try #require(committee.figures["drawn"])
    #expect(abs(figure - mean) < 1e-12)
    #expect(committee.memberProbabilities(for: .zeros([0, 1])).shape == [4, 0, 2])
  }

  @Test("without resampling all samples, with it as many, drawn with replacement")
  func resampling() throws {
    for member in try fitted(3).members { #expect(member.samples.inputs.scalars == samples.inputs.scalars) }
    var shares: [Double] = []
    for member in try fitted(40, .bootstrap).members {
      let values = member.samples.inputs.scalars
      #expect(values.count == 30)
      #expect(values.map { $0 < 27 ? 0 : 1 } == member.samples.labels)
      shares.append(Double(Set(values).count) / 30)
    }
    // 1 − (1 − 1/30)^30 = 0.638 of the samples are drawn; a member's share has a standard deviation of 0.055:
    // five of the mean of 40 are 0.044.
    let mean = shares.reduce(0, +) / 40
    #expect(abs(mean - 0.638) < 0.044)
    for member in try fitted(10, .stratifiedBootstrap).members {
      #expect(member.samples.classCounts == [27, 3])
      #expect(Set(member.samples.inputs.scalars).count < 30)
    }
    #expect(try Set(fitted(10, .bootstrap).members.map(\.samples.inputs.scalars)).count == 10)
  }

  @Test("if one refuses, the committee is as it was")
  func failure() throws {
    var committee = VotingCommittee([Diarist(), Diarist(patience: -1)])
    var random = RandomSource(seed: 1)
    #expect(throws: Diarist.Refused.self) { try committee.fit(samples, using: &random) }
    #expect(committee.members.allSatisfy { $0.drawn.isNaN })
  }
}

@Suite("Committees of support vector machines")
struct SupportVectorCommitteeTests {
  private let three = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])

  private func labelled(_ count: Int, of clouds: Clouds, seed: Int) -> LabelledSamples {
    let (inputs, labels) = clouds.samples(count, seed: seed)
    return LabelledSamples(inputs: inputs, labels: labels, classCount: clouds.centres.count)
  }

  private var machine: ProbabilisticSupportVectorLearner {
    var configuration = SupportVectorLearner.Configuration()
    configuration.regularization = .fixed(1)
    return ProbabilisticSupportVectorLearner(configuration)
  }

  @Test("a support vector learner with probabilities: rows sum to one, and mostly agree with the classes")
  func probabilities() throws {
    var (learner, random) = (machine, RandomSource(seed: 1))
    try learner.fit(labelled(90, of: three, seed: 1), using: &random)
    let test = labelled(200, of: three, seed: 2)
    let found = learner.probabilities(for: test.inputs)
    #expect(found.shape == [200, 3])
    #expect(found.sum(alongAxes: [1]).scalars.allSatisfy { abs($0 - 1) < 1e-5 })
    let right = zip(found.argmax(), test.labels).count { $0 == $1 }
    #expect(right > 180)
    #expect(learner.decisionValues(for: test.inputs).shape == [200, 3])
    #expect(learner.figures["C"] == 1)
  }

  @Test("query by bagging asks between the hyperplanes: where the clouds overlap")
  func bagging() throws {
    let two = Clouds()
    var committee = VotingCommittee(7, of: machine, resampling: .stratifiedBootstrap)
    var random = RandomSource(seed: 2)
    try committee.fit(labelled(40, of: two, seed: 3), using: &random)
    let inputs = labelled(400, of: two, seed: 4).inputs
    let scores = voteEntropy(ofMembers: committee.memberProbabilities(for: inputs)).scalars
    let disputed = scores.indices.filter { scores[$0] > 0 }
    let chosen = try QueryByCommittee().query(
      disputed.count, from: UnlabelledPool(inputs: inputs), learner: committee, using: &random)
    #expect(Set(chosen) == Set(disputed))
    #expect((1..<100).contains(disputed.count))
    // The clouds' own densities say how far the classes are apart at a sample.
    let sharpness = 1 / (2 * two.spread * two.spread)
    let unsure = marginScore(ofProbabilities: two.probabilities(of: inputs, sharpness: sharpness)).scalars
    let ofDisputed = disputed.reduce(0) { $0 + unsure[$1] } / Float(disputed.count)
    #expect(ofDisputed > 2 * unsure.reduce(0, +) / 400)
  }
}
