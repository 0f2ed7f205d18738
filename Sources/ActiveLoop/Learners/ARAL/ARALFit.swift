internal import Models
internal import Tensor

/// One fit of ARAL's networks in progress.
struct ARALFit {
  private(set) var training: ARALTraining
  private(set) var figures: [String: Double] = [:]
  private let settings: ARALLearnerSettings
  private let samples: LabelledSamples
  private let order: RandomSource

  init(_ training: ARALTraining, settings: ARALLearnerSettings, samples: LabelledSamples, order: RandomSource) {
    (self.training, self.settings, self.samples, self.order) = (training, settings, samples, order)
  }

  /// All steps. Every pass takes the unlabelled images in a new order; what does not fill a batch waits for the next.
  mutating func run(
    unlabelled: Tensor, onProgress: ((Int, ARALTraining.Losses) -> Void)?
  ) throws(ARALLearnerError) {
    let count = unlabelled.shape[0]
    let batch = min(settings.batch, count)
    let perPass = count / batch
    let total = settings.steps ?? settings.epochs * perPass
    var draws = order.stream("labelled draws")
    var codes = order.stream("latent codes")
    var noise = order.stream("noise")
    var permutation: [Int] = []
    var recent: [ARALTraining.Losses] = []
    for step in 0..<total {
      if Task.isCancelled { throw .cancelled(afterStep: step) }
      let (pass, place) = step.quotientAndRemainder(dividingBy: perPass)
      if place == 0 {
        var sequence = order.stream("unlabelled order", pass)
        permutation = sequence.permutation(of: count)
      }
      let others = Array(permutation[place * batch..<(place + 1) * batch])
      let rows = (0..<batch).map { _ in draws.integer(below: samples.count) }
      training.setLearningRates(at: Float(step) / Float(total))
      let losses: ARALTraining.Losses
      do {
        losses = try training.step(
          labelled: settings.networks.scaled(samples.inputs.gathered(rows: rows)),
          labels: rows.map { samples.labels[$0] },
          unlabelled: settings.networks.scaled(unlabelled.gathered(rows: others)),
          draws: .init(count: batch, settings.networks, using: &codes), using: &noise)
      } catch {
        throw .nonFiniteLoss(step: error.step, loss: error.loss)
      }
      if step >= total - 100 { recent.append(losses) }
      if (step + 1) % 100 == 0 || step + 1 == total { onProgress?(step + 1, losses) }
    }
    record(recent, steps: total)
  }

  private mutating func record(_ recent: [ARALTraining.Losses], steps: Int) {
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
