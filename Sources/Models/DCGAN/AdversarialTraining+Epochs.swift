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

  /// Trains for `epochs` passes over `count` images in random order; a last batch that is not full is left out.
  ///
  /// - Parameters:
  ///   - decay: the share of the steps, at the end, over which both learning rates fall linearly to zero; with a
  ///     parameter average this settles the samples. 0 keeps the rates, as the paper does.
  ///   - images: the images of the given indices, `[n, S, S, C]` in [0, 1].
  ///   - progress: called after every step; what it throws ends the training.
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
    var done = 0
    for epoch in 0..<epochs {
      var order = random.stream("order", epoch)
      let permutation = order.permutation(of: count)
      var noise = random.stream("latents", epoch)
      for batch in 0..<batches {
        let chosen = Array(permutation[batch * batchSize..<(batch + 1) * batchSize])
        let left = Float(total - done) / Float(total)
        let factor = left >= decay ? 1 : left / decay
        generatorOptimizer.learningRate = rates.0 * factor
        discriminatorOptimizer.learningRate = rates.1 * factor
        let losses = try step(on: images(chosen) * 2 - 1, using: &noise)
        done += 1
        try progress(Progress(step: done, totalSteps: total, epoch: epoch, losses: losses))
      }
    }
  }
}
