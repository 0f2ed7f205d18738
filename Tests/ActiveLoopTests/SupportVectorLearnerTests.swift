import ActiveLoop
import Models
import Tensor
import Testing

@Suite("SupportVectorLearner")
struct SupportVectorLearnerTests {
  private func samples(_ clouds: Clouds = Clouds(), count: Int = 80, seed: Int = 31) -> LabelledSamples {
    let (inputs, labels) = clouds.samples(count, seed: seed)
    return LabelledSamples(inputs: inputs, labels: labels, classCount: clouds.centres.count)
  }

  private func fitted(
    _ samples: LabelledSamples, _ change: (inout SupportVectorLearner.Configuration) -> Void = { _ in }
  ) throws -> SupportVectorLearner {
    var configuration = SupportVectorLearner.Configuration()
    configuration.regularization.cost = 1
    change(&configuration)
    try configuration.validate()
    var learner = SupportVectorLearner(configuration, unlabelled: samples.inputs)
    var random = RandomSource(seed: 1)
    try learner.fit(samples, using: &random)
    return learner
  }

  private func accuracy(_ learner: SupportVectorLearner, _ samples: LabelledSamples) -> Double {
    let right = zip(learner.predictions(for: samples.inputs), samples.labels).count { $0 == $1 }
    return Double(right) / Double(samples.count)
  }

  @Test("it learns, with each feature map", arguments: SupportVectorLearner.Configuration.Features.allCases)
  func learns(features: SupportVectorLearner.Configuration.Features) throws {
    let learner = try fitted(samples()) { $0.features = features }
    let unseen = samples(count: 300, seed: 32)
    #expect(accuracy(learner, unseen) > 0.9)
    // The sign of the decision value is the class.
    let values = learner.decisionValues(for: unseen.inputs)
    #expect(values.shape == [300])
    #expect(values.scalars.map { $0 > 0 ? 1 : 0 } == learner.predictions(for: unseen.inputs))
  }

  @Test("decision values are Wᵀφ(x) + b, and their gradient with respect to the image is W")
  func hyperplane() throws {
    let learner = try fitted(samples())
    let (weights, bias) = try #require(learner.machine.hyperplane)
    let inputs = samples(count: 5, seed: 33).inputs
    let values = learner.decisionValues(for: inputs).scalars
    let (pixels, w) = (inputs.scalars, weights.scalars)
    for row in 0..<5 {
      #expect(abs(values[row] - (pixels[2 * row] * w[0] + pixels[2 * row + 1] * w[1] + bias.scalar)) < 1e-5)
    }
    var variable = Variable(inputs)
    let (_, gradient) = variable.valueAndGradient { learner.decisionValues(for: $0.value).sum() }
    for (index, slope) in gradient.tensors[0].scalars.enumerated() { #expect(abs(slope - w[index % 2]) < 1e-5) }
  }

  @Test("what C was is recorded: fixed, by strength and by cross-validation")
  func regularization() throws {
    #expect(try fitted(samples()) { $0.regularization = .fixed(0.25) }.figures["C"] == 0.25)
    let strength = try fitted(samples()) {
      $0.regularization.method = .strength
      $0.regularization.strength = 0.05
    }
    #expect(strength.figures["C"] == 0.25)
    let chosen = try fitted(samples()) {
      $0.regularization.method = .crossValidation
      $0.regularization.candidates = [10, 1e-6]
    }
    #expect(chosen.figures["C"] == 10)
    #expect(try #require(chosen.figures["crossValidation"]) > 0.9)
    #expect(try #require(chosen.figures["supportVectors"]) > 0)
  }

  @Test("cross-validation on a class with one sample still gives a machine")
  func rareClass() throws {
    let (inputs, _) = Clouds().samples(12, seed: 1)
    let samples = LabelledSamples(inputs: inputs, labels: [1] + [Int](repeating: 0, count: 11), classCount: 2)
    let learner = try fitted(samples) { $0.regularization.method = .crossValidation }
    #expect(learner.figures["C"] != nil)
  }

  @Test("three classes: one value per class, the largest wins")
  func threeClasses() throws {
    let clouds = Clouds(centres: [(0.2, 0.2), (0.8, 0.2), (0.5, 0.8)], spread: 0.08)
    let learner = try fitted(samples(clouds)) { $0.regularization.cost = 10 }
    let unseen = samples(clouds, count: 200, seed: 34)
    #expect(learner.decisionValues(for: unseen.inputs).shape == [200, 3])
    #expect(accuracy(learner, unseen) > 0.9)
  }

  @Test("samples of one class are an error")
  func oneClass() {
    let (inputs, _) = Clouds().samples(6, seed: 1)
    #expect(throws: SupportVectorMachineError.oneClassOnly(label: 0)) {
      try fitted(LabelledSamples(inputs: inputs, labels: [0, 0, 0, 0, 0, 0], classCount: 2))
    }
  }

  @Test("settings that make no sense are named")
  func badConfiguration() {
    let changes: [(String, (inout SupportVectorLearner.Configuration) -> Void)] = [
      ("cost", { $0.regularization.cost = 0 }), ("strength", { $0.regularization.strength = -.infinity }),
      ("candidates", { $0.regularization.candidates = [] }), ("folds", { $0.regularization.folds = 1 }),
      ("tolerance", { $0.machine.tolerance = -1 }), ("multiclass", { $0.machine.multiclass = .oneVersusOne }),
      ("warmStart", { $0.machine.warmStart = true }),
    ]
    for (name, change) in changes {
      var configuration = SupportVectorLearner.Configuration()
      change(&configuration)
      let error = #expect(throws: ExperimentError.self) { try configuration.validate() }
      #expect(error?.description.contains(name) == true, "\(name)")
    }
  }

  @Test("the whole experiment runs with it, and a kernel machine can be descended too", arguments: [true, false])
  func experiment(isLinear: Bool) async throws {
    let toy = ToyExperiment()
    var configuration = toy.configuration
    configuration.learner.regularization.cost = 100
    // Enough for every start to cross the square.
    configuration.synthesis.steps = 60
    if !isLinear { configuration.learner.machine.kernel = .radialBasis }
    let plain = try toy.engine()
    let engine = try GenerativeExperiment(
      data: plain.data, configuration: configuration, generator: plain.generator)
    var records: [RoundRecord] = []
    try await engine.run(.gaal, seed: 3, oracle: toy.oracle()) { outcome in
      records.append(outcome.record)
      if outcome.record.round > 0 {
        // A kernel's |f| has local minima, so a start may end away from the boundary.
        #expect(outcome.distancesBefore.count { $0 < 0.05 } * 2 > outcome.distancesBefore.count)
      }
    }
    #expect(records.map(\.labelled) == [8, 12, 16, 20, 24, 28])
    #expect(records.allSatisfy { $0.metrics["learner.C"] == 100 })
    #expect(try #require(records.last?.metrics["accuracy"]) > 0.85)
  }
}
