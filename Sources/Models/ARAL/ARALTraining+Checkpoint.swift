public import Tensor

extension ARALTraining {
  /// Adds all that ``restore(from:)`` needs: models, optimizers and the number of steps.
  public func add(to checkpoint: inout Checkpoint) {
    checkpoint.add(classifier, as: "classifier")
    checkpoint.add(autoencoder, as: "autoencoder")
    checkpoint.add(sampler, as: "sampler")
    checkpoint.add(classifierOptimizer, as: "classifierOptimizer")
    checkpoint.add(autoencoderOptimizer, as: "autoencoderOptimizer")
    checkpoint.add(samplerOptimizer, as: "samplerOptimizer")
    checkpoint.add(steps, as: "steps")
  }

  /// Becomes the training that was added, which had the same settings. After an error nothing has changed.
  public mutating func restore(from checkpoint: Checkpoint) throws(ParameterMismatch) {
    var other = self
    try checkpoint.restore(&other.classifier, from: "classifier")
    try checkpoint.restore(&other.autoencoder, from: "autoencoder")
    try checkpoint.restore(&other.sampler, from: "sampler")
    try checkpoint.restore(&other.classifierOptimizer, for: other.classifier, from: "classifierOptimizer")
    try checkpoint.restore(&other.autoencoderOptimizer, for: other.autoencoder, from: "autoencoderOptimizer")
    try checkpoint.restore(&other.samplerOptimizer, for: other.sampler, from: "samplerOptimizer")
    other.steps = checkpoint.value(from: "steps") ?? 0
    self = other
  }
}
