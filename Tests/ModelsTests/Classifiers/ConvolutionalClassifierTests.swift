import Models
import Tensor
import TestSupport
import Testing

@Suite struct ConvolutionalClassifierTests {
  /// Horizontal against vertical bars at random places, with noise.
  private func bars(_ count: Int, using random: inout RandomSource) -> (images: Tensor, labels: [Int]) {
    var scalars = Tensor(uniform: [count * 256], high: 0.3, using: &random).scalars
    var labels: [Int] = []
    for image in 0..<count {
      let (kind, place) = (random.integer(below: 2), random.integer(below: 16))
      labels.append(kind)
      for i in 0..<16 { scalars[image * 256 + (kind == 0 ? place * 16 + i : i * 16 + place)] = 1 }
    }
    return (Tensor(scalars, shape: [count, 16, 16, 1]), labels)
  }

  @Test func learnsBars() throws {
    var random = RandomSource(seed: 1)
    let (images, labels) = bars(400, using: &random)
    let (testImages, testLabels) = bars(200, using: &random)
    var classifier = ConvolutionalClassifier(.digits(imageSize: 16, classes: 2), using: &random)
    try classifier.train(
      labels: labels, .init(epochs: 3, batchSize: 32), using: random, images: { images.gathered(rows: $0) })
    #expect(classifier.accuracy(on: testImages, labels: testLabels) >= 0.98)
    let probabilities = classifier.probabilities(for: testImages)
    #expect(probabilities.shape == [200, 2])
    #expect(mismatch(probabilities.sum(alongAxes: [1]), [Double](repeating: 1, count: 200), shape: [200]) == nil)
  }

  @Test func modulesObeyTheLaws() {
    var random = RandomSource(seed: 2)
    for configuration in [
      ConvolutionalClassifier.Configuration.digits(imageSize: 12, classes: 3),
      .naturalImages(imageSize: 16, classes: 3),
    ] {
      let classifier = ConvolutionalClassifier(configuration, using: &random)
      let side = configuration.imageSize
      let images = Tensor(normal: [4, side, side, configuration.channels], using: &random)
      #expect(
        moduleLawViolation(of: classifier) {
          crossEntropy(logits: $0.forward(images, using: &random), labels: [0, 1, 2, 0])
        } == nil)
      #expect(classifier.probabilities(for: .zeros([0, side, side, configuration.channels])).shape == [0, 3])
    }
  }
}
