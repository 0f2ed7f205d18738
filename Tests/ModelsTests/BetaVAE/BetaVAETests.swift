import Models
import Tensor
import TestSupport
import Testing

@Suite struct BetaVAETests {
  /// The shapes in the tables of the doc comments, layer by layer.
  @Test func layersHaveTheShapesOfThePaper() {
    #expect(encoded(.init()) == [[16, 16, 128], [8, 8, 256], [4, 4, 512], [2, 2, 1024]])
    #expect(decoded(.init()) == [[4, 4, 1024], [8, 8, 512], [16, 16, 256], [32, 32, 128], [32, 32, 3]])
  }

  @Test func otherSizesHaveTheShapesOfTheTables() {
    let (large, digits) = (
      BetaVAEConfiguration(imageSize: 64, width: 4), BetaVAEConfiguration(imageSize: 28, channels: 1, width: 4)
    )
    #expect(encoded(large) == [[32, 32, 4], [16, 16, 8], [8, 8, 16], [4, 4, 32]])
    #expect(decoded(large) == [[8, 8, 32], [16, 16, 16], [32, 32, 8], [64, 64, 4], [64, 64, 3]])
    #expect(encoded(digits) == [[14, 14, 4], [7, 7, 8], [3, 3, 16]])
    #expect(decoded(digits) == [[7, 7, 16], [14, 14, 8], [28, 28, 4], [28, 28, 1]])
  }

  /// The outputs of the encoder's convolutions.
  private func encoded(_ configuration: BetaVAEConfiguration) -> [Shape] {
    var random = RandomSource(seed: 1)
    let size = configuration.imageSize
    var x = Tensor(normal: [1, size, size, configuration.channels], using: &random)
    let encoder = BetaVAEEncoder(configuration, using: &random)
    let posterior = encoder(x)
    #expect(posterior.mean.shape == [1, configuration.latentSize])
    #expect(posterior.logVariance.shape == [1, configuration.latentSize])
    return encoder.features.layers.compactMap { layer in
      x = layer(x)
      return layer is Convolution2D ? Array(x.shape.dropFirst()) : nil
    }
  }

  /// The outputs of the decoder's dense layer, reshaped, and of its transposed convolutions.
  private func decoded(_ configuration: BetaVAEConfiguration) -> [Shape] {
    var random = RandomSource(seed: 2)
    var x = Tensor(normal: [1, configuration.latentSize], using: &random)
    return BetaVAEDecoder(configuration, using: &random).network.layers.compactMap { layer in
      x = layer(x)
      return layer is Reshape || layer is TransposedConvolution2D ? Array(x.shape.dropFirst()) : nil
    }
  }

  @Test(arguments: [8, 12, 16, 20, 24, 28, 32, 40, 56, 64]) func everySizeComesBack(size: Int) {
    var random = RandomSource(seed: 3)
    let configuration = BetaVAEConfiguration(imageSize: size, channels: 1, latentSize: 5, width: 2)
    let autoencoder = BetaVAE(configuration, using: &random)
    let images = Tensor(normal: [3, size, size, 1], using: &random)
    #expect(autoencoder.reconstructions(of: images).shape == images.shape)
  }

  @Test(arguments: BetaVAEConfiguration.Initialization.allCases)
  func modulesObeyTheLaws(initialization: BetaVAEConfiguration.Initialization) {
    var random = RandomSource(seed: 4)
    let configuration = BetaVAEConfiguration(latentSize: 6, width: 4, initialization: initialization)
    let autoencoder = BetaVAE(configuration, using: &random)
    let images = Tensor(normal: [4, 32, 32, 3], using: &random)
    let noise = Tensor(normal: [4, 6], using: &random)
    let bound = EvidenceBound()
    let violation = moduleLawViolation(of: autoencoder) { model in
      let coded = model.forward(images, noise: noise, using: &random)
      return bound.loss(
        bound.terms(reconstructions: coded.reconstructions, images: images, posterior: coded.posterior))
    }
    #expect(violation == nil)
  }

  /// Every layer starts at a scale that keeps activations near one; as released, the last layer and the heads do not
  /// have Kaiming's.
  @Test func everyWeightIsDrawn() {
    var random = RandomSource(seed: 5)
    let autoencoder = BetaVAE(.init(width: 16), using: &random)
    let weights = autoencoder.parameters().filter { $0.name.hasSuffix("weight") }
    #expect(weights.count == 11)
    for (name, weight) in weights {
      // Connections into one output: everything but the outputs' axis.
      let outputs = name.hasPrefix("decoder") && weight.rank == 4 ? weight.shape[2] : weight.shape[weight.rank - 1]
      let ratio = (weight.variance().scalar * Float(weight.count / outputs) / 2).squareRoot()
      // Four standard errors of a standard deviation from so many draws.
      #expect(abs(ratio - 1) < 4 / Float(2 * weight.count).squareRoot(), "\(name): \(ratio)")
    }

    let released = BetaVAE(.init(width: 16, initialization: .releasedCode), using: &random)
    for head in [released.encoder.mean, released.encoder.logVariance] {
      let bound = 1 / Float(head.weight.shape[0]).squareRoot()
      #expect(head.weight.absoluteValue().max().scalar <= bound)
      #expect(head.bias.map { $0.absoluteValue().max().scalar > 0 } == true)
    }
  }

  @Test func inferenceDoesNotDependOnTheBatch() {
    var random = RandomSource(seed: 6)
    var autoencoder = BetaVAE(.small(), using: &random)
    let images = Tensor(normal: [6, 28, 28, 1], using: &random)
    _ = autoencoder.forward(images, noise: Tensor(normal: [6, 32], using: &random), using: &random)
    let together = autoencoder.reconstructions(of: images)
    let alone = autoencoder.reconstructions(of: images.rows(2..<3))
    #expect(relativeError(alone, together.rows(2..<3)) < 1e-5)
  }

  @Test func sizesThatCannotBeAreRefused() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 1)
      _ = BetaVAE(.init(imageSize: 30), using: &random)
    }
  }
}

@Suite struct EvidenceBoundTests {
  /// Both weightings against loops over the definitions, in double.
  @Test(arguments: EvidenceBound.Weighting.allCases) func termsAreTheDefinitions(weighting: EvidenceBound.Weighting) {
    var random = RandomSource(seed: 7)
    let (images, found) = (
      Tensor(normal: [3, 4, 4, 2], using: &random), Tensor(normal: [3, 4, 4, 2], using: &random)
    )
    let posterior = GaussianPosterior(
      mean: Tensor(normal: [3, 5], using: &random), logVariance: Tensor(normal: [3, 5], using: &random))
    var (error, divergence) = (0.0, 0.0)
    for (a, b) in zip(images.scalars, found.scalars) { error += (Double(a) - Double(b)) * (Double(a) - Double(b)) }
    for (mean, logVariance) in zip(posterior.mean.scalars, posterior.logVariance.scalars) {
      // Naively, from the densities: E[log q(z) − log p(z)] for z = μ + σ·ε, whose ε² has expectation 1.
      let (mu, variance) = (Double(mean), exponential(Double(logVariance)))
      divergence += 0.5 * (mu * mu + variance) - 0.5 * (1 + Double(logVariance))
    }
    switch weighting {
    case .perImageSums: (error, divergence) = (error / 3, divergence / 3)
    case .releasedCode: error /= 96
    }
    let bound = EvidenceBound(beta: 4, weighting: weighting)
    let terms = bound.terms(reconstructions: found, images: images, posterior: posterior)
    #expect(mismatch(terms.reconstruction, [error], shape: []) == nil)
    #expect(mismatch(terms.divergence, [divergence], shape: []) == nil)
    #expect(mismatch(bound.loss(terms), [error + 4 * divergence], shape: []) == nil)
  }

  /// The divergence is the mean of log q − log p over draws from q, and is zero for the prior itself.
  @Test func divergenceIsThatOfTheDensities() {
    var random = RandomSource(seed: 8)
    let one = GaussianPosterior(
      mean: Tensor([0.7, -1.2], shape: [1, 2]), logVariance: Tensor([0.4, -0.8], shape: [1, 2]))
    let count = 200_000
    let many = GaussianPosterior(
      mean: one.mean.broadcast(to: [count, 2]), logVariance: one.logVariance.broadcast(to: [count, 2]))
    let draws = many.sample(noise: Tensor(normal: [count, 2], using: &random))
    let ofPrior = (draws.squared() * 0.5).sum(alongAxes: [1])
    let estimate = (ofPrior - many.negativeLogLikelihood(of: draws)).mean().scalar
    #expect(abs(estimate - one.divergenceFromStandardNormal().scalar) < 0.01)
    let prior = GaussianPosterior(mean: .zeros([2, 3]), logVariance: .zeros([2, 3]))
    #expect(prior.divergenceFromStandardNormal().scalars == [0, 0])
  }

  @Test func posteriorsAreDifferentiable() {
    var random = RandomSource(seed: 9)
    let operands = [Tensor(normal: [2, 3], using: &random), Tensor(normal: [2, 3], using: &random)]
    let (noise, latents) = (Tensor(normal: [2, 3], using: &random), Tensor(normal: [2, 3], using: &random))
    #expect(gradientMismatch(of: { posterior($0).divergenceFromStandardNormal() }, at: operands) == nil)
    #expect(gradientMismatch(of: { posterior($0).sample(noise: noise) }, at: operands) == nil)
    #expect(gradientMismatch(of: { posterior($0).negativeLogLikelihood(of: latents) }, at: operands) == nil)
  }

  private func posterior(_ operands: [Tensor]) -> GaussianPosterior {
    GaussianPosterior(mean: operands[0], logVariance: operands[1])
  }

  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for n in 1...60 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
