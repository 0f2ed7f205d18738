import Models
import Tensor
import TestSupport
import Testing

@Suite struct ARALNetworkTests {
  /// The shapes in the tables of the doc comments, layer by layer.
  @Test func convolutionalLayersHaveTheShapesOfThePaper() {
    var random = RandomSource(seed: 1)
    let training = ARALTraining(.cifar, settings: .cifar, using: &random)
    let images = Tensor(normal: [1, 32, 32, 3], using: &random)
    #expect(
      shapes(training.classifier.features, images) { $0 is LeakyReLU || $0 is GlobalAveragePool2D } == [
        [32, 32, 96], [32, 32, 96], [16, 16, 96], [16, 16, 192], [16, 16, 192], [8, 8, 192], [6, 6, 192], [6, 6, 192],
        [6, 6, 192], [192],
      ])
    #expect(training.classifier(images).shape == [1, 10])
    let codes = Tensor(normal: [1, 110], using: &random)
    #expect(
      shapes(training.autoencoder.generator.network, codes) { $0 is Reshape || $0 is ReLU || $0 is Tanh } == [
        [8192], [4, 4, 512], [8, 8, 256], [16, 16, 128], [32, 32, 3],
      ])
    let planes = Tensor(normal: [1, 32, 32, 4], using: &random)
    #expect(
      shapes(training.autoencoder.encoder.network, planes) { $0 is ReLU || $0 is WeightNormalized<Dense> } == [
        [16, 16, 128], [8, 8, 256], [4, 4, 512], [200],
      ])
    #expect(
      training.sampler.parameters().map(\.tensor.shape).filter { $0.count == 2 } == [
        [100, 512], [512, 512], [512, 512], [512, 512], [512, 1],
      ])
  }

  @Test func denseLayersHaveTheShapesOfThePaper() {
    var random = RandomSource(seed: 2)
    let training = ARALTraining(.mnist, settings: .mnist, using: &random)
    let images = Tensor(normal: [1, 28, 28, 1], using: &random)
    #expect(
      shapes(training.classifier.features, images) { $0 is ReLU } == [[1000], [500], [250], [250], [250]])
    #expect(training.classifier(images).shape == [1, 10])
    #expect(
      shapes(training.autoencoder.generator.network, Tensor(normal: [1, 110], using: &random)) {
        $0 is Softplus || $0 is Reshape
      } == [[500], [500], [28, 28, 1]])
    #expect(
      shapes(training.autoencoder.encoder.network, Tensor(normal: [1, 794], using: &random)) {
        $0 is Softplus || $0 is WeightNormalized<Dense>
      } == [[500], [500], [200]])
  }

  /// The shapes of one sample after the layers that `isShown` picks.
  private func shapes(_ network: Sequential, _ input: Tensor, isShown: (any Layer) -> Bool) -> [Shape] {
    var x = input
    return network.layers.compactMap { layer in
      x = layer(x)
      return isShown(layer) ? Array(x.shape.dropFirst()) : nil
    }
  }

  @Test func presetsDifferAsTheReleasedOnesDo() {
    #expect(ARALConfiguration.svhn.classifierWidths == [64, 128])
    #expect(ARALConfiguration.svhn.dropsChannels && !ARALConfiguration.cifar.dropsChannels)
    #expect(ARALConfiguration.svhn.inputDropout == 0.15 && ARALConfiguration.cifar.inputDropout == 0.2)
    var random = RandomSource(seed: 3)
    let dropouts = ARALClassifier(.svhn, using: &random).features.layers.compactMap { ($0 as? Dropout2D)?.rate }
    #expect(dropouts == [0.15, 0.5, 0.5])
    let noises = ARALClassifier(.mnist, using: &random)
    #expect(
      (noises.features.layers + noises.output.layers).compactMap { ($0 as? GaussianNoise)?.standardDeviation }
        == [0.3, 0.5, 0.5, 0.5, 0.5, 0.5])
  }

  static let configurations = [
    ARALConfiguration(
      architecture: .dense, imageSize: 8, channels: 1, classes: 4, latentSize: 6, classifierWidths: [20, 12],
      autoencoderWidth: 16, samplerWidth: 12),
    ARALConfiguration(
      architecture: .convolutional, imageSize: 16, channels: 3, classes: 4, latentSize: 6, classifierWidths: [6, 8],
      autoencoderWidth: 4, samplerWidth: 12),
  ]

  @Test(arguments: configurations) func modulesObeyTheLaws(configuration: ARALConfiguration) {
    withSeeds { random in
      let images = Tensor(
        normal: [6, configuration.imageSize, configuration.imageSize, configuration.channels], using: &random)
      let classes = Tensor.oneHot([0, 1, 2, 3, 1, 2], classes: 4)
      let latents = Tensor(uniform: [6, 6], using: &random)
      let classifier = ARALClassifier(configuration, using: &random)
      #expect(
        moduleLawViolation(of: classifier) {
          crossEntropy(logits: $0.forward(images, using: &random), labels: [0, 1, 2, 3, 1, 2])
        } == nil)
      let autoencoder = ARALAutoencoder(configuration, using: &random)
      let weights = Tensor(normal: images.shape, using: &random)
      #expect(
        moduleLawViolation(of: autoencoder) { model in
          let made = model.generator.forward(latents, classes: classes, using: &random)
          let posterior = model.encoder.forward(images, classes: classes, using: &random)
          return (made * weights).sum() + posterior.negativeLogLikelihood(of: latents).mean()
        } == nil)
    }
  }

  /// The lengths of the hidden layers' weights are state: only the last layer's learn.
  @Test func hiddenLengthsAreNotLearnt() {
    var random = RandomSource(seed: 4)
    let classifier = ARALClassifier(.small, using: &random)
    let (learnt, all) = (classifier.parameters().map(\.name), classifier.parameters(includingState: true).map(\.name))
    #expect(learnt.filter { $0.hasSuffix("magnitude") } == ["output.0.magnitude"])
    #expect(all.count { $0.hasSuffix("magnitude") } == 10)
  }

  /// The encoder's plane holds class / K, whatever the scale of what tells the class.
  @Test func theClassReachesTheEncoder() {
    var random = RandomSource(seed: 5)
    let encoder = ARALEncoder(Self.configurations[1], using: &random)
    let image = Tensor(normal: [1, 16, 16, 3], using: &random)
    let means = (0..<4).map { encoder(image, classes: .oneHot([$0], classes: 4)).mean.scalars }
    #expect(Set(means).count == 4)
    #expect(encoder(image, classes: Tensor([0.1, 0.2, 3, -1], shape: [1, 4])).mean.scalars == means[2])
  }
}

@Suite struct ARALLossesTests {
  /// Against the formulas with plain exponentials, in double.
  @Test func discriminatorLossesAreTheDefinitions() {
    var random = RandomSource(seed: 6)
    let logits = Tensor(normal: [7, 5], standardDeviation: 2, using: &random)
    let sums = (0..<7).map { row in (0..<5).reduce(0.0) { $0 + exponential(logits.at([row, $1])) } }
    let (real, generated) = (
      sums.reduce(0) { $0 - 0.5 * logarithm($1) + 0.5 * logarithm(1 + $1) } / 7,
      sums.reduce(0) { $0 + 0.5 * logarithm(1 + $1) } / 7
    )
    #expect(mismatch(ARALLosses.real(logits), [real], shape: []) == nil)
    #expect(mismatch(ARALLosses.generated(logits), [generated], shape: []) == nil)
  }

  @Test func extremeLogitsDoNotOverflow() {
    let logits = Tensor([300, -300, 200, 100], shape: [2, 2])
    #expect(ARALLosses.real(logits).scalar == 0)
    #expect(ARALLosses.generated(logits).scalar == 125)
  }

  @Test func featureDistancesAreTheDefinitions() {
    let (a, b) = (Tensor([1, 2, 3, 6], shape: [2, 2]), Tensor([0, 1, 2, 0, 4, 2], shape: [3, 2]))
    // Means (2, 4) and (2, 1).
    #expect(ARALLosses.featureDistance(a, b, .squared).scalar == 4.5)
    #expect(ARALLosses.featureDistance(a, b, .absolute).scalar == 1.5)
  }

  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for n in 1...80 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }

  /// By Newton's iteration on the exponential.
  private func logarithm(_ x: Double) -> Double {
    var y = 0.0
    for _ in 0..<60 { y += 2 * (x - exponential(y)) / (x + exponential(y)) }
    return y
  }
}
