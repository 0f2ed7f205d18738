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
  private var best: (epoch: Int, accuracy: Double, loss: Double, network: Network)?

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
    let choice = training.optimizer
    optimizer =
      switch choice.method {
      case .sgd:
        SGD<Network>(
          learningRate: choice.learningRate, momentum: choice.momentum, weightDecay: choice.weightDecay)
      case .adam: Adam<Network>(learningRate: choice.learningRate, weightDecay: choice.weightDecay)
      }
  }

  /// All epochs.
  mutating func run(onEpoch: ((NeuralLearner<Network>.Epoch) -> Void)?) throws(NeuralLearnerError) {
    let batches = batchRanges(trained.count, size: training.batchSize)
    let total = training.steps ?? training.epochs * batches.count
    var (step, epoch, meanLoss) = (0, 0, 0.0)
    while step < total {
      if Task.isCancelled { throw .cancelled(afterEpoch: epoch) }
      var sequence = order.stream("order", epoch)
      var noise = order.stream("noise", epoch)
      var changes = order.stream("augmentation", epoch)
      let permutation = sequence.permutation(of: trained.count)
      var (sum, seen) = (0.0, 0)
      for range in batches.prefix(total - step) {
        let rows = permutation[range].map { trained[$0] }
        let loss = try self.step(step, of: total, on: rows, noise: &noise, changes: &changes)
        step += 1
        sum += Double(loss) * Double(rows.count)
        seen += rows.count
      }
      epoch += 1
      meanLoss = sum / Double(seen)
      if !held.isEmpty { validate(afterEpoch: epoch) }
      onEpoch?(.init(number: epoch, step: step, totalSteps: total, loss: meanLoss, network: network))
    }
    figures["loss"] = meanLoss
    figures["steps"] = Double(step)
    if let best {
      network = best.network
      figures["bestEpoch"] = Double(best.epoch)
      figures["validationAccuracy"] = best.accuracy
      figures["validationLoss"] = best.loss
    }
  }

  private mutating func step(
    _ step: Int, of total: Int, on rows: [Int], noise: inout RandomSource, changes: inout RandomSource
  ) throws(NeuralLearnerError) -> Float {
    let inputs = training.augmentation(samples.inputs.gathered(rows: rows), using: &changes)
    let labels = rows.map { samples.labels[$0] }
    optimizer.learningRate = training.optimizer.rate(at: step, of: total)
    let (loss, gradient) = network.valueAndGradient { network in
      crossEntropy(logits: network.forward(inputs, using: &noise), labels: labels)
    }
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
    if let best, (best.accuracy, -best.loss) >= (accuracy, -loss) { return }
    best = (epoch, accuracy, loss, network)
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
