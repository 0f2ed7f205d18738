import Models
import Tensor

/// One step of ARAL's four networks for CIFAR-10, on 100 labelled and 100 unlabelled images. The compared steps have
/// neither noise nor dropout in the classifier; the timed ones have both.
struct ARALStep: Case {
  private var training: ARALTraining
  private var random: RandomSource
  private let labelled: Tensor
  private let unlabelled: Tensor
  private let labels: [Int]
  /// The draws of the compared steps.
  private let draws: [ARALTraining.Draws]
  /// Whether the classifier has its noise and dropout.
  private var isNoisy = false

  init(batch: Int = 100) {
    let random = RandomSource(seed: 6)
    var weights = random.stream("weights")
    var quiet = ARALConfiguration.cifar
    (quiet.inputNoise, quiet.inputDropout, quiet.hiddenDropout) = (0, 0, 0)
    training = ARALTraining(quiet, settings: .cifar, using: &weights)
    var pixels = random.stream("images")
    labelled = Tensor(uniform: [batch, 32, 32, 3], low: -1, high: 1, using: &pixels)
    unlabelled = Tensor(uniform: [batch, 32, 32, 3], low: -1, high: 1, using: &pixels)
    labels = (0..<batch).map { _ in pixels.integer(below: quiet.classes) }
    var drawn = random.stream("compared draws")
    func generated() -> ARALTraining.GeneratedBatch {
      ARALTraining.GeneratedBatch(
        latents: Tensor(uniform: [batch, quiet.latentSize], using: &drawn),
        labels: (0..<batch).map { _ in drawn.integer(below: quiet.classes) })
    }
    draws = (0..<3).map { _ in
      ARALTraining.Draws(
        first: generated(), second: generated(), noise: Tensor(normal: [batch, quiet.latentSize], using: &drawn))
    }
    self.random = random.stream("noise")
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(training.classifier, as: "classifier")
    exchange.add(training.autoencoder, as: "autoencoder")
    exchange.add(training.sampler, as: "sampler")
    exchange.add(labelled, as: "labelled")
    exchange.add(unlabelled, as: "unlabelled")
    exchange.add(labels, as: "labels")
    exchange.add(stacked(draws.map { stacked([$0.first.latents, $0.second.latents]) }), as: "latents")
    exchange.add(
      stacked(draws.map { stacked([$0.first, $0.second].map { Tensor($0.labels.map(Float.init)) }) }), as: "classes")
    exchange.add(stacked(draws.map(\.noise)), as: "noise")
    return exchange
  }

  mutating func step(_ turn: Int?) throws -> [Double] {
    let losses: ARALTraining.Losses
    if let turn {
      losses = try training.step(
        labelled: labelled, labels: labels, unlabelled: unlabelled, draws: draws[turn], using: &random)
    } else {
      if !isNoisy { try addNoise() }
      losses = try training.step(labelled: labelled, labels: labels, unlabelled: unlabelled, using: &random)
    }
    return [Double(losses.classifier), Double(losses.autoencoder), Double(losses.sampler)]
  }

  /// The same classifier with the noise and the dropout of the preset.
  private mutating func addNoise() throws {
    var noisy = ARALClassifier(.cifar, using: &random)
    try noisy.restore(training.classifier.parameters(includingState: true))
    training.classifier = noisy
    isNoisy = true
  }
}
