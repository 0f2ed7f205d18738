import ActiveLoop
import Models
import Tensor
import TestSupport
import Testing

/// A fit that is stopped after any step and goes on from what was kept ends with the bits of one that was not.
@Suite struct KeptFitTests {
  private static let streams = FitStreams(RandomSource(seed: 5).stream("fit", 2))

  /// Everything a fit leaves.
  private struct Fitted: Sendable, Equatable {
    var scalars: [[Float]]
    var figures: [String: Double]

    init(_ learner: some Learner) {
      scalars = learner.carried.map(\.tensor.scalars)
      figures = learner.figures
    }
  }

  static let trainings: [(String, NeuralTraining)] = [
    ("Adam", toyTraining { $0.epochs = 3 }),
    (
      "SGD with momentum, steps cut short, augmentation",
      toyTraining {
        $0.optimizer.method = .sgd
        $0.steps = 11
        $0.augmentation = ImageAugmentation(padding: 1, mirror: true)
      }
    ),
    (
      "the best epoch of a validation share",
      toyTraining {
        $0.epochs = 4
        $0.validationShare = 0.3
        $0.optimizer.learningRate = 0.05
      }
    ),
  ]

  @Test(arguments: trainings) func aNetwork(name: String, training: NeuralTraining) async throws {
    let samples = brightRows(50)
    let outcome = try await resumed(stops: 6) {
      var learner = try NeuralLearner(training) { ToyNetwork(using: &$0) }
      try learner.fit(samples, from: Self.streams)
      return Fitted(learner)
    }
    for (step, fitted, restored) in outcome.resumed {
      #expect(fitted == outcome.whole, "\(name), stopped at step \(step)")
      #expect(restored == ["fit"])
    }
  }

  @Test func membersOfAnEnsembleThatAreDoneAreNotFittedAgain() async throws {
    let samples = brightRows(40)
    let outcome = try await resumed(stops: 7) {
      var ensemble = try NeuralEnsemble(3, toyTraining { $0.epochs = 2 }) { ToyNetwork(using: &$0) }
      try ensemble.fit(samples, from: Self.streams)
      return Fitted(ensemble)
    }
    for (step, fitted, restored) in outcome.resumed {
      #expect(fitted == outcome.whole, "stopped at step \(step)")
      #expect(restored == ["member 0/fit", "member 1/fit", "member 2/fit"].prefix(restored.count).map { $0 })
    }
    #expect(outcome.resumed.map(\.restored.count).max() == 3)
  }

  @Test func aCommitteeOfNetworks() async throws {
    let samples = brightRows(40)
    let outcome = try await resumed(stops: 4) {
      let member = try NeuralLearner(toyTraining { $0.epochs = 2 }) { ToyNetwork(using: &$0) }
      var committee = VotingCommittee([member, member])
      var random = Self.streams.order
      try committee.fit(samples, using: &random)
      return committee.memberProbabilities(for: samples.inputs).scalars
    }
    for (step, answers, _) in outcome.resumed { #expect(answers == outcome.whole, "stopped at step \(step)") }
  }

  @Test func networksOfARAL() async throws {
    let pool = ARALToys.pool()
    // All networks in nine steps, then the generator alone in four.
    var settings = ARALToys.settings(steps: 9)
    (settings.losses.generatedClassWeight, settings.generatorSteps) = (0.5, 4)
    let outcome = try await resumed(stops: 5) { [settings] in
      var learner = try ARALLearner(settings, unlabelled: pool)
      try learner.fit(ARALToys.samples(of: pool), from: Self.streams)
      return Fitted(learner)
    }
    for (step, fitted, _) in outcome.resumed { #expect(fitted == outcome.whole, "stopped at step \(step)") }
  }

  @Test func whatWasKeptOfAnotherFitIsNotTakenUp() async throws {
    let keeper = MemoryKeeper()
    func fitted(_ streams: FitStreams) async throws -> Fitted {
      let fit = Task {
        try TrainingPlace.kept(by: keeper) {
          var learner = try toyLearner { $0.epochs = 1 }
          try learner.fit(brightRows(50), from: streams)
          return Fitted(learner)
        }
      }
      return try await fit.value
    }
    let other = FitStreams(RandomSource(seed: 5).stream("fit", 3))
    let fresh = try await fitted(Self.streams)
    let second = try await fitted(other)
    #expect(fresh != second)
    var alone = try toyLearner { $0.epochs = 1 }
    try alone.fit(brightRows(50), from: other)
    #expect(second == Fitted(alone))
  }
}
