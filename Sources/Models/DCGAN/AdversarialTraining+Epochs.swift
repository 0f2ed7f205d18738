public import Tensor

extension AdversarialTraining {
  /// Where a training stands.
  public struct Progress: Sendable {
    /// Steps taken since the call.
    public var step: Int
    /// Steps in all.
    public var totalSteps: Int
    /// From 0.
    public var epoch: Int
    /// Measured in this step.
    public var losses: Losses
  }

  /// Where a training stands between two steps, beside its models.
  private struct Position: Codable {
    var epoch = 0
    var batch = 0
    var done = 0
    /// Of the epoch's latent codes.
    var latents: RandomSource
  }

  /// What a training kept by a ``TrainingKeeper`` is known by.
  private struct Identity: Encodable {
    var random: RandomSource
    var steps: Int
  }

  /// Trains for `epochs` passes over `count` images in random order; a last batch that is not full is left out.
  ///
  /// With a ``TrainingKeeper`` it goes on from the step that was kept last. Cancelling the task is noticed after every
  /// step, and throws `CancellationError`.
  ///
  /// - Parameters:
  ///   - decay: the share of the steps, at the end, over which both learning rates fall linearly to zero; with a
  ///     parameter average this settles the samples. 0 keeps the rates, as the paper does.
  ///   - images: the images of the given indices, `[n, S, S, C]` in [0, 1].
  ///   - progress: called after every step that this process takes; what it throws ends the training.
  /// - Precondition: there is at least one full batch.
  public mutating func train(
    count: Int, batchSize: Int = 64, epochs: Int, decay: Float = 0, using random: RandomSource,
    images: ([Int]) -> Tensor,
    progress: (Progress) throws -> Void = { _ in }
  ) throws {
    let batches = count / batchSize
    precondition(batches > 0, "\(count) images do not fill a batch of \(batchSize)")
    precondition((0...1).contains(decay), "a share of the steps is in 0...1, not \(decay)")
    let total = epochs * batches
    let rates = (generatorOptimizer.learningRate, discriminatorOptimizer.learningRate)
    defer { (generatorOptimizer.learningRate, discriminatorOptimizer.learningRate) = rates }
    let place = TrainingPlace("adversarial training", identity: Identity(random: random, steps: total))
    var at = restored(from: place) ?? Position(latents: random.stream("latents"))
    while at.epoch < epochs {
      var order = random.stream("order", at.epoch)
      let permutation = order.permutation(of: count)
      while at.batch < batches {
        let chosen = Array(permutation[at.batch * batchSize..<(at.batch + 1) * batchSize])
        let left = Float(total - at.done) / Float(total)
        let factor = left >= decay ? 1 : left / decay
        generatorOptimizer.learningRate = rates.0 * factor
        discriminatorOptimizer.learningRate = rates.1 * factor
        let losses = try step(on: images(chosen) * 2 - 1, using: &at.latents)
        (at.batch, at.done) = (at.batch + 1, at.done + 1)
        if place.mustStop(keeping: { checkpoint(at) }) { throw CancellationError() }
        try progress(Progress(step: at.done, totalSteps: total, epoch: at.epoch, losses: losses))
      }
      (at.epoch, at.batch) = (at.epoch + 1, 0)
      at.latents = random.stream("latents", at.epoch)
    }
  }

  private func checkpoint(_ position: Position) -> Checkpoint {
    var checkpoint = Checkpoint()
    add(to: &checkpoint)
    checkpoint.add(position, as: "position")
    return checkpoint
  }

  private mutating func restored(from place: TrainingPlace) -> Position? {
    guard let saved = place.restored(), let position = saved.value(Position.self, from: "position"),
      (try? restore(from: saved)) != nil
    else { return nil }
    return position
  }
}
