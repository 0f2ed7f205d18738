import Datasets
import Foundation
import Testing

@testable import LadleCommand

/// `ladle run DIR` of a finished run, which writes the page again, with a damaged record of what was asked. Slow: some 200
/// processes.
@Suite("Hostile queries (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileQueriesTests {
  @Test func thePageDoesWithoutThem() throws {
    let place = try TemporaryDirectory()
    let data = try HostileData(place.path + "/data")
    let (out, cache) = (place.path + "/run", place.path + "/cache")
    let settings = [
      "initialLabels=10", "generator.epochs=1", "generator.width=4", "generator.batchSize=8", "classifier.batchSize=8",
      "classifier.epochs=1", "classifier.width=4", "oracle.threshold=0", "synthesis.steps=5",
    ]
    let begin =
      [
        "run", "gaal", "--dataset", "mnist", "--data", data.path, "--schemes", "gaal", "--seeds", "1", "--budget", "20",
        "--cache", cache, "--out", out, "--quiet",
      ] + settings.flatMap { ["--set", $0] }
    #expect(try HostileRuns.run(begin, "a new run")?.code == 0)
    let goOn = ["run", out, "--data", data.path, "--cache", cache, "--quiet"]
    #expect(try HostileRuns.run(goOn, "the run as it was")?.code == 0)
    let file = URL(filePath: out + "/queries/gaal/seed-1/round-01.json")
    let original = [UInt8](try Data(contentsOf: file))
    #expect(try tiles() > 0)
    let rounds = try Data(contentsOf: URL(filePath: out + "/rounds.jsonl"))
    var tally = HostileRuns.Tally("queries/round-01.json, by directory")
    for (index, bytes) in Damage.variants(of: original, named: "queries", .text, count: 200).enumerated() {
      try Data(bytes).write(to: file)
      let what = "queries, variant \(index)"
      guard let result = try HostileRuns.run(goOn, what) else { continue }
      #expect(result.code == 0, "\(what) stops a run that does not need it: \(result.errors)")
      #expect(try Data(contentsOf: URL(filePath: out + "/rounds.jsonl")) == rounds)
      tally.count(try tiles() > 0 ? "a page with pictures" : "a page without")
    }
    tally.report()

    /// How many synthesised images the page has; all of them must be pictures.
    func tiles() throws -> Int {
      let page = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
      #expect(page.hasSuffix("</html>\n") && isWellFormed(page))
      let parts = page.components(separatedBy: "data:image/png;base64,").dropFirst()
      for part in parts {
        let text = String(part.prefix { $0 != "\"" })
        let bytes = Data(base64Encoded: text).map { [UInt8]($0) } ?? []
        #expect((try? PNG.decode(bytes, file: "a picture")) != nil, "a broken picture")
      }
      return page.components(separatedBy: "class=\"tile\"").count - 1
    }
  }
}
