import Models
import Tensor
import Testing

/// Ten steps of training give the same bits with 1, 2, 3 and 8 threads.
@Suite(.serialized) struct ClassifierDeterminismTests {
  @Test func vgg() {
    expectSameBits(imageSize: 32, channels: 3) { VGG16(.init(width: 16), using: &$0) }
  }

  @Test func residualNetwork() {
    expectSameBits(imageSize: 16, channels: 3) { ResidualNetwork(.init(width: 16), using: &$0) }
  }

  @Test func smallConvolutionalClassifier() {
    expectSameBits(imageSize: 28, channels: 1) {
      SmallConvolutionalClassifier(.init(width: 16, poolDropout: 0.25), using: &$0)
    }
  }

  @Test func perceptron() {
    expectSameBits(imageSize: 28, channels: 1) {
      MultilayerPerceptron(.init(hidden: [256, 256], dropout: 0.5), using: &$0)
    }
  }

  private func expectSameBits<Model: FeatureClassifier>(
    imageSize: Int, channels: Int, _ make: (inout RandomSource) -> Model
  ) {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let runs = [1, 2, 3, 8].map { threads -> (losses: [Float], parameters: [[Float]]) in
      ThreadPool.threadCount = threads
      var random = RandomSource(seed: 41)
      var model = make(&random)
      var optimizer = SGD<Model>(learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4)
      let losses = (0..<10).map { _ in
        let images = Tensor(uniform: [24, imageSize, imageSize, channels], low: -1, high: 1, using: &random)
        let labels = (0..<24).map { _ in Int.random(in: 0..<10, using: &random) }
        let input = model is MultilayerPerceptron ? images.flattened() : images
        let (loss, gradient) = model.valueAndGradient {
          crossEntropy(logits: $0.forward(input, using: &random), labels: labels)
        }
        optimizer.update(&model, along: gradient)
        return loss
      }
      return (losses, model.parameters().map(\.tensor.scalars))
    }
    for run in runs.dropFirst() {
      #expect(run.losses == runs[0].losses)
      #expect(run.parameters == runs[0].parameters)
    }
    #expect(!runs[0].losses.contains { !$0.isFinite })
  }
}
