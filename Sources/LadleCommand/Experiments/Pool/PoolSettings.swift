import ActiveLoop
import ArgumentParser
import Models

/// Everything that a run of `ladle run pool` depends on: `config.json`.
struct PoolSettings: Codable, Sendable, Hashable {
  /// What is trained.
  enum LearnerName: String, CaseIterable, Codable, Sendable, ExpressibleByArgument {
    /// ``SmallConvolutionalClassifier``.
    case cnn
    /// ``MultilayerPerceptron``.
    case mlp
    case vgg16
    case resnet18
    /// A linear support vector machine on pixels.
    case svm
    /// ARAL's four networks, which are shown the pool's images.
    case aral

    /// Whether ``PoolSettings/makeNetwork(imageShape:classes:)`` makes it.
    var isNeural: Bool { self != .svm && self != .aral }
  }

  /// Sizes of networks; what is absent has the model's default.
  struct NetworkSettings: Codable, Sendable, Hashable {
    /// Channels of the first layer, for networks of convolutions.
    var width: Int?
    /// Units of each of two hidden layers of a perceptron.
    var hidden = 256
    /// Dropout after each hidden layer of a perceptron, before the last layer of the `cnn`.
    var dropout: Float = 0.2
    /// Networks that are trained; more than 1 is an ensemble, whose members are the committee.
    var members = 1
  }

  /// Seeds that are the same in every run, whatever the run's own seed.
  struct FixedSeeds: Codable, Sendable, Hashable {
    var split: Int?
    var initial: Int?
    var weights: Int?
    var order: Int?
    var strategy: Int?
    var oracle: Int?
  }

  /// An oracle that errs.
  struct Noise: Codable, Sendable, Hashable {
    /// The probability that a label is replaced by another.
    var rate: Float = 0
    /// Groups of classes that are confused among themselves; empty: all classes with all.
    var groups: [[Int]] = []
  }

  var dataset = PoolDataset.digits
  var strategies = ["random"]
  var learner = LearnerName.cnn
  var seeds = [1]
  /// Keeps so many samples of the pool, drawn by the seed `split`; none keeps all.
  var poolSize: Int?
  /// Keeps the first so many test samples; none keeps all.
  var testSize: Int?
  var experiment = PoolExperimentConfiguration()
  var training = NeuralTraining()
  var network = NetworkSettings()
  var machine = SupportVectorLearner.Configuration()
  /// Of the strategies whose names begin with `vaal`, but for `vaal-paper`.
  var vaal = VAALConfiguration.small
  var aral = ARALRunSettings()
  /// Around every strategy but the random ones.
  var query = QuerySettings()
  var noise = Noise()
  var fixedSeeds = FixedSeeds()

  init(_ dataset: PoolDataset) { self.dataset = dataset }

  /// The seeds of one run.
  func experimentSeeds(_ seed: Int) -> ExperimentSeeds {
    var seeds = ExperimentSeeds(seed)
    if let fixed = fixedSeeds.split { seeds.split = fixed }
    if let fixed = fixedSeeds.initial { seeds.initial = fixed }
    if let fixed = fixedSeeds.weights { seeds.weights = fixed }
    if let fixed = fixedSeeds.order { seeds.order = fixed }
    if let fixed = fixedSeeds.strategy { seeds.strategy = fixed }
    if let fixed = fixedSeeds.oracle { seeds.oracle = fixed }
    return seeds
  }

  /// Throws a usage failure that names the setting which makes no sense.
  func validate() throws {
    try SettingsLimits.check(self)
    let known = StrategyNames.all(for: learner)
    for name in strategies where !known.contains(name) {
      throw CommandFailure(
        .usage, "there is no strategy “\(name)” for the learner \(learner.rawValue); choose among \(listed(known)).")
    }
    let checks: [(isFine: Bool, problem: String)] = [
      (!strategies.isEmpty, "--strategy names no strategy"),
      (Set(strategies).count == strategies.count, "--strategy names a strategy twice"),
      (poolSize ?? 2 >= 2, "poolSize is \(poolSize ?? 0), and must be at least 2"),
      (testSize ?? 1 >= 1, "testSize is \(testSize ?? 0), and must be at least 1"),
      ((0...1).contains(noise.rate), "noise.rate is \(noise.rate), and must be in 0...1"),
      (network.width ?? 1 >= 1, "network.width is \(network.width ?? 0), and must be at least 1"),
      (network.hidden >= 1, "network.hidden is \(network.hidden), and must be at least 1"),
      ((0..<1).contains(network.dropout), "network.dropout is \(network.dropout), and must be in 0..<1"),
      (network.members >= 1, "network.members is \(network.members), and must be at least 1"),
      (
        learner != .vgg16 || dataset == .cifar10 || dataset == .svhn,
        "the learner vgg16 takes images of at least 32 pixels a side, which only cifar10 and svhn have"
      ),
      (
        noise.groups.joined().allSatisfy((0..<10).contains)
          && Set(noise.groups.joined()).count == noise.groups.joined().count,
        "noise.groups is \(noise.groups), and must be disjoint sets of classes in 0..<10"
      ),
    ]
    if let problem = query.problem { throw CommandFailure(.usage, problem + ".") }
    if let failed = checks.first(where: { !$0.isFine }) { throw CommandFailure(.usage, failed.problem + ".") }
    do {
      try experiment.validate(classCount: 10)
      try training.validate()
      try machine.validate()
      try vaal.validate()
      if learner == .aral { try aral.learner().validate() }
    } catch {
      throw CommandFailure(.usage, "\(error).")
    }
  }
}
