import Foundation
import Models
import Tensor
import TestSupport
import Testing

@Suite struct FeatureClassifierTests {
  /// Narrow networks of each kind, for 32-pixel colour images and three classes.
  private func narrow(using random: inout RandomSource) -> [any FeatureClassifier] {
    [
      VGG16(.init(classes: 3, width: 4), using: &random),
      VGG16(.init(classes: 3, width: 4, head: .hidden(units: 20, dropout: 0.3)), using: &random),
      ResidualNetwork(.init(classes: 3, width: 4), using: &random),
      SmallConvolutionalClassifier(
        .init(imageSize: 32, channels: 3, classes: 3, width: 4, hidden: 20, hiddenDropout: 0.2), using: &random),
      MultilayerPerceptron(.init(inputs: 32 * 32 * 3, hidden: [20, 12], classes: 3, dropout: 0.2), using: &random),
    ]
  }

  @Test func modulesObeyTheLaws() {
    var random = RandomSource(seed: 1)
    let images = Tensor(normal: [6, 32, 32, 3], using: &random)
    func violation<Classifier: FeatureClassifier>(of classifier: Classifier) -> String? {
      moduleLawViolation(of: classifier) {
        crossEntropy(logits: $0.forward(images, using: &random), labels: [0, 1, 2, 0, 1, 2])
      }
    }
    for classifier in narrow(using: &random) {
      let found = violation(of: classifier)
      #expect(found == nil, "\(type(of: classifier))")
    }
  }

  @Test func logitsAreLinearInTheFeatures() throws {
    var random = RandomSource(seed: 2)
    let images = Tensor(normal: [5, 32, 32, 3], using: &random)
    for classifier in narrow(using: &random) {
      let features = classifier.features(images)
      let bias = try #require(classifier.head.bias)
      #expect(features.shape == [5, classifier.head.weight.shape[0]])
      let expected = matmul(features, classifier.head.weight) + bias
      #expect(relativeError(classifier(images), expected) < 1e-6, "\(type(of: classifier))")
      #expect(classifier(images).shape == [5, 3])
    }
  }

  /// Rows of one batch do not see each other in inference: what scoring a pool relies on.
  @Test func inferenceTreatsImagesAlone() {
    var random = RandomSource(seed: 3)
    let images = Tensor(normal: [4, 32, 32, 3], using: &random)
    func trained<Classifier: FeatureClassifier>(_ classifier: Classifier) -> any FeatureClassifier {
      var copy = classifier
      _ = copy.forward(images, using: &random)
      return copy
    }
    for classifier in narrow(using: &random) {
      let moved = trained(classifier)
      let together = moved.features(images).rows(2..<3)
      #expect(relativeError(moved.features(images.rows(2..<3)), together) < 1e-5, "\(type(of: classifier))")
    }
  }

  /// Stripes along one axis or the other, which no single pixel tells apart.
  @Test func everyKindLearnsStripes() {
    var random = RandomSource(seed: 4)
    let labels = (0..<24).map { $0 % 3 }
    var pixels: [Float] = []
    for label in labels {
      let phase = random.integer(below: 8)
      for y in 0..<32 {
        for x in 0..<32 {
          let place = [y, x, x + y][label] + phase
          pixels += [Float](repeating: place % 8 < 4 ? 1 : -1, count: 3)
        }
      }
    }
    let images = Tensor(pixels, shape: [24, 32, 32, 3])
    func losses<Classifier: FeatureClassifier>(training classifier: Classifier) -> (first: Float, last: Float) {
      var (model, optimizer) = (classifier, Adam<Classifier>(learningRate: 3e-3))
      var losses: [Float] = []
      for _ in 0..<40 {
        let (loss, gradient) = model.valueAndGradient {
          crossEntropy(logits: $0.forward(images, using: &random), labels: labels)
        }
        optimizer.update(&model, along: gradient)
        losses.append(loss)
      }
      return (losses[0], losses[39])
    }
    for classifier in narrow(using: &random) {
      let (first, last) = losses(training: classifier)
      #expect(last < 0.4 * first, "\(type(of: classifier)): from \(first) to \(last)")
    }
  }

  @Test func imagesOfAnotherShapeAreRefused() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 5)
      _ = VGG16(.init(width: 2), using: &random)(.zeros([1, 16, 16, 3]))
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 5)
      _ = ResidualNetwork(.init(width: 2), using: &random)(.zeros([1, 32, 32, 1]))
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 5)
      _ = MultilayerPerceptron(using: &random)(.zeros([2, 783]))
    }
  }
}

@Suite struct VGG16Tests {
  /// The shapes in the table of the doc comment.
  @Test(arguments: [32, 64]) func layersHaveTheShapesOfThePaper(side: Int) {
    var random = RandomSource(seed: 1)
    let network = VGG16(using: &random)
    var x = Tensor(normal: [2, side, side, 3], using: &random)
    var maps: [Shape] = []
    for layer in network.body.layers {
      x = layer(x)
      if layer is MaxPool2D { maps.append(Array(x.shape.dropFirst())) }
    }
    #expect(maps == [(2, 64), (4, 128), (8, 256), (16, 512), (32, 512)].map { [side / $0.0, side / $0.0, $0.1] })
    #expect(x.shape == [2, 512])
    #expect(network.body.layers.count { $0 is Convolution2D } == 13)
  }

  /// Thirteen convolutions without bias (14 710 464), their norms (8448) and a dense layer (5130).
  @Test func hasTheParametersOfThePaper() {
    var random = RandomSource(seed: 2)
    #expect(VGG16(using: &random).parameterCount == 14_710_464 + 8448 + 5130)
    let hidden = VGG16(.init(classes: 100, width: 4, head: .hidden(units: 64)), using: &random)
    let dense = hidden.body.layers.compactMap { ($0 as? Dense)?.weight.shape }
    #expect(dense == [[7 * 7 * 32, 64], [64, 64]])
    #expect(hidden.head.weight.shape == [64, 100])
  }

  /// From 32 pixels one pixel is left, and the pool to 7 × 7 repeats it.
  @Test func thePaperHeadPoolsUp() throws {
    var random = RandomSource(seed: 3)
    let network = VGG16(.init(width: 2, head: .hidden(units: 8)), using: &random)
    let pool = try #require(network.body.layers.firstIndex { $0 is AdaptiveAveragePool2D })
    let convolutions = Sequential(layers: Array(network.body.layers[..<pool]))
    let last = convolutions(Tensor(normal: [2, 32, 32, 3], using: &random))
    #expect(last.shape == [2, 1, 1, 16])
    let pooled = network.body.layers[pool](last)
    #expect(pooled.scalars == last.broadcast(to: [2, 7, 7, 16]).scalars)
  }

  @Test func configurationsSurviveJSON() throws {
    for head in [VGG16.Head.linear, .hidden(units: 12, dropout: 0.25)] {
      let configuration = VGG16.Configuration(channels: 1, classes: 7, width: 8, head: head)
      let decoded = try JSONDecoder().decode(
        VGG16.Configuration.self, from: JSONEncoder().encode(configuration))
      #expect(decoded == configuration)
    }
  }
}

@Suite struct ResidualNetworkTests {
  /// The shapes in the table of the doc comment.
  @Test func layersHaveTheShapesOfThePaper() {
    var random = RandomSource(seed: 1)
    let network = ResidualNetwork(using: &random)
    var x = Tensor(normal: [2, 32, 32, 3], using: &random)
    var maps: [Shape] = []
    for layer in network.body.layers {
      x = layer(x)
      if layer is ResidualBlock { maps.append(Array(x.shape.dropFirst())) }
    }
    #expect(maps == [(32, 64), (16, 128), (8, 256), (4, 512)].flatMap { [[$0.0, $0.0, $0.1], [$0.0, $0.0, $0.1]] })
    #expect(x.shape == [2, 512])
  }

  /// The number that every implementation of the CIFAR variant reports.
  @Test func hasTheUsualNumberOfParameters() {
    var random = RandomSource(seed: 2)
    #expect(ResidualNetwork(using: &random).parameterCount == 11_173_962)
  }

  @Test func oddSizesFit() {
    var random = RandomSource(seed: 3)
    let network = ResidualNetwork(.init(channels: 1, classes: 4, width: 2, blocks: [1, 2, 1]), using: &random)
    #expect(network(Tensor(normal: [2, 28, 27, 1], using: &random)).shape == [2, 4])
    #expect(network.features(.zeros([0, 28, 27, 1])).shape == [0, 8])
  }

  /// With the branch's last norm at zero only the shortcut is left.
  @Test(arguments: [1, 2]) func withoutItsBranchABlockIsItsShortcut(stride: Int) throws {
    var random = RandomSource(seed: 4)
    var block = ResidualBlock(3, stride == 1 ? 3 : 5, stride: stride).initialized(using: &random)
    let images = Tensor(normal: [4, 8, 8, 3], using: &random)
    let whole = block.forward(images, using: &random)
    var norm = try #require(block.branch.layers[4] as? BatchNormalization)
    norm.scale = .zeros(norm.scale.shape)
    block.branch.layers[4] = norm
    let (shortcut, output) = (block.shortcut(images).relu(), block(images))
    #expect(output.shape == (stride == 1 ? [4, 8, 8, 3] : [4, 4, 4, 5]))
    #expect(output.scalars == shortcut.scalars)
    if stride == 1 { #expect(output.scalars == images.relu().scalars) }
    #expect(whole.scalars != output.scalars)
  }
}
