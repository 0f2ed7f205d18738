internal import Models
internal import Tensor

/// One fit of ARAL's networks in progress.
struct ARALFit {
  private(set) var training: ARALTraining
  private(set) var figures: [String: Double] = [:]
  private let settings: ARALLearnerSettings
  private let samples: LabelledSamples
  private let order: RandomSource
  private var at: Position
  /// The losses of the last steps, at most a hundred.
  private var recent: [ARALTraining.Losses] = []

  /// Where a fit stands between two steps, beside the networks.
  private struct Position: Codable {
    var step = 0
    var draws: RandomSource
    var codes: RandomSource
    var noise: RandomSource
  }

  /// What a fit kept by a ``TrainingKeeper`` is known by.
  private struct Identity: Encodable {
    var order: RandomSource
    var samples: Int
    var steps: Int
  }

  init(_ training: ARALTraining, settings: ARALLearnerSettings, samples: LabelledSamples, order: RandomSource) {
    (self.training, self.settings, self.samples, self.order) = (training, settings, samples, order)
    at = Position(
      draws: order.stream("labelled draws"), codes: order.stream("latent codes"), noise: order.stream("noise"))
  }

  /// All steps, or those that are left of a fit that was kept. Every pass takes the unlabelled images in a new order; what does not fill a batch waits for the next.
  mutating func run(
    unlabelled: Tensor, onProgress: ((Int, ARALTraining.Losses) -> Void)?
  ) throws(ARALLearnerError) {
    let count = unlabelled.shape[0]
    let batch = min(settings.batch, count)
    let perPass = count / batch
    let total = settings.steps ?? settings.epochs * perPass
    let end = total + settings.generatorSteps
    let keeping = TrainingPlace("fit", identity: Identity(order: order, samples: samples.count, steps: end))
    if let saved = keeping.restored() { restore(from: saved) }
    if Task.isCancelled { throw .cancelled(afterStep: at.step) }
    var permutation: [Int] = []
    while at.step < end {
      let step = at.step
      let (pass, place) = step.quotientAndRemainder(dividingBy: perPass)
      if place == 0 || permutation.isEmpty {
        var sequence = order.stream("unlabelled order", pass)
        permutation = sequence.permutation(of: count)
      }
      let others = Array(permutation[place * batch..<(place + 1) * batch])
      let images = settings.networks.scaled(unlabelled.gathered(rows: others))
      do {
        if step < total {
          training.setLearningRates(at: Float(step) / Float(total))
          try advance(images, batch: batch)
        } else {
          _ = try training.refineGenerator(
            unlabelled: images, draws: .init(count: batch, settings.networks, using: &at.codes),
            progress: Float(step - total) / Float(settings.generatorSteps), using: &at.noise)
        }
      } catch {
        throw .nonFiniteLoss(step: error.step, loss: error.loss)
      }
      at.step += 1
      if keeping.mustStop(keeping: { checkpoint }) { throw .cancelled(afterStep: at.step) }
      if at.step % 100 == 0 || at.step == end, let losses = recent.last { onProgress?(at.step, losses) }
    }
    record(steps: total)
    keeping.settle { checkpoint }
  }

  /// A step of all networks.
  private mutating func advance(_ images: Tensor, batch: Int) throws(ARALTraining.Divergence) {
    let rows = (0..<batch).map { _ in at.draws.integer(below: samples.count) }
    let losses = try training.step(
      labelled: settings.networks.scaled(samples.inputs.gathered(rows: rows)), labels: rows.map { samples.labels[$0] },
      unlabelled: images, draws: .init(count: batch, settings.networks, using: &at.codes), using: &at.noise)
    recent = recent.suffix(99) + [losses]
  }

  // MARK: - Keeping

  /// All that a fit that was stopped needs to go on.
  private var checkpoint: Checkpoint {
    var checkpoint = Checkpoint()
    training.add(to: &checkpoint)
    checkpoint.add(at, as: "position")
    let rows = recent.flatMap { losses in ARALTraining.Losses.parts.map { losses[keyPath: $0] } }
    checkpoint.add([("losses", Tensor(rows))], as: "recent")
    return checkpoint
  }

  /// Takes up a fit; one that does not fit is left alone, and made anew.
  private mutating func restore(from saved: Checkpoint) {
    let parts = ARALTraining.Losses.parts
    guard let position = saved.value(Position.self, from: "position"),
      let rows = saved.tensors(of: "recent").first?.tensor.scalars, rows.count.isMultiple(of: parts.count),
      (try? training.restore(from: saved)) != nil
    else { return }
    at = position
    recent = stride(from: 0, to: rows.count, by: parts.count).map { start in
      var losses = ARALTraining.Losses()
      for (place, part) in parts.enumerated() { losses[keyPath: part] = rows[start + place] }
      return losses
    }
  }

  // MARK: - Figures

  private mutating func record(steps: Int) {
    func mean(_ part: KeyPath<ARALTraining.Losses, Float>) -> Double {
      recent.reduce(0) { $0 + Double($1[keyPath: part]) } / Double(recent.count)
    }
    figures["steps"] = Double(steps)
    figures["loss.classification"] = mean(\.classification)
    figures["loss.real"] = mean(\.real)
    figures["loss.generated"] = mean(\.generated)
    figures["loss.generatedClasses"] = mean(\.generatedClasses)
    figures["loss.reconstruction"] = mean(\.reconstruction)
    figures["loss.classifier"] = mean(\.classifier)
    figures["loss.autoencoder"] = mean(\.autoencoder)
    figures["loss.sampler"] = mean(\.sampler)
  }
}

extension ARALTraining.Losses {
  /// Every loss, in a fixed order.
  fileprivate static var parts: [WritableKeyPath<Self, Float>] {
    [
      \.classification, \.real, \.generated, \.classifier, \.featureDistance, \.generatedClasses, \.codes,
      \.reconstruction, \.divergence, \.adversarial, \.autoencoder, \.sampler,
    ]
  }
}
