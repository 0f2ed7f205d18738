public import Tensor

extension ConvolutionalClassifier {
  /// How a classifier is trained.
  public struct Training: Codable, Sendable, Hashable {
    /// Passes over the images.
    public var epochs: Int
    /// Images per step.
    public var batchSize: Int
    /// Adam's first rate; it falls to zero along half a cosine.
    public var learningRate: Float
    /// Images are moved by up to this many pixels in each direction, and the gap filled with zeros.
    public var shift: Int
    /// Whether images are mirrored half of the time.
    public var mirror: Bool

    /// Memberwise.
    public init(
      epochs: Int = 5, batchSize: Int = 64, learningRate: Float = 2e-3, shift: Int = 2, mirror: Bool = false
    ) {
      self.epochs = epochs
      self.batchSize = batchSize
      self.learningRate = learningRate
      self.shift = shift
      self.mirror = mirror
    }
  }

  /// Where a training stands.
  public struct Progress: Sendable {
    /// Steps taken.
    public var step: Int
    /// Steps in all.
    public var totalSteps: Int
    /// The cross-entropy of this step's batch.
    public var loss: Float
  }

  /// Where a training stands between two steps, beside its network and optimizer.
  private struct Position: Codable {
    var epoch = 0
    var batch = 0
    var done = 0
    /// Of the epoch's augmentation and dropout.
    var noise: RandomSource
  }

  /// What a training kept by a ``TrainingKeeper`` is known by.
  private struct Identity: Encodable {
    var random: RandomSource
    var steps: Int
  }

  /// Minimises the cross-entropy of `labels`.
  ///
  /// With a ``TrainingKeeper`` it goes on from the step that was kept last. Cancelling the task is noticed after every
  /// step, and throws `CancellationError`.
  ///
  /// - Parameters:
  ///   - images: the images of the given indices, `[n, S, S, C]` in [0, 1].
  ///   - labels: one class per image.
  ///   - progress: called after every step that this process takes; what it throws ends the training.
  public mutating func train(
    labels: [Int], _ settings: Training = .init(), using random: RandomSource, images: ([Int]) -> Tensor,
    progress: (Progress) throws -> Void = { _ in }
  ) throws {
    let batches = (labels.count + settings.batchSize - 1) / settings.batchSize
    let total = batches * settings.epochs
    var optimizer = Adam<Self>(learningRate: settings.learningRate)
    let schedule = CosineDecay(from: settings.learningRate, to: 0, over: total)
    let augmentation = ImageAugmentation(padding: settings.shift, mirror: settings.mirror)
    let place = TrainingPlace("classifier training", identity: Identity(random: random, steps: total))
    var at = restored(from: place, &optimizer) ?? Position(noise: random.stream("noise"))
    while at.epoch < settings.epochs {
      var order = random.stream("order", at.epoch)
      let permutation = order.permutation(of: labels.count)
      while at.batch < batches {
        let range = at.batch * settings.batchSize..<min(labels.count, (at.batch + 1) * settings.batchSize)
        let chosen = Array(permutation[range])
        var noise = at.noise
        let inputs = augmentation(images(chosen), using: &noise)
        optimizer.learningRate = schedule.rate(at: at.done)
        let (loss, gradient) = valueAndGradient { model in
          crossEntropy(logits: model.forward(inputs, using: &noise), labels: chosen.map { labels[$0] })
        }
        optimizer.update(&self, along: gradient)
        (at.batch, at.done, at.noise) = (at.batch + 1, at.done + 1, noise)
        if place.mustStop(keeping: { checkpoint(at, optimizer) }) { throw CancellationError() }
        try progress(Progress(step: at.done, totalSteps: total, loss: loss))
      }
      (at.epoch, at.batch) = (at.epoch + 1, 0)
      at.noise = random.stream("noise", at.epoch)
    }
  }

  private func checkpoint(_ position: Position, _ optimizer: Adam<Self>) -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.add(self, as: "network")
    checkpoint.add(optimizer, as: "optimizer")
    checkpoint.add(position, as: "position")
    return checkpoint
  }

  private mutating func restored(from place: TrainingPlace, _ optimizer: inout Adam<Self>) -> Position? {
    guard let saved = place.restored(), let position = saved.value(Position.self, from: "position") else { return nil }
    var (network, memory) = (self, optimizer)
    do throws(ParameterMismatch) {
      try saved.restore(&network, from: "network")
      try saved.restore(&memory, for: network, from: "optimizer")
    } catch { return nil }
    (self, optimizer) = (network, memory)
    return position
  }
}
