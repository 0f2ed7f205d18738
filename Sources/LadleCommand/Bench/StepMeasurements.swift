import ActiveLoop
import Datasets
import Models
import Tensor

// Whole steps of training, and what experiments spend their time with.

extension Measurement {
  static let steps: [Measurement] = [
    Measurement(.step, "gan-step", "DCGAN training step, 64 images of 32×32") { scale in
      let batch = scale == .full ? 64 : 8
      var random = RandomSource(seed: 1)
      var training = AdversarialTraining(DCGANConfiguration(imageSize: 32, channels: 1), using: &random)
      let images = Tensor(uniform: [batch, 32, 32, 1], low: -1, high: 1, using: &random)
      var losses: AdversarialTraining.Losses?
      let generator = layers(
        [(1, 1, 100, 256, 4), (4, 4, 256, 128, 4), (8, 8, 128, 64, 4), (16, 16, 64, 1, 4)], batch)
      let discriminator = layers(
        [(16, 16, 1, 64, 4), (8, 8, 64, 128, 4), (4, 4, 128, 256, 4), (1, 1, 256, 1, 4)], batch)
      // Three passes of the generator. The discriminator's: two batches with weight gradients, and one without.
      let operations =
        passes(generator) + 2 * passes(discriminator) + 2 * discriminator.reduce(0, +)
      return Work(
        operations: operations, bytes: nil, once: { losses = try training.step(on: images, using: &random) },
        problem: {
          guard let losses else { return "no step was taken" }
          return losses.discriminator.isFinite && losses.generator.isFinite && losses.discriminator > 0
            ? nil : "the losses are \(losses)"
        })
    },
    Measurement(.step, "cnn-step", "small CNN training step, 64 images of 28×28") { scale in
      let batch = scale == .full ? 64 : 8
      var random = RandomSource(seed: 3)
      let model = ConvolutionalClassifier(.digits(), using: &random)
      let images = Tensor(uniform: [batch, 28, 28, 1], low: 0, high: 1, using: &random)
      let convolutions = layers([(28, 28, 1, 24, 3), (14, 14, 24, 48, 3), (14, 14, 48, 48, 3)], batch)
      let dense = layers([(1, 1, 7 * 7 * 48, 128, 1), (1, 1, 128, 10, 1)], batch)
      return training(model, images, operations: passes(convolutions + dense), random)
    },
    Measurement(.step, "mlp-step", "MLP 784-512-512-10 training step, 64 images") { scale in
      let batch = scale == .full ? 64 : 8
      var random = RandomSource(seed: 4)
      var model = Sequential {
        Dense(784, 512)
        ReLU()
        Dense(512, 512)
        ReLU()
        Dense(512, 10)
      }
      model.initialize(.kaimingUniform(), using: &random)
      let images = Tensor(uniform: [batch, 784], low: 0, high: 1, using: &random)
      let dense = layers([(1, 1, 784, 512, 1), (1, 1, 512, 512, 1), (1, 1, 512, 10, 1)], batch)
      return training(model, images, operations: passes(dense), random)
    },
    Measurement(.step, "synthesis", "query synthesis, 10 queries × 100 steps, 32×32") { scale in
      let steps = scale == .full ? 100 : 5
      var random = RandomSource(seed: 2)
      let generator = DCGANImageGenerator(DCGANGenerator(.init(imageSize: 32, channels: 1), using: &random))
      let inputs = Tensor(uniform: [50, 32, 32, 1], low: 0, high: 1, using: &random)
      var learner = SupportVectorLearner()
      try learner.fit(LabelledSamples(inputs: inputs, labels: (0..<50).map { $0 % 2 }, classCount: 2), using: &random)
      // An untrained generator's images are grey: contrast is not asked for.
      let synthesizer = GenerativeAdversarialSynthesizer<DCGANImageGenerator, SupportVectorLearner>(
        generator: generator, settings: SynthesisSettings(steps: steps, restartLimit: 0, minimumContrast: 0))
      var found = Tensor(0)
      let forward = layers([(1, 1, 100, 256, 4), (4, 4, 256, 128, 4), (8, 8, 128, 64, 4), (16, 16, 64, 1, 4)], 10)
        .reduce(0, +)
      return Work(
        // Forward, and back to z; the last pass is forward only.
        operations: forward * Double(2 * steps + 1), bytes: nil,
        once: { found = synthesizer.synthesize(10, learner: learner, using: &random).inputs },
        problem: {
          // A start that does not fall is left out.
          let isRight =
            (1...10).contains(found.shape[0]) && found.shape.dropFirst() == [32, 32, 1]
            && found.scalars.allSatisfy { $0.isFinite }
          return isRight ? nil : "the queries are \(found)"
        })
    },
    Measurement(.step, "svm-linear", "linear SVM, 4000 glyphs of 28×28") { supportVectors(.linear, $0) },
    Measurement(.step, "svm-rbf", "RBF SVM, 4000 glyphs of 28×28") { supportVectors(.radialBasis, $0) },
    Measurement(.step, "classifier", "small CNN inference, 256 images of 28×28") { scale in
      let batch = scale == .full ? 256 : 16
      var random = RandomSource(seed: 3)
      let model = ConvolutionalClassifier(.digits(), using: &random)
      let images = Tensor(uniform: [batch, 28, 28, 1], low: 0, high: 1, using: &random)
      var found = Tensor(0)
      let forward = layers(
        [
          (28, 28, 1, 24, 3), (14, 14, 24, 48, 3), (14, 14, 48, 48, 3), (1, 1, 7 * 7 * 48, 128, 1), (1, 1, 128, 10, 1),
        ], batch)
      return Work(
        operations: forward.reduce(0, +), bytes: nil, once: { found = model.probabilities(for: images) },
        problem: {
          let sums = found.sum(alongAxes: [1])
          return difference(sums, .ones([batch]), relative: 1e-5)
        })
    },
  ]

  /// Operations of the forward pass of layers given as (height, width, channels, outputs, kernel): of the images a
  /// convolution makes, and of those that a transposed one starts from.
  private static func layers(_ shapes: [(Int, Int, Int, Int, Int)], _ batch: Int) -> [Double] {
    shapes.map { 2 * Double(batch * $0.0 * $0.1 * $0.2 * $0.3 * $0.4 * $0.4) }
  }

  /// Forward, weight gradient and input gradient, but for the first layer's input, which nobody asks for.
  private static func passes(_ forward: [Double]) -> Double { 3 * forward.reduce(0, +) - (forward.first ?? 0) }

  /// Steps of Adam on the cross-entropy of one batch.
  private static func training<Model: Layer>(
    _ initial: Model, _ images: Tensor, operations: Double, _ source: RandomSource
  ) -> Work {
    var (model, random) = (initial, source)
    var optimizer = Adam<Model>(learningRate: 1e-3)
    let labels = (0..<images.shape[0]).map { $0 % 10 }
    var losses: [Float] = []
    return Work(
      operations: operations, bytes: nil,
      once: {
        let (loss, gradient) = model.valueAndGradient { model in
          crossEntropy(logits: model.forward(images, using: &random), labels: labels)
        }
        optimizer.update(&model, along: gradient)
        losses.append(loss)
      },
      problem: {
        losses.allSatisfy { $0.isFinite && $0 > 0 } && !losses.isEmpty ? nil : "the losses are \(losses)"
      })
  }

  private static func supportVectors(_ kernel: SupportVectorMachine.Kernel, _ scale: Scale) -> Work {
    let data = GlyphGenerator(configuration: .init(digits: [5, 7])).dataset(count: scale == .full ? 4000 : 300)
    var parameters = SupportVectorMachine.Parameters()
    parameters.kernel = kernel
    var machine = SupportVectorMachine(parameters)
    return Work(
      operations: nil, bytes: nil,
      once: {
        var random = RandomSource(seed: 5)
        machine = SupportVectorMachine(parameters)
        try machine.fit(data.images, labels: data.labels, classCount: 2, using: &random)
      },
      problem: {
        let right = zip(machine.predictions(for: data.images), data.labels).count { $0 == $1 }
        return right * 10 >= data.labels.count * 9 ? nil : "\(right) of \(data.labels.count) are right"
      })
  }
}
