import Foundation
import Testing

@testable import LadleCommand

/// Real processes, a few seconds each.
@Suite(.serialized, .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct SelfTaughtProcessTests {
  private let small = [
    "--quiet", "--set", "poolLimit=300", "--set", "patches=1000", "--set", "filters=12", "--set",
    "rica.model.iterations=15",
  ]

  private func taught(_ place: String, seeds: String = "1-2", _ more: [String] = []) -> [String] {
    ["run", "self-taught", "--dataset", "glyphs", "--labels", "20,100", "--seeds", seeds, "--cache", place + "/cache"]
      + small + more
  }

  private func lines(_ path: String) -> Int {
    (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  @Test func theTableIsPrintedAndWrittenAndAStoppedRunGoesOn() throws {
    let place = try TemporaryDirectory()
    let result = try LadleProcess.run(taught(place.path, ["--out", place.path + "/whole"]))
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("tested on stamped glyphs, 2 seeds\n"))
    #expect(result.output.contains("self-taught") && result.output.contains("raw pixels, supervised"))
    let rounds = try place.contents("whole/rounds.jsonl")
    #expect(lines(place.path + "/whole/rounds.jsonl") == 2 * 2 * 2)
    #expect(try place.contents("whole/table.md").contains("## Tested on penned glyphs"))
    #expect(lines(place.path + "/whole/results.csv") > 8)
    let sheet = try Data(contentsOf: URL(filePath: place.path + "/whole/filters.png"))
    #expect(sheet.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))

    // A run that was cut off after three machines, its cache gone with it, ends with the same bytes.
    let first = try LadleProcess.run(taught(place.path, ["--out", place.path + "/cut"]))
    #expect(first.code == 0)
    let kept = rounds.split(separator: "\n").prefix(3).joined(separator: "\n") + "\n"
    try place.write(kept + "{\"torn", to: "cut/rounds.jsonl")
    try FileManager.default.removeItem(atPath: place.path + "/cache")
    let again = try LadleProcess.run(taught(place.path, ["--out", place.path + "/cut"]))
    #expect(again.code == 0, "\(again.errors)")
    #expect(try place.contents("cut/rounds.jsonl") == rounds)
    #expect(again.output.replacingOccurrences(of: "cut", with: "whole") == result.output)
  }

  @Test func theSchemeRunsBesideTheOthersWithTheSameSamples() throws {
    let place = try TemporaryDirectory()
    let result = try LadleProcess.run(
      [
        "run", "gaal", "--dataset", "glyphs", "--schemes", "self-taught,random,supervised", "--seeds", "1-2",
        "--budget", "40", "--set", "initialLabels=20", "--cache", place.path + "/cache", "--out", place.path + "/run",
      ] + small)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("self-taught") && lines(place.path + "/run/rounds.jsonl") == 2 * (3 + 3 + 1))
    for round in ["00", "02"] {
      let asked = try ["self-taught", "random"].map {
        try Data(contentsOf: URL(filePath: place.path + "/run/queries/\($0)/seed-2/round-\(round).npy"))
      }
      #expect(asked[0] == asked[1])
    }
    let page = try place.contents("run/report.html")
    #expect(isWellFormed(page) && page.contains("self-taught") && page.contains("A sheet of filters"))
    #expect(FileManager.default.fileExists(atPath: place.path + "/run/filters.png"))
  }

  @Test func aSignalWhileFiltersAreLearntLeavesNothingHalfDone() throws {
    let place = try TemporaryDirectory()
    let process = try LadleProcess([
      "run", "self-taught", "--dataset", "glyphs", "--labels", "20", "--seeds", "1", "--cache", place.path + "/cache",
      "--out", place.path + "/run", "--set", "poolLimit=300", "--set", "rica.model.iterations=1000000", "--set",
      "patches=50000", "--quiet",
    ])
    // The directory is there before the filters; they take minutes.
    for _ in 0..<24_000 where !FileManager.default.fileExists(atPath: place.path + "/cache") { usleep(5000) }
    usleep(500_000)
    process.send(SIGTERM)
    let result = try process.wait()
    #expect(result.code == 130)
    #expect(result.errors == "ladle: stopped on request; “ladle run \(place.path)/run” goes on from here.\n")
    let left = try FileManager.default.contentsOfDirectory(atPath: place.path + "/cache").filter { !$0.hasPrefix(".") }
    #expect(left.isEmpty)
  }

  @Test(arguments: [
    (["--labels", "20,400"], 64, "--labels asks for 400 labels of a pool of 300 images."),
    (["--gaal", "/nowhere"], 1, "/nowhere/rounds.jsonl cannot be read; give --gaal the directory of a run."),
    (["--set", "patchSide=99"], 64, "rica.model.patchSide is 99, and images of"),
    (["--set", "poolingRegions=25"], 64, "rica.model.poolingRegions is 25, and patches of 9 pixels have fewer places"),
  ])
  func aFailureIsOneSentenceAndACode(more: [String], code: Int, sentence: String) throws {
    let place = try TemporaryDirectory()
    let result = try LadleProcess.run(taught(place.path, ["--out", place.path + "/run"] + more))
    #expect(Int(result.code) == code && result.output.isEmpty)
    #expect(result.errors.hasPrefix("ladle: " + sentence), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
