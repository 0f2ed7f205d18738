import ActiveLoop
import ArgumentParser

/// What a sweep runs: the subcommands of `ladle run`.
enum SweepSystem: String, CaseIterable, Codable, Sendable {
  case pool, gaal
  case selfTaught = "self-taught"

  /// The options of the subcommand that make its settings, by their long names. Everything else is set by `--set`.
  var options: [String] {
    switch self {
    case .pool:
      [
        "dataset", "preset", "strategy", "learner", "initial", "initial-method", "batch", "budget", "pool-size",
        "test-size",
      ]
    case .gaal: ["dataset", "schemes", "framing", "budget"]
    case .selfTaught: ["dataset", "labels", "framing"]
    }
  }

  /// The option that lists what is compared; a cell has one of them. Self-taught learning has two rows in every cell.
  var choice: String? {
    switch self {
    case .pool: "strategy"
    case .gaal: "schemes"
    case .selfTaught: nil
    }
  }

  /// The option that `key` names in any spelling (`pool-size`, `pool_size`, `poolSize`), or nil.
  func option(_ key: String) -> String? {
    let name = Self.plain(key)
    let singular = ["strategies": "strategy", "scheme": "schemes"][name] ?? name
    return options.first { Self.plain($0) == singular }
  }

  private static func plain(_ key: String) -> String { key.lowercased().filter { $0 != "-" && $0 != "_" } }

  /// The words after `ladle run`. A value goes in one word with its option, so that it may begin with a dash.
  func arguments(_ settings: [(key: String, text: String)], seed: Int) -> [String] {
    let words = settings.map { key, text in options.contains(key) ? "--\(key)=\(text)" : "--set=\(key)=\(text)" }
    return [rawValue] + words + ["--seeds=\(seed)"]
  }

  /// Every setting of the run that `arguments` (the words after `ladle run`) ask for; throws what the run would, and if it
  /// would compare several strategies, as presets do.
  func resolved(_ arguments: [String]) throws -> JSONValue {
    let words = Array(arguments.dropFirst()) + ["--out=."]
    let settings =
      switch self {
      case .pool: try SettingsSchema(of: try PoolCommand.parse(words).resolved()).resolved
      case .gaal: try SettingsSchema(of: try GAALCommand.parse(words).resolved()).resolved
      case .selfTaught: try SettingsSchema(of: try SelfTaughtCommand.parse(words).resolved()).resolved
      }
    if case .array(let names)? = settings[["strategies"]], names.count > 1 {
      throw CommandFailure(
        .usage,
        "a cell has one strategy, and here are \(listed(names.map(\.shown))); "
          + "name those that are to be compared, such as “strategy: [\(names[0].shown), \(names[1].shown)]”.")
    }
    return settings
  }

  /// Throws if files of a data set are missing, without reading them.
  func requireFiles(dataset: String, directories: [String]) throws {
    switch self {
    case .pool: try PoolDataset(rawValue: dataset)?.requireFiles(directories: directories)
    case .gaal, .selfTaught:
      if let dataset = GAALDataset(rawValue: dataset) {
        try ImageTask.requireFiles(dataset, directories: directories)
      }
    }
  }

  /// The words of a cell's name, for people: data set, learner, strategy.
  func readableName(_ settings: JSONValue) -> [String] {
    func text(_ key: Substring) -> String? {
      switch settings[[key]] {
      case .string(let text)?: text
      case .array(let items)?: items.first?.shown
      default: nil
      }
    }
    switch self {
    case .pool: return [text("dataset"), text("learner"), text("strategies")].compactMap { $0 }
    case .gaal: return [text("dataset"), text("schemes")].compactMap { $0 }
    case .selfTaught: return [rawValue] + [text("dataset")].compactMap { $0 }
    }
  }

  /// Labels at the end of a run with these settings, for the table; nil where there is no budget.
  func budget(_ settings: JSONValue) -> Int? {
    if case .integer(let budget)? = settings[["experiment", "budget"]] { budget } else { nil }
  }
}
