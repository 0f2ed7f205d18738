import Models
import Tensor
import TestSupport
import Testing

@Suite struct DCGANTests {
  /// The shapes in the tables of the doc comments, layer by layer.
  @Test func layersHaveTheShapesOfThePaper() {
    var random = RandomSource(seed: 1)
    let configuration = DCGANConfiguration(imageSize: 64, channels: 3)
    let generator = DCGANGenerator(configuration, using: &random)
    var x = Tensor(normal: [2, 100], using: &random)
    var maps: [Shape] = []
    for layer in generator.network.layers {
      x = layer(x)
      if layer is TransposedConvolution2D { maps.append(Array(x.shape.dropFirst())) }
    }
    #expect(maps == [[4, 4, 512], [8, 8, 256], [16, 16, 128], [32, 32, 64], [64, 64, 3]])
    let discriminator = DCGANDiscriminator(configuration, using: &random)
    maps = []
    for layer in discriminator.network.layers {
      x = layer(x)
      if layer is Convolution2D { maps.append(Array(x.shape.dropFirst())) }
    }
    #expect(maps == [[32, 32, 64], [16, 16, 128], [8, 8, 256], [4, 4, 512], [1, 1, 1]])
  }

  @Test(arguments: [8, 14, 16, 28, 32, 64], [1, 3]) func everySizeMakesImagesInRange(size: Int, channels: Int) {
    var random = RandomSource(seed: 2)
    let configuration = DCGANConfiguration(imageSize: size, channels: channels, latentSize: 20, width: 8)
    let generator = DCGANGenerator(configuration, using: &random)
    let images = generator(Tensor(normal: [3, 20], using: &random))
    #expect(images.shape == [3, size, size, channels])
    #expect(images.scalars.allSatisfy { (-1...1).contains($0) })
    #expect(DCGANDiscriminator(configuration, using: &random)(images).shape == [3, 1])
  }

  @Test(arguments: DCGANConfiguration.Normalization.allCases)
  func modulesObeyTheLaws(normalization: DCGANConfiguration.Normalization) {
    var random = RandomSource(seed: 3)
    let configuration = DCGANConfiguration(
      imageSize: 16, channels: 1, latentSize: 10, width: 4, discriminatorNormalization: normalization)
    let latents = Tensor(normal: [4, 10], using: &random)
    let images = Tensor(normal: [4, 16, 16, 1], using: &random)
    let weights = Tensor(normal: [4, 16, 16, 1], using: &random)
    let generator = DCGANGenerator(configuration, using: &random)
    #expect(moduleLawViolation(of: generator) { ($0.forward(latents, using: &random) * weights).sum() } == nil)
    let discriminator = DCGANDiscriminator(configuration, using: &random)
    #expect(moduleLawViolation(of: discriminator) { $0.forward(images, using: &random).squared().sum() } == nil)
  }

  @Test func sizesThatCannotBeAreRefused() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 1)
      _ = DCGANGenerator(.init(imageSize: 20), using: &random)
    }
  }
}

@Suite struct AdversarialTrainingTests {
  private func training(_ loss: AdversarialLoss, averaging: Float = 0) -> AdversarialTraining {
    var random = RandomSource(seed: 4)
    let configuration = DCGANConfiguration(
      imageSize: 16, channels: 1, latentSize: 16, width: 8,
      discriminatorNormalization: loss.discriminatorNormalization)
    return AdversarialTraining(configuration, loss: loss, learningRate: 1e-3, averaging: averaging, using: &random)
  }

  /// A vertical bar at a random place: easy to learn, and its statistics are known.
  private func bars(_ count: Int, using random: inout RandomSource) -> Tensor {
    var scalars = [Float](repeating: -1, count: count * 256)
    for image in 0..<count {
      let column = 4 + random.integer(below: 8)
      for y in 0..<16 { scalars[image * 256 + y * 16 + column] = 1 }
    }
    return Tensor(scalars, shape: [count, 16, 16, 1])
  }

  @Test(arguments: AdversarialLoss.allCases) func theGeneratorApproachesTheData(loss: AdversarialLoss) throws {
    var random = RandomSource(seed: 5)
    var training = training(loss)
    // The mean image of bars is −1 but in the middle columns; an untrained generator's is about 0.
    let target = bars(2000, using: &random).mean(alongAxes: [0])
    func distance() -> Float {
      var draw = RandomSource(seed: 6)
      var copy = training.generator
      let images = copy.forward(Tensor(normal: [128, 16], using: &draw), using: &draw)
      return (images.mean(alongAxes: [0]) - target).squared().mean().scalar
    }
    let before = distance()
    for _ in 0..<150 { _ = try training.step(on: bars(32, using: &random), using: &random) }
    #expect(distance() < 0.3 * before, "from \(before) to \(distance())")
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let runs = try [1, 2, 3, 8].map { threads in
      ThreadPool.threadCount = threads
      var random = RandomSource(seed: 7)
      var training = training(.nonSaturating)
      let losses = try (0..<10).map { _ in try training.step(on: bars(16, using: &random), using: &random) }
      return (losses, training.generator.parameters().map(\.tensor.scalars))
    }
    for run in runs.dropFirst() {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
  }

  @Test func averagingFollowsTheGenerator() throws {
    var random = RandomSource(seed: 8)
    var training = training(.nonSaturating, averaging: 0.9)
    for _ in 0..<30 { _ = try training.step(on: bars(8, using: &random), using: &random) }
    let averaged = try #require(training.averagedGenerator).parameters().map(\.tensor)
    let last = training.generator.parameters().map(\.tensor)
    let distance = zip(averaged, last).reduce(Float(0)) { $0 + ($1.0 - $1.1).squared().sum().scalar }
    #expect(distance > 0 && distance < 10)
  }

  /// After recalibration, inference and training forward agree on a large batch.
  @Test func recalibratedStatisticsAreThoseOfTheLatents() throws {
    var random = RandomSource(seed: 9)
    var training = training(.nonSaturating)
    for _ in 0..<20 { _ = try training.step(on: bars(16, using: &random), using: &random) }
    var generator = training.generator
    let latents = Tensor(normal: [512, 16], using: &random)
    var trained = generator
    let expected = trained.forward(latents, using: &random)
    generator.recalibrate(batches: 30, batchSize: 128, using: &random)
    let error = (generator(latents) - expected).squared().mean().scalar
    let power = expected.squared().mean().scalar
    #expect(error < 1e-2 * power, "\(error) of \(power)")
  }

  @Test func divergenceIsAnError() {
    var random = RandomSource(seed: 10)
    var training = training(.nonSaturating)
    let images = Tensor(repeating: .nan, shape: [4, 16, 16, 1])
    #expect(throws: AdversarialTraining.Divergence.self) { _ = try training.step(on: images, using: &random) }
  }
}
