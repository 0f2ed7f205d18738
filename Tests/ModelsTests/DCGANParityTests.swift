import Models
import Tensor
import TestSupport
import Testing

/// A training that PyTorch did in double precision; see `scripts/fixtures/generate_dcgan.py`.
@Suite("A DCGAN trains as PyTorch's does")
struct DCGANParityTests {
  /// Of a loss, or of a tensor's largest absolute value. Ten steps of single precision stay within a tenth of it.
  private static let tolerance: Float = 2e-5

  private let content: [String: Tensor]
  private let configuration = DCGANConfiguration(imageSize: 32, channels: 1, latentSize: 100, width: 16)

  init() throws {
    let read = try SafeTensors.read(fixturePath("DCGAN/training.safetensors"))
    content = Dictionary(uniqueKeysWithValues: read.tensors.map { ($0.name, $0.tensor) })
  }

  private func entry(_ name: String) throws -> Tensor { try #require(content[name], "the fixture has no \(name)") }

  /// The entries under `prefix`, without it.
  private func entries(_ prefix: String) -> [(name: String, tensor: Tensor)] {
    content.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
  }

  /// The two networks as they start.
  private func training() throws -> AdversarialTraining {
    var random = RandomSource(seed: 1)
    var training = AdversarialTraining(configuration, using: &random)
    try training.generator.restore(entries("generator."))
    try training.discriminator.restore(entries("discriminator."))
    return training
  }

  @Test("Ten steps' losses and running statistics")
  func losses() throws {
    var training = try training()
    let (images, latents, expected) = (try entry("images"), try entry("latents"), try entry("losses").scalars)
    var random = RandomSource(seed: 2)
    for step in 0..<10 {
      let losses = try training.step(
        on: images.rows(step % 5..<step % 5 + 1).reshaped(to: [8, 32, 32, 1]),
        latents: latents.rows(step..<step + 1).reshaped(to: [8, 100]), using: &random)
      #expect(abs(losses.discriminator - expected[2 * step]) <= Self.tolerance * expected[2 * step], "step \(step + 1)")
      #expect(
        abs(losses.generator - expected[2 * step + 1]) <= Self.tolerance * expected[2 * step + 1], "step \(step + 1)")
    }
    let state = Dictionary(
      uniqueKeysWithValues: training.generator.parameters(includingState: true).map {
        ("generator." + $0.name, $0.tensor)
      }
        + training.discriminator.parameters(includingState: true).map { ("discriminator." + $0.name, $0.tensor) })
    let after = entries("stateAfter.")
    #expect(after.count == 10)
    for (name, tensor) in after {
      #expect(relativeError(try #require(state[name]), tensor) <= Self.tolerance, "\(name)")
    }
  }

  @Test("The first step's gradients")
  func gradients() throws {
    var training = try training()
    var random = RandomSource(seed: 2)
    let images = try entry("images").rows(0..<1).reshaped(to: [8, 32, 32, 1])
    let latents = try entry("latents").rows(0..<1).reshaped(to: [8, 100])
    let generated = training.generator.forward(latents, using: &random)
    let (_, discriminatorGradient) = training.discriminator.valueAndGradient { discriminator in
      let real = discriminator.forward(images, using: &random)
      return AdversarialLoss.nonSaturating.discriminator(
        real: real, generated: discriminator.forward(generated, using: &random))
    }
    try check(discriminatorGradient, "gradient.discriminator.", count: 10)

    training.discriminatorOptimizer.update(&training.discriminator, along: discriminatorGradient)
    var discriminator = training.discriminator
    let (_, generatorGradient) = training.generator.valueAndGradient { generator in
      AdversarialLoss.nonSaturating.generator(
        discriminator.forward(generator.forward(latents, using: &random), using: &random))
    }
    try check(generatorGradient, "gradient.generator.", count: 10)
  }

  private func check<M: Module>(_ gradient: Gradient<M>, _ prefix: String, count: Int) throws {
    let expected = Dictionary(uniqueKeysWithValues: entries(prefix))
    #expect(expected.count == count)
    #expect(gradient.unused.isEmpty)
    for (name, tensor) in zip(gradient.names, gradient.tensors) {
      // The largest weights' gradients are not in the fixture.
      guard let expected = expected[name] else { continue }
      #expect(relativeError(tensor, expected) <= Self.tolerance, "\(prefix)\(name)")
    }
  }
}
