import ActiveLoop
import Datasets

/// Everything that a run of `ladle run gaal` depends on: `config.json`.
struct GAALSettings: Codable, Sendable, Hashable {
  var dataset = GAALDataset.glyphs
  var schemes = Scheme.allCases
  var seeds = [1]
  /// Keeps the first so many images of the pool; none keeps all.
  var poolLimit: Int?
  var generator = GeneratorSettings()
  var classifier = ClassifierSettings()
  var rica = RICASettings()
  var experiment = GenerativeExperimentConfiguration()

  /// What serves for a data set.
  init(_ dataset: GAALDataset) {
    self.dataset = dataset
    generator = .defaults(for: dataset)
    classifier = .defaults(for: dataset)
  }

  /// Throws a usage failure that names the setting which makes no sense.
  func validate() throws {
    try SettingsLimits.check(self)
    if let problem = generator.problem() ?? classifier.problem() ?? rica.problem() {
      throw CommandFailure(.usage, problem + ".")
    }
    if let poolLimit, poolLimit < 2 {
      throw CommandFailure(.usage, "poolLimit is \(poolLimit), and must be at least 2.")
    }
    do {
      try experiment.validate()
    } catch {
      throw CommandFailure(.usage, "\(error).")
    }
    guard Framing(rawValue: experiment.framing) != nil else {
      throw CommandFailure(
        .usage, "experiment.framing is \(listed(Framing.allCases.map(\.rawValue), "or")), not “\(experiment.framing)”.")
    }
  }

  /// Whether any scheme needs a generator, and an oracle that labels new images.
  var needsGenerator: Bool { schemes.contains(where: \.needsGenerator) }
}

/// `1-10`, `3`, `1,4,7-9`.
struct SeedList: Hashable, Sendable {
  var seeds: [Int]

  init?(_ text: String) {
    seeds = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends[0], let last = ends.count == 1 ? first : ends[1], ends.count <= 2, first <= last,
        last - first < 10_000
      else { return nil }
      seeds += first...last
    }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else { return nil }
  }
}
