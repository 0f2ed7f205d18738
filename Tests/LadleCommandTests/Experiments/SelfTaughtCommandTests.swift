import ActiveLoop
import ArgumentParser
import Datasets
import Foundation
import Models
import Testing

@testable import LadleCommand

@Suite struct SelfTaughtCommandTests {
  private func settings(_ arguments: String) throws -> SelfTaughtSettings {
    let words = ["run", "self-taught", "--out", "x"] + arguments.split(separator: " ").map(String.init)
    let command = try #require(try Ladle.parseAsRoot(words) as? SelfTaughtCommand)
    return try command.resolved()
  }

  private func sentence(_ arguments: String) -> String {
    do {
      return "accepted: \(try settings(arguments))"
    } catch {
      let failure = CommandFailure(explaining: error)
      #expect(failure.kind == .usage)
      return failure.description
    }
  }

  @Test func seedsAreWrittenAsTheyAreTaken() {
    #expect(seedsText([2, 3, 4]) == "2-4" && seedsText([7]) == "7" && seedsText([1, 3, 5]) == "1,3,5")
    #expect(seedsText([.max, 1]) == "\(Int.max),1" && seedsText([.max, .min]) == "\(Int.max),\(Int.min)")
    #expect(seedsText([2, 1]) == "2,1" && seedsText([1, 2], dash: "–") == "1–2")
  }

  @Test func optionsAndSettingsArrive() throws {
    let settings = try settings(
      "--dataset mnist-usps --framing mnist --labels 100,50 --seeds 2-4 --set filters=12 --set machine.tolerance=0.01")
    #expect(settings.dataset == .mnistUSPS && settings.framing == .mnist && settings.labels == [100, 50])
    #expect(settings.seeds == [2, 3, 4] && settings.rica.model.filters == 12)
    #expect(settings.learner.machine.tolerance == 0.01)
    #expect(try self.settings("--dataset glyphs").labels == [250, 500, 1000, 5000])
    let text = try SettingsSchema(of: settings).resolved.text(indented: true)
    #expect(try JSONDecoder().decode(SelfTaughtSettings.self, from: Data(text.utf8)) == settings)
  }

  @Test(arguments: [
    ("--dataset glyphs --labels 10,x", "--labels takes whole numbers such as 250,500,1000,5000, not “10,x”."),
    ("--dataset glyphs --labels 10,10", "--labels takes distinct numbers of at least 2, such as 250,500,1000,5000."),
    ("--dataset glyphs --labels 1", "--labels takes distinct numbers of at least 2, such as 250,500,1000,5000."),
    ("--dataset glyphs --framing tight", "--framing is stretch or mnist, not “tight”."),
    ("--dataset glyphs --set patchSide=1", "rica.model.patchSide is 1, and must be at least 2."),
    ("--dataset glyphs --set smoothing=0", "rica.model.smoothing is 0.0, and must be positive."),
    ("--dataset glyphs --seeds 0-x", "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “0-x”."),
  ])
  func aWrongRequestIsOneSentence(arguments: String, expected: String) {
    #expect(sentence(arguments) == expected)
  }

  // MARK: - The table

  private func record(_ scheme: String, _ seed: Int, _ round: Int, _ labelled: Int, _ accuracy: Double) -> RoundRecord {
    RoundRecord(
      scheme: scheme, seed: seed, round: round, labelled: labelled, attempted: labelled, discarded: 0,
      classCounts: [labelled, 0], metrics: ["accuracy": accuracy, "accuracy.pen": accuracy, "accuracy.stamp": accuracy])
  }

  private func task() throws -> ImageTask {
    try ImageTask.load(.glyphs, framing: .stretch, poolLimit: 20, directories: [], withClassifier: false)
  }

  @Test func theTableSaysWhatTheRecordsSay() throws {
    var settings = SelfTaughtSettings(.glyphs)
    (settings.labels, settings.seeds) = ([100, 50], [1, 2])
    let records = [
      record("self-taught", 1, 0, 100, 0.8), record("raw-pixels", 1, 0, 100, 0.7),
      record("self-taught", 1, 1, 50, 0.6), record("raw-pixels", 1, 1, 50, 0.7),
      record("self-taught", 2, 0, 100, 0.8), record("raw-pixels", 2, 0, 100, 0.7),
    ]
    let place = try TemporaryDirectory()
    let encoder = JSONEncoder()
    let lines = try [record("gaal", 1, 0, 50, 0.55), record("gaal", 1, 5, 100, 0.65), record("random", 1, 5, 100, 0.1)]
      .map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    // The torn line of a run that is going on does not count.
    try place.write(lines.joined() + "{\"scheme\":", to: "rounds.jsonl")
    let table = SelfTaughtTable(
      settings: settings, task: try task(), records: records, gaal: try GAALRecords(path: place.path), command: "x")
    #expect(
      table.lines == [
        "tested on stamped glyphs, 2 seeds",
        "accuracy in %           50 labels  100 labels",
        "self-taught             60.0       80.0 ± 0.0",
        "raw pixels, supervised  70.0       70.0 ± 0.0",
        "difference              −10.0      +10.0 (10.0 to 10.0)",
        "GAAL (1 seed)           55.0       65.0",
      ])
    let markdown = table.markdown
    #expect(markdown.contains("| difference | −10.0 | +10.0 (10.0 to 10.0) |\n"))
    #expect(markdown.components(separatedBy: "## Tested on").count == 3)
  }

  @Test func aRunOfGAALThatDoesNotFitIsOneSentence() throws {
    let place = try TemporaryDirectory()
    func sentence(_ text: String?) -> String {
      do {
        if let text { try place.write(text, to: "rounds.jsonl") }
        try GAALRecords(path: place.path).check(try task())
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(sentence(nil).contains("cannot be read"))
    #expect(sentence("{}\n").contains("is damaged"))
    #expect(sentence("").contains("holds no rounds of GAAL"))
    var other = record("gaal", 1, 0, 50, 0.5)
    other.metrics["accuracy.stamp"] = nil
    let line = String(decoding: try JSONEncoder().encode(other), as: UTF8.self) + "\n"
    #expect(sentence(line).contains("was not tested on stamped glyphs"))
  }
}
