import ActiveLoop
import Datasets

/// Everything that a run of `ladle run self-taught` depends on: `config.json`.
struct SelfTaughtSettings: Codable, Sendable, Hashable {
  var dataset = GAALDataset.mnistUSPS
  /// Sizes of the labelled subsets; the smaller ones are the beginnings of the larger.
  var labels = [250, 500, 1000, 5000]
  var seeds = [1]
  /// Keeps the first so many images of the pool; none keeps all.
  var poolLimit: Int?
  /// How USPS is brought to MNIST's frame.
  var framing = Framing.stretch
  var rica = RICASettings()
  /// A finished run of `ladle run gaal`, for a row of GAAL in the table. No record depends on it.
  var gaal: String?
  /// The same for both rows; its `features` are those of the row with raw pixels.
  var learner = SupportVectorLearner.Configuration()

  /// What serves for a data set.
  init(_ dataset: GAALDataset) { self.dataset = dataset }

  /// Throws a usage failure that names the setting which makes no sense.
  func validate() throws {
    try SettingsLimits.check(self)
    if let problem = rica.problem() { throw CommandFailure(.usage, problem + ".") }
    if let poolLimit, poolLimit < 2 {
      throw CommandFailure(.usage, "poolLimit is \(poolLimit), and must be at least 2.")
    }
    guard let least = labels.min(), least >= 2, Set(labels).count == labels.count else {
      throw CommandFailure(.usage, "--labels takes distinct numbers of at least 2, such as 250,500,1000,5000.")
    }
    do {
      try learner.validate()
    } catch {
      throw CommandFailure(.usage, "\(error).")
    }
  }

  /// The experiment whose round 0 is a fit to `labels` random samples.
  func experiment(labels: Int) -> GenerativeExperimentConfiguration {
    var configuration = GenerativeExperimentConfiguration()
    (configuration.initialLabels, configuration.budget) = (labels, labels)
    configuration.framing = framing.rawValue
    configuration.learner = learner
    return configuration
  }
}
