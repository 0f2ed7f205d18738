import ActiveLoop
import ArgumentParser
import Foundation
import Tensor
import Testing

@testable import LadleCommand

@Suite struct SavedConfigurationTests {
  /// The settings of each system, changed in many places.
  private static let pool: PoolSettings = {
    var settings = PoolSettings(.optdigits)
    (settings.learner, settings.strategies, settings.seeds) = (.mlp, ["margin", "vaal"], [3, 1])
    (settings.poolSize, settings.network.dropout, settings.training.optimizer.learningRate) = (77, 0.3, 0.0123)
    settings.experiment.stopping.agreement = 0.99
    settings.noise.groups = [[1, 7], [3, 5, 8]]
    return settings
  }()
  private static let gaal: GAALSettings = {
    var settings = GAALSettings(.cifar10)
    (settings.schemes, settings.generator.width, settings.poolLimit) = ([.gaal, .random], 16, 300)
    return settings
  }()
  private static let taught: SelfTaughtSettings = {
    var settings = SelfTaughtSettings(.glyphs)
    (settings.labels, settings.gaal) = ([20, 50], "runs/usps")
    return settings
  }()

  private func write(_ json: JSONValue, to place: TemporaryDirectory) throws {
    try place.write(try json.text(indented: true), to: "config.json")
  }

  private func refusal(_ place: TemporaryDirectory) -> String {
    do {
      let saved = try SavedConfiguration(path: place.path)
      switch saved.system {
      case .gaal: _ = try saved.settings(GAALSettings.self)
      case .pool: _ = try saved.settings(PoolSettings.self)
      case .selfTaught: _ = try saved.settings(SelfTaughtSettings.self)
      }
      return "accepted"
    } catch {
      let text = CommandFailure(explaining: error).description
      #expect(!text.contains("\n") && text.hasSuffix("."))
      return text.replacingOccurrences(of: place.path, with: "DIR")
    }
  }

  @Test func everySystemComesBackAsItWas() throws {
    let place = try TemporaryDirectory()
    try write(try Self.pool.configuration(), to: place)
    #expect(try SavedConfiguration(path: place.path).system == .pool)
    #expect(try SavedConfiguration(path: place.path).settings(PoolSettings.self) == Self.pool)
    try write(try Self.gaal.configuration(), to: place)
    #expect(try SavedConfiguration(path: place.path).system == .gaal)
    #expect(try SavedConfiguration(path: place.path).settings(GAALSettings.self) == Self.gaal)
    try write(try Self.taught.configuration(), to: place)
    #expect(try SavedConfiguration(path: place.path).system == .selfTaught)
    #expect(try SavedConfiguration(path: place.path).settings(SelfTaughtSettings.self) == Self.taught)
  }

  @Test func runsThatDoNotNameTheirSystemAreRecognised() throws {
    let place = try TemporaryDirectory()
    let systems = [
      (try Self.pool.configuration(), RunSystem.pool), (try Self.gaal.configuration(), .gaal),
      (try Self.taught.configuration(), .selfTaught),
    ]
    for (json, system) in systems {
      guard case .object(var members) = json else { return }
      members["system"] = nil
      try write(.object(members), to: place)
      #expect(try SavedConfiguration(path: place.path).system == system)
      #expect(refusal(place) == "accepted")
    }
    try place.write("{\"dataset\": \"mnist\"}", to: "config.json")
    #expect(refusal(place).hasPrefix("DIR/config.json does not say what system the run is of"))
  }

  @Test func aSettingNewerThanTheRunHasItsDefault() throws {
    let place = try TemporaryDirectory()
    guard case .object(var members) = try Self.pool.configuration() else { return }
    members["vaal"] = nil
    try write(.object(members), to: place)
    #expect(try SavedConfiguration(path: place.path).settings(PoolSettings.self) == Self.pool)
  }

  @Test func whatCannotBeContinuedIsExplained() throws {
    let place = try TemporaryDirectory()
    #expect(refusal(place).hasPrefix("there is no run to continue in DIR, which has no config.json; begin one with"))
    for (text, beginning) in [
      ("{\"system\": \"po", "DIR/config.json is damaged"), ("[]", "DIR/config.json is damaged"),
      ("{\"system\": \"labelling\"}", "DIR/config.json names the system “labelling”, which ladle"),
      ("{\"system\": 3}", "DIR/config.json does not say what system"),
      (
        "{\"system\": \"pool\", \"dataset\": \"imagenet\"}", "DIR/config.json: dataset is “imagenet”, and can be mnist,"
      ),
      ("{\"system\": \"pool\"}", "DIR/config.json: dataset is “missing”, and can be"),
    ] {
      try place.write(text, to: "config.json")
      #expect(refusal(place).hasPrefix(beginning), "\(refusal(place))")
    }
    func changed(_ path: [Substring], _ value: JSONValue) throws -> String {
      var json = try Self.pool.configuration()
      json[path] = value
      try write(json, to: place)
      return refusal(place)
    }
    #expect(
      try changed(["training", "momentum"], .number(0.5)).hasPrefix(
        "DIR/config.json names the setting “training.momentum”, which ladle"))
    #expect(
      try changed(["experiment", "batch"], .string("many"))
        == "DIR/config.json: the value of “experiment.batch” cannot be used.")
    #expect(try changed(["poolSize"], .integer(1)) == "DIR/config.json: poolSize is 1, and must be at least 2.")
    #expect(try changed(["strategies"], .integer(1)) == "DIR/config.json: the value of “strategies” cannot be used.")
  }

  @Test func aDirectoryAloneMeansContinue() throws {
    let command = try #require(try Ladle.parseAsRoot(["run", "runs/a", "--quiet"]) as? ContinueCommand)
    #expect(command.directory == "runs/a" && command.quiet)
    #expect(try Ladle.parseAsRoot(["run", "continue", "pool"]) is ContinueCommand)
    #expect(try Ladle.parseAsRoot(["run", "pool", "--dataset", "digits", "--out", "x"]) is PoolCommand)
    let help = RunCommand.helpMessage()
    #expect(help.contains("ladle run DIR"))
  }

  @Test func aRowOfTheTableMayChangeAndNothingElse() throws {
    let place = try TemporaryDirectory()
    var settings = Self.taught
    do { _ = try RunDirectory(path: place.path, settings: settings, environment: .current()) }
    settings.gaal = "elsewhere"
    do { #expect(try RunDirectory(path: place.path, settings: settings, environment: .current()).isContinued) }
    #expect(try SavedConfiguration(path: place.path).settings(SelfTaughtSettings.self).gaal == "elsewhere")
    settings.labels = [20]
    #expect(throws: CommandFailure.self) {
      _ = try RunDirectory(path: place.path, settings: settings, environment: .current())
    }
  }
}
