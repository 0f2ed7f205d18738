import Models
import Tensor
import TestSupport
import Testing

/// A training that PyTorch did in double precision; see `scripts/fixtures/generate_aral.py`.
@Suite("ARAL trains as PyTorch does")
struct ARALParityTests {
  /// Of a loss, or of a tensor's largest absolute value.
  private static let tolerance: Float = 3e-4

  /// One of the two fixtures.
  struct Fixture {
    let architecture: ARALConfiguration.Architecture
    let content: [String: Tensor]

    init(_ architecture: ARALConfiguration.Architecture) throws {
      self.architecture = architecture
      let read = try SafeTensors.read(fixturePath("ARAL/\(architecture.rawValue).safetensors"))
      content = Dictionary(uniqueKeysWithValues: read.tensors.map { ($0.name, $0.tensor) })
    }

    func entry(_ name: String) throws -> Tensor { try #require(content[name], "the fixture has no \(name)") }

    /// The entries under `prefix`, without it.
    func entries(_ prefix: String) -> [(name: String, tensor: Tensor)] {
      content.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    }

    /// Batch `index` of an entry `[batches, …]`.
    func batch(_ name: String, _ index: Int) throws -> Tensor {
      let all = try entry(name)
      return all.rows(index..<index + 1).reshaped(to: Array(all.shape.dropFirst()))
    }

    func labels(_ name: String, _ index: Int) throws -> [Int] { try batch(name, index).scalars.map { Int($0) } }

    /// The draws of a step.
    func draws(_ step: Int) throws -> ARALTraining.Draws {
      ARALTraining.Draws(
        first: .init(latents: try batch("latents.first", step), labels: try labels("labels.first", step)),
        second: .init(latents: try batch("latents.second", step), labels: try labels("labels.second", step)),
        noise: try batch("noise", step))
    }

    /// The networks as they start: without noise and dropout.
    func training(released: Bool) throws -> ARALTraining {
      let dense = architecture == .dense
      let configuration = ARALConfiguration(
        architecture: architecture, imageSize: dense ? 8 : 16, channels: dense ? 1 : 3, classes: 3, latentSize: 5,
        classifierWidths: dense ? [20, 12, 10] : [4, 6], autoencoderWidth: dense ? 12 : 4, samplerWidth: 8,
        inputNoise: 0, hiddenNoise: 0, inputDropout: 0, hiddenDropout: 0)
      let settings = dense ? ARALSettings.mnist : .cifar
      var random = RandomSource(seed: 1)
      var training = ARALTraining(configuration, settings: released ? settings.released : settings, using: &random)
      try training.classifier.restore(entries("classifier."))
      try training.autoencoder.restore(entries("autoencoder."))
      try training.sampler.restore(entries("sampler."))
      return training
    }
  }

  @Test("Ten steps' losses", arguments: ARALConfiguration.Architecture.allCases, [false, true])
  func losses(architecture: ARALConfiguration.Architecture, released: Bool) throws {
    let fixture = try Fixture(architecture)
    var training = try fixture.training(released: released)
    let expected = try fixture.entry(released ? "losses.released" : "losses.corrected")
    #expect(expected.shape == [10, 11])
    var random = RandomSource(seed: 2)
    for step in 0..<10 {
      let losses = try training.step(
        labelled: try fixture.batch("labelled", step % 2), labels: try fixture.labels("labels", step % 2),
        unlabelled: try fixture.batch("unlabelled", step % 2), draws: try fixture.draws(step), using: &random)
      let found = [
        losses.classification, losses.real, losses.generated, losses.classifier, losses.featureDistance, losses.codes,
        losses.reconstruction, losses.divergence, losses.adversarial, losses.autoencoder, losses.sampler,
      ]
      for (column, (found, expected)) in zip(found, expected.rows(step..<step + 1).scalars).enumerated() {
        #expect(abs(found - expected) <= Self.tolerance * abs(expected), "step \(step + 1), column \(column)")
      }
    }
    guard !released else { return }
    let state = Dictionary(
      uniqueKeysWithValues: training.autoencoder.parameters(includingState: true).map { ($0.name, $0.tensor) })
    let after = fixture.entries("stateAfter.")
    #expect(after.count == (architecture == .dense ? 8 : 12))
    for (name, tensor) in after {
      #expect(relativeError(try #require(state[name]), tensor) <= Self.tolerance, "\(name)")
    }
  }

  /// Adam's first step with β₁ = 0 moves every parameter by rate · g / (|g| + 10⁻⁸): the moves show whether every
  /// gradient has PyTorch's sign.
  @Test(
    "The first step moves generator and encoder along PyTorch's gradients",
    arguments: ARALConfiguration.Architecture.allCases)
  func gradients(architecture: ARALConfiguration.Architecture) throws {
    let fixture = try Fixture(architecture)
    var training = try fixture.training(released: false)
    let before = training.autoencoder.parameters()
    var random = RandomSource(seed: 2)
    _ = try training.step(
      labelled: try fixture.batch("labelled", 0), labels: try fixture.labels("labels", 0),
      unlabelled: try fixture.batch("unlabelled", 0), draws: try fixture.draws(0), using: &random)
    let rate = training.settings.autoencoderLearningRate
    let expected = Dictionary(uniqueKeysWithValues: fixture.entries("gradient."))
    #expect(expected.count == before.count)
    for ((name, old), (_, new)) in zip(before, training.autoencoder.parameters()) {
      let gradient = try #require(expected[name]).scalars
      let scale = gradient.reduce(0) { max($0, abs($1)) }
      for (place, gradient) in gradient.enumerated() where abs(gradient) > 1e-3 * scale {
        let move = new.scalars[place] - old.scalars[place]
        #expect(abs(move + rate * gradient / (abs(gradient) + 1e-8)) < 1e-2 * rate, "\(name)[\(place)]")
      }
    }
  }
}
