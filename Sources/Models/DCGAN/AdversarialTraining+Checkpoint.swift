public import Tensor

extension AdversarialTraining {
  /// Adds all that ``restore(from:)`` needs: models, optimizers, the average and the number of steps.
  public func add(to checkpoint: inout Checkpoint) {
    checkpoint.add(generator, as: "generator")
    checkpoint.add(discriminator, as: "discriminator")
    checkpoint.add(generatorOptimizer, as: "generatorOptimizer")
    checkpoint.add(discriminatorOptimizer, as: "discriminatorOptimizer")
    if let averagedGenerator { checkpoint.add(averagedGenerator, as: "averagedGenerator") }
    checkpoint.add(steps, as: "steps")
  }

  /// Becomes the training that was added, which had the same settings. After an error nothing has changed.
  public mutating func restore(from checkpoint: Checkpoint) throws(ParameterMismatch) {
    var other = self
    try checkpoint.restore(&other.generator, from: "generator")
    try checkpoint.restore(&other.discriminator, from: "discriminator")
    try checkpoint.restore(&other.generatorOptimizer, for: other.generator, from: "generatorOptimizer")
    try checkpoint.restore(&other.discriminatorOptimizer, for: other.discriminator, from: "discriminatorOptimizer")
    other.steps = checkpoint.value(from: "steps") ?? 0
    other.averagedGenerator = nil
    if averaging > 0, other.steps > 0 {
      var average = other.generator
      try checkpoint.restore(&average, from: "averagedGenerator")
      other.averagedGenerator = average
    }
    self = other
  }
}
