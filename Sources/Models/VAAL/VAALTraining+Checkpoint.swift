public import Tensor

extension VAALTraining {
  /// Adds all that ``restore(from:)`` needs: models, optimizers and the number of updates.
  public func add(to checkpoint: inout Checkpoint) {
    checkpoint.add(autoencoder, as: "autoencoder")
    checkpoint.add(discriminator, as: "discriminator")
    checkpoint.add(autoencoderOptimizer, as: "autoencoderOptimizer")
    checkpoint.add(discriminatorOptimizer, as: "discriminatorOptimizer")
    checkpoint.add(steps, as: "steps")
  }

  /// Becomes the training that was added, which had the same settings. After an error nothing has changed.
  public mutating func restore(from checkpoint: Checkpoint) throws(ParameterMismatch) {
    var other = self
    try checkpoint.restore(&other.autoencoder, from: "autoencoder")
    try checkpoint.restore(&other.discriminator, from: "discriminator")
    try checkpoint.restore(&other.autoencoderOptimizer, for: other.autoencoder, from: "autoencoderOptimizer")
    try checkpoint.restore(&other.discriminatorOptimizer, for: other.discriminator, from: "discriminatorOptimizer")
    other.steps = checkpoint.value(from: "steps") ?? 0
    self = other
  }
}
