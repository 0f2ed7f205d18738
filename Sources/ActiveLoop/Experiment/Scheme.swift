/// The rows of the comparison in the GAAL paper: how the next samples to label are found.
public enum Scheme: String, CaseIterable, Codable, Sendable {
  /// Images synthesized on the decision boundary (Algorithm 1).
  case gaal
  /// G(z) for random z, without optimisation.
  case simpleGAN = "simple-gan"
  /// The samples of the pool nearest to the hyperplane.
  case svmActive = "svm-active"
  /// Random samples of the pool.
  case random
  /// The whole pool labelled: one fit, a horizontal line.
  case supervised
  /// Five rounds of GAAL, then one of random samples of the pool, and so on (Figure 6).
  case mixed
  /// Random samples of the pool, seen through features learnt on the unlabelled pool; whoever runs it provides a
  /// learner with ``SelfTaughtFeatures``, or data that went through them.
  case selfTaught = "self-taught"

  /// Whether a generator is needed.
  public var needsGenerator: Bool {
    switch self {
    case .gaal, .simpleGAN, .mixed: true
    case .svmActive, .random, .supervised, .selfTaught: false
    }
  }
}
