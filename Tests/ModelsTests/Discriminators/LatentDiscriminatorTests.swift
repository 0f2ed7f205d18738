import Models
import Tensor
import TestSupport
import Testing

@Suite struct LatentDiscriminatorTests {
  @Test func layersHaveTheShapesOfThePaper() {
    var random = RandomSource(seed: 1)
    let discriminator = LatentDiscriminator(using: &random)
    #expect(
      discriminator.parameters().filter { $0.name.hasSuffix("weight") }.map(\.tensor.shape) == [
        [32, 512], [512, 512], [512, 1],
      ])
    #expect(discriminator(Tensor(normal: [7, 32], using: &random)).shape == [7, 1])
  }

  @Test func modulesObeyTheLaws() {
    var random = RandomSource(seed: 2)
    let discriminator = LatentDiscriminator(.init(latentSize: 8, hidden: [16, 16, 16]), using: &random)
    let latents = Tensor(normal: [6, 8], using: &random)
    #expect(
      moduleLawViolation(of: discriminator) { binaryCrossEntropy(logits: $0(latents), target: 1) } == nil)
  }
}
