import ActiveLoop
import Foundation
import Testing

@testable import LadleCommand

@Suite struct ComparisonGroupingTests {
  private func comparisons(_ place: TemporaryDirectory) throws -> [Comparison] {
    ComparisonGrouping.comparisons(of: try RunFinder.runs(at: [place.path]).runs)
  }

  @Test func cellsOfOneStrategyAndSeedBecomeArmsWithSeeds() throws {
    let place = try TemporaryDirectory()
    for seed in 1...3 {
      for (name, gain) in [("random", 0.0), ("margin", 0.05)] {
        try place.writeRun("cells/\(name)-\(seed)", [(name, course([gain]))], seeds: [seed])
      }
    }
    let comparison = try #require(try comparisons(place).first)
    #expect(comparison.title.hasSuffix("mlp"))
    #expect(comparison.arms.map(\.name) == ["random", "margin"], "the baseline comes first")
    #expect(comparison.arms.allSatisfy { $0.runs.map(\.seed) == [1, 2, 3] })
    #expect(comparison.notes == [])
  }

  @Test func settingsThatDifferMakeArmsButBudgetsDoNot() throws {
    let place = try TemporaryDirectory()
    for (number, batch) in [5, 10].enumerated() {
      let experiment = JSONValue.object(["budget": .integer(60 + number), "batch": .integer(batch)])
      let gain = Double(number) * 0.01
      try place.writeRun(
        "b\(batch)", [("random", course([gain, gain])), ("margin", course([0.1, 0.1 + gain]))],
        settings: ["experiment": experiment])
    }
    let comparison = try #require(try comparisons(place).first)
    #expect(
      comparison.arms.map(\.name) == ["random, batch=5", "random, batch=10", "margin, batch=5", "margin, batch=10"])
    #expect(comparison.notes.contains { $0.hasPrefix("Budgets differ (60 and 61 labels)") })
    // Each is compared with random under its own settings.
    let findings = ComparisonFindings(comparison, ReportOptions())
    #expect(comparison.arms.indices.map { findings.baseline(of: $0) } == [nil, nil, 0, 1])
    var named = ReportOptions()
    named.baseline = "random, batch=10"
    #expect(comparison.arms.indices.map { ComparisonFindings(comparison, named).baseline(of: $0) } == [1, nil, 1, 1])
  }

  @Test func anArmThatASettingDoesNotConcernStandsOnce() throws {
    let place = try TemporaryDirectory()
    for steps in [100, 200] {
      try place.writeRun(
        "s\(steps)", [("random", course([0, 0])), ("vaal", course([Double(steps) / 1000, 0]))],
        settings: ["vaal": .object(["steps": .integer(steps)])])
    }
    let comparison = try #require(try comparisons(place).first)
    #expect(comparison.arms.map(\.name) == ["random", "vaal, steps=100", "vaal, steps=200"])
    let findings = ComparisonFindings(comparison, ReportOptions())
    #expect(comparison.arms.indices.map { findings.baseline(of: $0) } == [nil, 0, 0])
  }

  @Test func otherDataAreAnotherComparison() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0]))])
    try place.writeRun("b", [("random", course([0]))], settings: ["dataset": .string("mnist")])
    try place.writeRun("c", [("random", course([0]))], settings: ["poolSize": .integer(100)])
    let titles = try comparisons(place).map(\.title)
    #expect(titles.count == 3 && Set(titles).count == 3)
    #expect(titles.contains { $0.contains("MNIST") } && titles.contains { $0.hasSuffix("poolSize 100") })
  }

  @Test func whatIsTornDamagedOrTwiceIsSaid() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0, 0, 0]))])
    try place.writeRun("b", [("random", course([0, 0, 0]))])
    let whole = try place.contents("a/rounds.jsonl")
    try place.write(whole + "{\"scheme\":\"rand", to: "a/rounds.jsonl")
    var lines = whole.split(separator: "\n").map(String.init)
    lines[7] = "{}"
    try place.write(lines.joined(separator: "\n") + "\n", to: "b/rounds.jsonl")
    try FileManager.default.createDirectory(atPath: place.path + "/c", withIntermediateDirectories: true)
    try place.write("nonsense", to: "c/config.json")
    try place.write("", to: "c/rounds.jsonl")
    let found = try RunFinder.runs(at: [place.path, place.path + "/a"])
    #expect(found.runs.count == 2, "a directory given twice is read once")
    let notes = found.runs.flatMap(\.notes)
    #expect(notes.contains { $0.contains("a/rounds.jsonl is torn") })
    #expect(notes.contains { $0.hasPrefix("Line 8 of") && $0.contains("it and the 1 after it") })
    #expect(found.notes.count == 1 && found.notes[0].contains("c/config.json cannot be read"))
    let comparison = try #require(ComparisonGrouping.comparisons(of: found.runs).first)
    #expect(comparison.arms[0].runs.map(\.seed) == [1, 2, 3])
    #expect(comparison.notes.contains { $0.contains("seed 1, is in") && $0.contains("same records") })
    #expect(comparison.notes.contains { $0.contains("seed 3, is in") && $0.contains("other records") })
  }

  @Test func aRunThatIsNotFinishedIsLeftOutAndNamed() throws {
    let place = try TemporaryDirectory()
    var short = course([0.1, 0.1, 0.1])
    short[2].removeLast(2)
    try place.writeRun("a", [("random", course([0, 0, 0])), ("margin", short)])
    let comparison = try #require(try comparisons(place).first)
    #expect(comparison.notes.contains { $0.contains("margin, seed 3, with 40 of 60") })
    let findings = ComparisonFindings(comparison, ReportOptions())
    #expect(findings.range == 40...60)
    #expect(findings.arms[1].leftOut == [3] && findings.arms[1].areas.count == 2)
    #expect(findings.paired.first?.seeds == [1, 2])
  }

  @Test func startsThatDifferAreSaid() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0])), ("margin", [[(42, 0.6), (50, 0.7), (60, 0.8)]])])
    #expect(try comparisons(place)[0].notes.contains { $0.hasPrefix("Not all arms of seed 1 start from the same") })
  }
}
