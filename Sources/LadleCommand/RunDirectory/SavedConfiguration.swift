import Foundation
import Tensor

/// What `config.json` of a run says: enough to go on with it, whatever system it is of.
struct SavedConfiguration {
  /// Of the run's directory.
  let path: String
  let system: RunSystem
  private let json: JSONValue
  private var file: String { path + "/config.json" }

  /// Reads `config.json` in the directory at `path`.
  init(path: String) throws(CommandFailure) {
    self.path = path
    let file = path + "/config.json"
    var isDirectory: ObjCBool = false
    let isThere = !path.utf8.contains(0) && FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard isThere, isDirectory.boolValue, FileManager.default.fileExists(atPath: file) else {
      let systems = listed(RunSystem.allCases.map(\.rawValue), "or")
      throw CommandFailure(
        isThere ? .world : .usage,
        "there is no run to continue in \(path)\(isThere ? ", which has no config.json" : ""); "
          + "begin one with ladle run \(systems), and --out.")
    }
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(file) } catch { throw CommandFailure(explaining: error) }
    guard let found = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)), found.isObject else {
      throw CommandFailure(.world, "\(file) is damaged: restore it from a copy, or run again with another --out.")
    }
    json = found
    system = try Self.system(of: found, file)
  }

  /// Runs of version 0.1 did not name their system; each has settings that no other has.
  private static func system(of json: JSONValue, _ file: String) throws(CommandFailure) -> RunSystem {
    switch json[["system"]] {
    case .string(let name):
      guard let system = RunSystem(rawValue: name) else {
        throw CommandFailure(
          .world,
          "\(file) names the system “\(name)”, which ladle \(Ladle.version) does not know: "
            + "continue it with the version that began it.")
      }
      return system
    case nil:
      if json[["strategies"]] != nil { return .pool }
      if json[["schemes"]] != nil { return .gaal }
      if json[["labels"]] != nil, json[["rica"]] != nil { return .selfTaught }
      fallthrough
    default:
      throw CommandFailure(
        .world, "\(file) does not say what system the run is of: continue it with the command that began it.")
    }
  }

  /// The settings, complete and valid. What the file does not name is newer than the run, and has its default.
  func settings<Settings: RunSettings>(_ type: Settings.Type = Settings.self) throws -> Settings {
    guard case .string(let name)? = json[["dataset"]], let dataset = Settings.Dataset(rawValue: name) else {
      let known = Settings.Dataset.allCases.map(\.rawValue)
      throw CommandFailure(
        .world, "\(file): dataset is “\(json[["dataset"]]?.shown ?? "missing")”, and can be \(listed(known, "or")).")
    }
    let settings: Settings
    do {
      let whole = try Settings(dataset).configuration().overlaid(by: json)
      settings = try JSONDecoder().decode(Settings.self, from: JSONEncoder().encode(whole))
      try settings.validate()
    } catch let error as DecodingError {
      throw CommandFailure(.world, "\(file): \(Self.reason(error)).")
    } catch let failure as CommandFailure {
      throw CommandFailure(.world, "\(file): \(failure.description)")
    }
    let understood = Set(try settings.configuration().leaves.map(\.path))
    if let other = json.leaves.first(where: { !understood.contains($0.path) && $0.path != "system" }) {
      throw CommandFailure(
        .world,
        "\(file) names the setting “\(other.path)”, which ladle \(Ladle.version) does not know: "
          + "continue the run with the version that began it.")
    }
    return settings
  }

  private static func reason(_ error: DecodingError) -> String {
    let context: DecodingError.Context? =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    let name = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
    return "the value of \(name.isEmpty ? "a setting" : "“\(name)”") cannot be used"
  }
}

extension JSONValue {
  /// Members of both, where both are objects; else `other`.
  fileprivate func overlaid(by other: JSONValue) -> JSONValue {
    guard case .object(let below) = self, case .object(let above) = other else { return other }
    return .object(below.merging(above) { $0.overlaid(by: $1) })
  }
}
