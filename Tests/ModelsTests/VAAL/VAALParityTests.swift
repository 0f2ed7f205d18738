import Models
import Tensor
import TestSupport
import Testing

/// A training that PyTorch did in double precision; see `scripts/fixtures/generate_vaal.py`.
@Suite("VAAL trains as PyTorch does")
struct VAALParityTests {
  /// Of a loss, or of a tensor's largest absolute value.
  private static let tolerance: Float = 2e-4

  private let content: [String: Tensor]

  init() throws {
    let read = try SafeTensors.read(fixturePath("VAAL/training.safetensors"))
    content = Dictionary(uniqueKeysWithValues: read.tensors.map { ($0.name, $0.tensor) })
  }

  private func entry(_ name: String) throws -> Tensor { try #require(content[name], "the fixture has no \(name)") }

  /// The entries under `prefix`, without it.
  private func entries(_ prefix: String) -> [(name: String, tensor: Tensor)] {
    content.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
  }

  /// Batch `index` of an entry `[batches, …]`.
  private func batch(_ name: String, _ index: Int) throws -> Tensor {
    let all = try entry(name)
    return all.rows(index..<index + 1).reshaped(to: Array(all.shape.dropFirst()))
  }

  /// The networks as they start.
  private func training(_ weighting: EvidenceBound.Weighting) throws -> VAALTraining {
    var random = RandomSource(seed: 1)
    var training = VAALTraining(
      BetaVAEConfiguration(latentSize: 6, width: 4), hidden: [16, 16],
      settings: VAALSettings(bound: EvidenceBound(weighting: weighting)), using: &random)
    try training.autoencoder.restore(entries("autoencoder."))
    try training.discriminator.restore(entries("discriminator."))
    return training
  }

  @Test("Ten steps' losses", arguments: EvidenceBound.Weighting.allCases)
  func losses(weighting: EvidenceBound.Weighting) throws {
    var training = try training(weighting)
    let expected = try entry("losses.\(weighting.rawValue)")
    #expect(expected.shape == [10, 7])
    var random = RandomSource(seed: 2)
    for step in 0..<10 {
      let (labelled, unlabelled) = (try batch("labelled", step % 2), try batch("unlabelled", step % 2))
      let noise = (try batch("noise.labelled", step), try batch("noise.unlabelled", step))
      let first = try training.updateAutoencoder(
        labelled: labelled, unlabelled: unlabelled, noise: noise, using: &random)
      let second = try training.updateDiscriminator(labelled: labelled, unlabelled: unlabelled, using: &random)
      let found = [
        first.labelledReconstruction, first.labelledDivergence, first.unlabelledReconstruction,
        first.unlabelledDivergence, first.adversarial, first.total, second.total,
      ]
      for (column, (found, expected)) in zip(found, expected.rows(step..<step + 1).scalars).enumerated() {
        #expect(abs(found - expected) <= Self.tolerance * expected, "step \(step + 1), column \(column)")
      }
    }
    guard weighting == .perImageSums else { return }
    let state = Dictionary(
      uniqueKeysWithValues: training.autoencoder.parameters(includingState: true).map { ($0.name, $0.tensor) })
    let after = entries("stateAfter.")
    #expect(after.count == 14)
    for (name, tensor) in after {
      #expect(relativeError(try #require(state[name]), tensor) <= Self.tolerance, "\(name)")
    }
  }

  @Test("The first step's gradients")
  func gradients() throws {
    let training = try training(.perImageSums)
    var (autoencoder, random) = (training.autoencoder, RandomSource(seed: 2))
    let bound = EvidenceBound()
    let (_, gradient) = try autoencoder.valueAndGradient { model in
      var total = Tensor(0)
      for kind in ["labelled", "unlabelled"] {
        let images = try batch(kind, 0)
        let coded = model.forward(images, noise: try batch("noise.\(kind)", 0), using: &random)
        let terms = bound.terms(
          reconstructions: coded.reconstructions, images: images, posterior: coded.posterior)
        let fooled = binaryCrossEntropy(logits: training.discriminator(coded.posterior.mean), target: 1)
        total = total + bound.loss(terms) + fooled
      }
      return total
    }
    #expect(gradient.unused.isEmpty)
    let expected = Dictionary(uniqueKeysWithValues: entries("gradient."))
    #expect(expected.count == gradient.names.count)
    for (name, tensor) in zip(gradient.names, gradient.tensors) {
      #expect(relativeError(tensor, try #require(expected[name])) <= Self.tolerance, "\(name)")
    }
  }
}
