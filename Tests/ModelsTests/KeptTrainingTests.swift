import Models
import Tensor
import TestSupport
import Testing

/// Trainings of whole models, stopped after any step, end with the bits of one that was never stopped.
@Suite struct KeptTrainingTests {
  private static let images: Tensor = {
    var random = RandomSource(seed: 4)
    return Tensor(uniform: [22, 8, 8, 1], using: &random)
  }()

  @Test(arguments: [0, 0.99] as [Float]) func aGANWithItsAverage(averaging: Float) async throws {
    let images = Self.images
    let outcome = try await resumed(stops: 5) {
      let root = RandomSource(seed: 7)
      var weights = root.stream("weights")
      var training = AdversarialTraining(
        DCGANConfiguration(imageSize: 8, channels: 1, latentSize: 6, width: 4), averaging: averaging, using: &weights)
      try training.train(
        count: 22, batchSize: 5, epochs: 2, decay: 0.5, using: root, images: { images.gathered(rows: $0) })
      let models = [
        training.generator.parameters(includingState: true), training.discriminator.parameters(includingState: true),
        training.trainedGenerator.parameters(includingState: true), training.generatorOptimizer.state,
        training.discriminatorOptimizer.state,
      ]
      return models.map { $0.map(\.tensor.scalars) } + [[[Float(training.steps)]]]
    }
    for (step, scalars, _) in outcome.resumed { #expect(scalars == outcome.whole, "stopped at step \(step)") }
    #expect(outcome.whole.last == [[8]])
  }

  @Test func aClassifier() async throws {
    let images = Self.images
    let labels = (0..<22).map { $0 % 3 }
    let outcome = try await resumed(stops: 5) {
      let root = RandomSource(seed: 8)
      var weights = root.stream("weights")
      var configuration = ConvolutionalClassifier.Configuration.digits(imageSize: 8, classes: 3)
      (configuration.width, configuration.dropout) = (4, 0.3)
      var model = ConvolutionalClassifier(configuration, using: &weights)
      try model.train(
        labels: labels, .init(epochs: 2, batchSize: 6, shift: 1, mirror: true), using: root,
        images: { images.gathered(rows: $0) })
      return model.parameters(includingState: true).map(\.tensor.scalars)
    }
    for (step, scalars, restored) in outcome.resumed {
      #expect(scalars == outcome.whole, "stopped at step \(step)")
      #expect(restored == ["classifier training"])
    }
  }
}
