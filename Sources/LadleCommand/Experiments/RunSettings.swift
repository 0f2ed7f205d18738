import ArgumentParser

/// The systems that `ladle run` knows. `config.json` of a run names its own.
enum RunSystem: String, CaseIterable, Sendable {
  case gaal
  case pool
  case selfTaught = "self-taught"
}

/// Everything that a run of one system depends on: `config.json`.
protocol RunSettings: Codable, Sendable {
  /// The data sets that the system knows.
  associatedtype Dataset: RawRepresentable<String>, CaseIterable, Sendable

  static var system: RunSystem { get }
  /// Settings that change no record: a run may be continued with others.
  static var free: Set<String> { get }

  /// The defaults for a data set.
  init(_ dataset: Dataset)

  var dataset: Dataset { get }

  /// Throws a usage failure that names the setting which makes no sense.
  func validate() throws
}

extension RunSettings {
  static var free: Set<String> { [] }

  /// Every setting with its value, and the name of the system: what `config.json` holds.
  func configuration() throws -> JSONValue {
    var json = try SettingsSchema(of: self).resolved
    json[["system"]] = .string(Self.system.rawValue)
    return json
  }
}

extension GAALSettings: RunSettings {
  static var system: RunSystem { .gaal }
}

extension PoolSettings: RunSettings {
  static var system: RunSystem { .pool }
}

extension SelfTaughtSettings: RunSettings {
  static var system: RunSystem { .selfTaught }
  static var free: Set<String> { ["gaal"] }
}

extension RunDirectory {
  /// Opens the directory at `path`, or makes it, for a run with `settings`.
  convenience init<Settings: RunSettings>(
    path: String, settings: Settings, environment: EnvironmentRecord
  ) throws {
    try self.init(
      path: path, configuration: try settings.configuration(),
      defaults: try Settings(settings.dataset).configuration(), free: Settings.free, environment: environment)
  }
}
