import ArgumentParser
import Foundation
import Testing

@testable import LadleCommand

@Suite struct GenerateCommandTests {
  private func command(_ arguments: [String]) throws -> GenerateCommand {
    try #require(
      try Ladle.parseAsRoot(["generate", "--dataset", "glyphs", "--out", "/nowhere/sheet.png", "--quiet"] + arguments)
        as? GenerateCommand)
  }

  /// Before anything is read, trained or written.
  @Test(arguments: [
    ("width=0", "width is 0, and must be at least 1."),
    ("width=1000000000", "width is 1000000000, and must lie within ±4096."),
    ("epochs=-1", "epochs is -1, and must be at least 1."), ("epochs=0", "epochs is 0, and must be at least 1."),
    ("epochs=9223372036854775807", "epochs is 9223372036854775807, and must lie within ±1000000000."),
    ("batchSize=1", "batchSize is 1, and batch statistics need at least 2."),
    ("batchSize=1000000001", "batchSize is 1000000001, and must lie within ±1000000000."),
    ("latentSize=1000000", "latentSize is 1000000, and must lie within ±65536."),
    ("learningRate=-0.1", "learningRate is -0.1, and must be positive."),
    ("averaging=1", "averaging is 1.0, and must be in [0, 1)."),
  ])
  func settingsThatMakeNoSenseAreOneSentence(patch: String, sentence: String) async throws {
    do {
      try await command(["--set", patch]).run()
      Issue.record("\(patch) was accepted")
    } catch let failure as CommandFailure {
      #expect(failure.kind == .usage && failure.description == sentence)
    }
  }

  @Test func aBatchLargerThanTheDataIsOneSentence() async throws {
    let place = try TemporaryDirectory()
    do {
      try await command([
        "--set", "batchSize=1000000000", "--limit", "20", "--cache", place.path, "--out", place.path + "/sheet.png",
      ]).run()
      Issue.record("it was accepted")
    } catch let failure as CommandFailure {
      #expect(failure.kind == .usage)
      #expect(failure.description == "20 images do not fill one batch of generator.batchSize 1000000000.")
    }
    #expect(!FileManager.default.fileExists(atPath: place.path + "/sheet.png"))
  }

  @Test func whatIsWithinTheLimitsIsAccepted() throws {
    let settings = try command(["--set", "width=8", "--set", "epochs=2", "--set", "seed=9223372036854775807"])
      .resolvedSettings()
    #expect(settings.width == 8 && settings.epochs == 2 && settings.seed == Int.max)
  }
}
