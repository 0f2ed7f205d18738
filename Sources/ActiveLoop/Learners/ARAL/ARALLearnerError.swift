/// Why ARAL's networks could not be fitted. The learner is then what it was before.
public enum ARALLearnerError: Error, Hashable, CustomStringConvertible {
  /// There is nothing labelled to learn from.
  case noSamples
  /// A loss was infinite or not a number at this step (1, 2, …).
  case nonFiniteLoss(step: Int, loss: String)
  /// The task was cancelled after so many steps.
  case cancelled(afterStep: Int)
  /// Saved weights are not of these networks.
  case badWeights(String)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .noSamples: "ARAL cannot be fitted to no labelled samples: label some first."
    case .nonFiniteLoss(let step, let loss):
      "the \(loss) loss was not finite at step \(step): lower its learning rate, and check that the inputs are finite."
    case .cancelled(let step): "the fit was stopped after \(step) steps."
    case .badWeights(let problem): "the saved weights are not of these networks: \(problem)"
    }
  }
}
