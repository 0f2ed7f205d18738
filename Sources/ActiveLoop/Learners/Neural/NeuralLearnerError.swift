/// Why a network could not be fitted. The learner is then what it was before.
public enum NeuralLearnerError: Error, Hashable, CustomStringConvertible {
  /// There is nothing to learn from.
  case noSamples
  /// The loss was infinite or not a number at this step (1, 2, …).
  case nonFiniteLoss(step: Int, loss: Float)
  /// The gradient of a parameter was infinite or not a number at this step.
  case nonFiniteGradient(step: Int, parameter: String)
  /// The task was cancelled after so many epochs.
  case cancelled(afterEpoch: Int)
  /// Saved weights are not of this network.
  case badWeights(String)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .noSamples: "a network cannot be fitted to no samples: label some first."
    case .nonFiniteLoss(let step, let loss):
      "the loss was \(loss) at step \(step): lower the learning rate, and check that the inputs are finite."
    case .nonFiniteGradient(let step, let parameter):
      "the gradient of \(parameter) was not finite at step \(step): lower the learning rate."
    case .cancelled(let epoch): "the fit was stopped after \(epoch) epochs."
    case .badWeights(let problem): "the saved weights are not of this network: \(problem)"
    }
  }
}
