import Datasets
import Foundation
import Testing

@testable import LadleCommand

/// `ladle report` of damaged runs. Slow: some 700 processes, each of whose pages is read.
///
/// Either the page is whole, with notes about what it does without, or there is one sentence and no file.
@Suite("Hostile runs in reports (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileReportTests {
  @Test(arguments: [
    ("rounds.jsonl", 200), ("config.json", 200), ("timings.jsonl", 100), ("environment.json", 100),
    ("queries/random/seed-1/round-01.png", 100),
  ])
  func thePageIsWholeOrThereIsNone(name: String, count: Int) throws {
    let runs = try RecordedPair()
    let out = runs.place.path + "/out"
    var tally = HostileRuns.Tally("\(name), report")
    try runs.forEachVariant(of: name, count: count, for: "report") { what, directories in
      try? FileManager.default.removeItem(atPath: out)
      let arguments = ["report", directories, "--out", out + "/page.html", "--csv", "--markdown"]
      guard let result = try HostileRuns.run(arguments, what, mayNote: true) else { return }
      guard result.code == 0 else {
        #expect(!FileManager.default.fileExists(atPath: out), "\(what) left something behind")
        #expect(directories == runs.damaged, "\(what) hides a sound run: \(result.errors)")
        tally.count("refused")
        return
      }
      let files = try HostileRuns.files(in: out)
      #expect(Set(files.keys) == ["page.html", "page.csv", "page.md"], "\(what) left \(files.keys)")
      let page = String(decoding: files["page.html"] ?? Data(), as: UTF8.self)
      #expect(page.hasSuffix("</html>\n") && isWellFormed(page), "\(what) left a part of a page")
      #expect(try brokenPictures(of: page) == 0, "\(what) left a broken picture")
      tally.count(result.errors.isEmpty ? "a page without notes" : "a page with notes")
    }
    tally.report()
    if ["rounds.jsonl", "config.json"].contains(name) { #expect(tally["refused"] > 10) }
  }

  /// How many pictures of a page cannot be decoded.
  private func brokenPictures(of page: String) throws -> Int {
    let parts = page.components(separatedBy: "data:image/png;base64,").dropFirst()
    #expect(!parts.isEmpty)
    return try parts.count { part in
      let text = String(try #require(part.split(separator: "\"", omittingEmptySubsequences: false).first))
      guard let bytes = Data(base64Encoded: text) else { return true }
      return (try? PNG.decode([UInt8](bytes), file: "a picture")) == nil
    }
  }
}
