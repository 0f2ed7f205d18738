internal import Models
internal import Tensor

/// One fit of a network in progress.
struct NeuralFit<Network: FeatureClassifier> {
  private(set) var network: Network
  private(set) var figures: [String: Double] = [:]
  private let training: NeuralTraining
  private let samples: LabelledSamples
  private let order: RandomSource
  /// The rows that are trained on, ascending.
  private let trained: [Int]
  /// The rows that are held back, ascending.
  private let held: [Int]
  private var optimizer: any Optimizer<Network>
  private var at: Position
  private var bestNetwork: Network?

  /// Where a fit stands between two steps, beside networks and optimizer.
  private struct Position: Codable {
    var step = 0
    var epoch = 0
    /// Steps made in this epoch.
    var batch = 0
    /// The losses of this epoch's samples.
    var sum = 0.0
    var seen = 0
    /// Of the last whole epoch.
    var meanLoss = 0.0
    /// Of this epoch's dropout and augmentation.
    var noise: RandomSource
    var changes: RandomSource
    var best: Best?
  }

  private struct Best: Codable {
    var epoch: Int
    var accuracy: Double
    var loss: Double
  }

  /// What a fit kept by a ``TrainingKeeper`` is known by.
  private struct Identity: Encodable {
    var order: RandomSource
    var samples: Int
    var steps: Int
  }

  init(_ network: Network, training: NeuralTraining, samples: LabelledSamples, order: RandomSource) {
    self.network = network
    self.training = training
    self.samples = samples
    self.order = order
    let wanted = Int((Float(samples.count) * training.validationShare).rounded())
    // At least one is trained on.
    let count = min(wanted, samples.count - 1)
    var random = order.stream("validation")
    let shuffled = random.permutation(of: samples.count)
    held = shuffled.prefix(count).sorted()
    trained = shuffled.dropFirst(count).sorted()
    at = Position(noise: order.stream("noise"), changes: order.stream("augmentation"))
    let choice = training.optimizer
    optimizer =
      switch choice.method {
      case .sgd:
        SGD<Network>(
          learningRate: choice.learningRate, momentum: choice.momentum, weightDecay: choice.weightDecay)
      case .adam: Adam<Network>(learningRate: choice.learningRate, weightDecay: choice.weightDecay)
      }
  }

  /// All epochs, or those that are left of a fit that was kept.
  mutating func run(onEpoch: ((NeuralLearner<Network>.Epoch) -> Void)?) throws(NeuralLearnerError) {
    let batches = batchRanges(trained.count, size: training.batchSize)
    let total = training.steps ?? training.epochs * batches.count
    let place = TrainingPlace("fit", identity: Identity(order: order, samples: samples.count, steps: total))
    if let saved = place.restored() { restore(from: saved) }
    if Task.isCancelled { throw .cancelled(afterEpoch: at.epoch) }
    while at.step < total {
      var sequence = order.stream("order", at.epoch)
      let permutation = sequence.permutation(of: trained.count)
      while at.batch < batches.count, at.step < total {
        let rows = permutation[batches[at.batch]].map { trained[$0] }
        let loss = try step(at.step, of: total, on: rows)
        at.step += 1
        at.batch += 1
        at.sum += Double(loss) * Double(rows.count)
        at.seen += rows.count
        // The end of an epoch is kept with what its validation found.
        if at.batch == batches.count || at.step == total { finishEpoch() }
        if place.mustStop(keeping: { checkpoint }) { throw .cancelled(afterEpoch: at.epoch) }
        if at.batch == 0 {
          onEpoch?(.init(number: at.epoch, step: at.step, totalSteps: total, loss: at.meanLoss, network: network))
          break
        }
      }
    }
    figures["loss"] = at.meanLoss
    figures["steps"] = Double(at.step)
    if let best = at.best {
      if let bestNetwork { network = bestNetwork }
      figures["bestEpoch"] = Double(best.epoch)
      figures["validationAccuracy"] = best.accuracy
      figures["validationLoss"] = best.loss
    }
    place.settle { checkpoint }
  }

  private mutating func finishEpoch() {
    at.epoch += 1
    at.meanLoss = at.sum / Double(at.seen)
    if !held.isEmpty { validate(afterEpoch: at.epoch) }
    (at.batch, at.sum, at.seen) = (0, 0, 0)
    (at.noise, at.changes) = (order.stream("noise", at.epoch), order.stream("augmentation", at.epoch))
  }

  // MARK: - Keeping

  /// All that a fit that was stopped needs to go on.
  private var checkpoint: Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.add(network, as: "network")
    checkpoint.add(optimizer, as: "optimizer")
    if let bestNetwork { checkpoint.add(bestNetwork, as: "best") }
    checkpoint.add(at, as: "position")
    return checkpoint
  }

  /// Takes up a fit; one that does not fit is left alone, and made anew.
  private mutating func restore(from saved: Checkpoint) {
    guard let position = saved.value(Position.self, from: "position") else { return }
    var other = self
    other.at = position
    do throws(ParameterMismatch) {
      try saved.restore(&other.network, from: "network")
      try Self.restore(&other.optimizer, for: other.network, from: saved)
      if position.best != nil {
        var best = other.network
        try saved.restore(&best, from: "best")
        other.bestNetwork = best
      }
    } catch { return }
    self = other
  }

  private static func restore(
    _ optimizer: inout any Optimizer<Network>, for network: Network, from saved: Checkpoint
  ) throws(ParameterMismatch) {
    try optimizer.restore(saved.tensors(of: "optimizer"), for: network)
  }

  // MARK: - Steps

  private mutating func step(_ step: Int, of total: Int, on rows: [Int]) throws(NeuralLearnerError) -> Float {
    let inputs = training.augmentation(samples.inputs.gathered(rows: rows), using: &at.changes)
    let labels = rows.map { samples.labels[$0] }
    optimizer.learningRate = training.optimizer.rate(at: step, of: total)
    var noise = at.noise
    let (loss, gradient) = network.valueAndGradient { network in
      crossEntropy(logits: network.forward(inputs, using: &noise), labels: labels)
    }
    at.noise = noise
    guard loss.isFinite else { throw .nonFiniteLoss(step: step + 1, loss: loss) }
    do {
      try optimizer.update(&network, alongFinite: gradient)
    } catch {
      throw .nonFiniteGradient(step: step + 1, parameter: error.parameter)
    }
    return loss
  }

  private mutating func validate(afterEpoch epoch: Int) {
    let labels = held.map { samples.labels[$0] }
    let network = network
    let logits = inChunks(samples.inputs.gathered(rows: held), of: training.scoringChunk) { network($0) }
    let accuracy = Double(zip(logits.argmax(), labels).count { $0 == $1 }) / Double(labels.count)
    let loss = Double(crossEntropy(logits: logits, labels: labels).scalar)
    if let best = at.best, (best.accuracy, -best.loss) >= (accuracy, -loss) { return }
    at.best = Best(epoch: epoch, accuracy: accuracy, loss: loss)
    bestNetwork = network
  }
}

/// `0..<count` in runs of `size`; a last run of one joins the one before.
func batchRanges(_ count: Int, size: Int) -> [Range<Int>] {
  var ranges = stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  if size > 1, ranges.count > 1, let last = ranges.last, last.count == 1 {
    ranges.removeLast()
    ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<count
  }
  return ranges
}

extension NeuralTraining.OptimizerChoice {
  /// The rate of step `step` (0, 1, …) of `total`.
  func rate(at step: Int, of total: Int) -> Float {
    switch schedule {
    case .constant: learningRate
    case .cosine: CosineDecay(from: learningRate, to: 0, over: total).rate(at: step)
    case .steps: learningRate * (4 * step >= 3 * total ? 0.01 : 2 * step >= total ? 0.1 : 1)
    }
  }
}
