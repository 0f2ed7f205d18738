import ActiveLoop
import Models
import Synchronization
import Tensor
import Testing

@Suite struct NeuralLearnerTests {
  static let samples = brightRows(60)
  static let streams = FitStreams(RandomSource(seed: 4))

  @Test func separableSamplesAreLearntWhole() throws {
    for method in NeuralTraining.OptimizerChoice.Method.allCases {
      for schedule in NeuralTraining.OptimizerChoice.Schedule.allCases {
        var learner = try toyLearner { training in
          training.optimizer.method = method
          training.optimizer.schedule = schedule
        }
        try learner.fit(Self.samples, from: Self.streams)
        #expect(learner.predictions(for: Self.samples.inputs) == Self.samples.labels, "\(method), \(schedule)")
        #expect(learner.figures["trainingAccuracy"] == 1)
        #expect(learner.predictions(for: brightRows(30, seed: 9).inputs) == brightRows(30, seed: 9).labels)
      }
    }
  }

  @Test func answersAreByRowAndProbabilitiesSumToOne() throws {
    var learner = try toyLearner { $0.scoringChunk = 7 }
    try learner.fit(Self.samples, from: Self.streams)
    let inputs = Self.samples.inputs
    let (all, features) = (learner.probabilities(for: inputs), learner.embeddings(for: inputs))
    let members = learner.memberProbabilities(for: inputs)
    #expect(all.shape == [60, 3] && features.shape == [60, 16] && members.shape == [6, 60, 3])
    for row in 0..<60 {
      #expect(abs(all.scalars[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-5)
    }
    let memberSums = stride(from: 0, to: members.count, by: 3).map { members.scalars[$0..<$0 + 3].reduce(0, +) }
    #expect(memberSums.allSatisfy { abs($0 - 1) < 1e-5 })
    // A product of another size sums in another order: rounding of values below 1, and features of a few units.
    for row in [0, 13, 59] {
      let one = inputs.rows(row..<row + 1)
      #expect(close(learner.probabilities(for: one).scalars, all.scalars[row * 3..<row * 3 + 3], 1e-5))
      #expect(close(learner.embeddings(for: one).scalars, features.scalars[row * 16..<row * 16 + 16], 1e-4))
      let opinions = learner.memberProbabilities(for: one).scalars
      for member in 0..<6 {
        let start = (member * 60 + row) * 3
        #expect(close(Array(opinions[member * 3..<member * 3 + 3]), members.scalars[start..<start + 3], 1e-5))
      }
    }
  }

  @Test func membersDifferWithDropoutAndAgreeWithout() throws {
    for (dropout, differs) in [(Float(0.3), true), (0, false)] {
      var learner = try toyLearner(dropout: dropout)
      try learner.fit(Self.samples, from: Self.streams)
      let members = learner.memberProbabilities(for: Self.samples.inputs)
      #expect((members.rows(0..<1).scalars != members.rows(1..<2).scalars) == differs)
      #expect(members.scalars == learner.memberProbabilities(for: Self.samples.inputs).scalars)
    }
  }

  @Test func theSameSeedGivesTheSameBitsAtAnyNumberOfThreads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    var found: [[Float]] = []
    for threads in [1, 2, 2] {
      ThreadPool.threadCount = threads
      var learner = try toyLearner { $0.augmentation = ImageAugmentation(padding: 1, mirror: true) }
      try learner.fit(Self.samples, from: Self.streams)
      found.append(weights(of: learner) + learner.memberProbabilities(for: Self.samples.inputs).scalars)
    }
    #expect(found[0] == found[1] && found[1] == found[2])
  }

  @Test func weightsAndOrderHaveStreamsOfTheirOwn() throws {
    func fitted(_ weightSeed: Int, _ orderSeed: Int) throws -> [Float] {
      var learner = try toyLearner { $0.steps = 2 }
      let streams = FitStreams(weights: RandomSource(seed: weightSeed), order: RandomSource(seed: orderSeed))
      try learner.fit(Self.samples, from: streams)
      return weights(of: learner)
    }
    let first = try fitted(1, 1)
    #expect(try fitted(1, 1) == first)
    #expect(try fitted(2, 1) != first)
    #expect(try fitted(1, 2) != first)
  }

  @Test func lookingAtTheNetworkLeavesTrainingAsItWas() throws {
    var plain = try toyLearner()
    try plain.fit(Self.samples, from: Self.streams)
    var watched = try toyLearner()
    let probe = brightRows(30, seed: 77).inputs
    let dropouts = Mutex<[Bool]>([])
    watched.onEpoch = { epoch in
      // Inference repeats itself; training draws another mask each time and moves the running statistics.
      let network = epoch.network
      let same = network(probe).scalars == network(probe).scalars
      var (one, two, random) = (network, network, RandomSource(seed: epoch.number))
      let differs = one.forward(probe, using: &random).scalars != two.forward(probe, using: &random).scalars
      let moves = one.parameters(includingState: true)[1...].contains { name, tensor in
        network.parameters(includingState: true).contains { $0.name == name && $0.tensor.scalars != tensor.scalars }
      }
      dropouts.withLock { $0.append(same && differs && moves) }
    }
    try watched.fit(Self.samples, from: Self.streams)
    #expect(dropouts.withLock { $0 } == Array(repeating: true, count: 20))
    #expect(weights(of: watched) == weights(of: plain))
    // And asking the fitted learner changes nothing.
    _ = (plain.predictions(for: probe), plain.memberProbabilities(for: probe), plain.embeddings(for: probe))
    #expect(weights(of: plain) == weights(of: watched))
  }

  @Test func aLossThatIsNotFiniteNamesItsStepAndLeavesTheLearner() throws {
    var learner = try toyLearner()
    try learner.fit(Self.samples, from: Self.streams)
    let before = weights(of: learner)
    var scalars = Self.samples.inputs.scalars
    scalars[0] = .nan
    let broken = LabelledSamples(
      inputs: Tensor(scalars, shape: [60, 4, 4, 1]), labels: Self.samples.labels, classCount: 3)
    do {
      try learner.fit(broken, from: Self.streams)
      Issue.record("a NaN went unnoticed")
    } catch .nonFiniteLoss(let step, let loss) {
      // The broken sample is in one of the four batches of the first epoch.
      #expect((1...4).contains(step) && loss.isNaN)
    }
    #expect(weights(of: learner) == before)
    #expect(throws: NeuralLearnerError.noSamples) {
      try learner.fit(
        LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 3), from: Self.streams)
    }
  }

  @Test(arguments: [1, 2, 3, 16, 17, 33]) func anyNumberOfSamplesCanBeLearnt(_ count: Int) throws {
    var learner = try toyLearner()
    try learner.fit(brightRows(count), from: Self.streams)
    #expect(weights(of: learner).allSatisfy { $0.isFinite })
    // 17 and 33 end in a batch of one, which joins the one before: 20 epochs of 1 and 2 steps.
    #expect(learner.figures["steps"] == Double(20 * max(1, count / 16)))
  }

  @Test func stepsAreCountedInsteadOfEpochs() throws {
    var learner = try toyLearner { $0.steps = 7 }
    try learner.fit(Self.samples, from: Self.streams)
    #expect(learner.figures["steps"] == 7)
  }

  @Test func theBestEpochIsKept() throws {
    // A rate so large that later epochs are worse than earlier ones.
    let epochs = Mutex<[NeuralLearner<ToyNetwork>.Epoch]>([])
    var learner = try toyLearner { training in
      training.validationShare = 0.4
      training.optimizer.learningRate = 0.3
      training.optimizer.schedule = .constant
    }
    learner.onEpoch = { epoch in epochs.withLock { $0.append(epoch) } }
    try learner.fit(Self.samples, from: Self.streams)
    let best = Int(try #require(learner.figures["bestEpoch"]))
    let seen = epochs.withLock { $0 }
    #expect(seen.count == 20)
    let kept = seen[best - 1].network.parameters(includingState: true).flatMap { $0.tensor.scalars }
    #expect(weights(of: learner) == kept)
    #expect(best < 20, "the toy no longer shows that an earlier epoch can be best")
    #expect(learner.figures["steps"] == 60)  // 36 of 60 samples in 3 batches
  }

  @Test func settingsThatMakeNoSenseAreNamed() {
    #expect(throws: ExperimentError.self) { try toyLearner { $0.batchSize = 0 } }
    #expect(throws: ExperimentError.self) { try toyLearner { $0.validationShare = 1 } }
    #expect(throws: ExperimentError.self) { try toyLearner { $0.optimizer.learningRate = .nan } }
    #expect(throws: ExperimentError.self) { try toyLearner { $0.refit = .shrinkPerturb(shrink: 2, noise: 0) } }
  }

  @Test func anEnsembleHasMembersOfItsOwn() throws {
    var ensemble = try NeuralEnsemble(3, toyTraining()) { ToyNetwork(using: &$0) }
    try ensemble.fit(Self.samples, from: Self.streams)
    let inputs = Self.samples.inputs
    #expect(ensemble.predictions(for: inputs) == Self.samples.labels)
    let members = ensemble.memberProbabilities(for: inputs)
    #expect(members.shape == [3, 60, 3])
    #expect(Set((0..<3).map { members.rows($0..<$0 + 1).scalars }).count == 3)
    let mean = (0..<180).map { i in (0..<3).reduce(Float(0)) { $0 + members.scalars[$1 * 180 + i] } / 3 }
    #expect(close(ensemble.probabilities(for: inputs).scalars, mean[...], 1e-6))
    #expect(ensemble.embeddings(for: inputs).shape == [60, 48])
  }
}

func close(_ found: [Float], _ expected: ArraySlice<Float>, _ tolerance: Float) -> Bool {
  found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
}
