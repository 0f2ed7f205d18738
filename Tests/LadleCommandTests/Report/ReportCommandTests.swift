import ActiveLoop
import ArgumentParser
import Datasets
import Foundation
import Tensor
import Testing

@testable import LadleCommand

@Suite struct ReportCommandTests {
  private func report(_ arguments: [String]) throws {
    let command = try #require(try Ladle.parseAsRoot(["report"] + arguments) as? ReportCommand)
    try command.run()
  }

  private func sentence(_ arguments: [String]) -> String {
    do {
      try report(arguments)
      return "accepted"
    } catch {
      return CommandFailure(explaining: error).description
    }
  }

  private func sweep(_ place: TemporaryDirectory) throws {
    for seed in 1...5 {
      let shift = 0.01 * Double(seed % 3)
      try place.writeRun("sweep/r\(seed)", [("random", course([shift]))], seeds: [seed])
      try place.writeRun("sweep/m\(seed)", [("margin", course([0.1 + shift / 2]))], seeds: [seed])
      try place.writeRun("sweep/e\(seed)", [("entropy <&>", course([0.02 - shift]))], seeds: [seed])
    }
  }

  @Test func aSweepBecomesAPageThatFetchesNothing() throws {
    let place = try TemporaryDirectory()
    try sweep(place)
    let sheet = ImageSheetFile.small
    let folder = place.path + "/sweep/m2/queries/margin/seed-2"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(sheet).write(to: URL(filePath: folder + "/round-01.png"))
    let before = try place.snapshot("sweep")
    try report([
      place.path + "/sweep", "--out", place.path + "/out/page.html", "--csv", "--markdown", "--svg", "--reach",
      "70%,0.99",
    ])
    #expect(try place.snapshot("sweep") == before, "directories of runs are only read")
    let page = try place.contents("out/page.html")
    #expect(isWellFormed(page) && !page.contains("<script"))
    for address in page.matches(of: /(?:src|href|url)[=(]"?([^")\s>]+)/).map({ String($0.1) }) {
      #expect(address.hasPrefix("#") || address.hasPrefix("data:image/png;base64,"), "\(address)")
    }
    let addresses = page.matches(of: /https?:[^"\s<]+/).map { String($0.0) }
    #expect(Set(addresses) == ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"], "names, not addresses")
    for expected in [
      "margin is above random", "Holm’s correction covers the 2 comparisons", "5:0*", "not reached by 5 of 5 seeds",
      "entropy &lt;&amp;&gt;", "data:image/png;base64,", "Seconds", "40 to 60 labels", "Wilcoxon",
    ] {
      #expect(page.contains(expected), "the page does not say “\(expected)”")
    }
    let markdown = try place.contents("out/page.md")
    #expect(markdown.contains("](page-curves.svg)") && markdown.contains("| margin | 5 |"))
    #expect(markdown.contains("entropy \\<&\\>"))
    for name in ["curves", "differences", "time"] {
      #expect(isWellFormed(try place.contents("out/page-\(name).svg")))
    }
    let csv = try place.contents("out/page.csv").split(separator: "\n")
    #expect(csv.count == 1 + 15 * 3)
    #expect(csv[0] == "comparison,strategy,scheme,seed,round,labelled,attempted,discarded,metric,value,directory")
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path + "/out")
    let figures = markdown.matches(of: /\]\(([^)]+\.svg)\)/).map { String($0.1) }
    #expect(figures.count >= 3 && Set(names) == Set(figures + ["page.html", "page.md", "page.csv"]))
  }

  @Test func theSameRecordsMakeTheSamePage() throws {
    let place = try TemporaryDirectory()
    try sweep(place)
    let arguments = [place.path + "/sweep", "--interval", "bootstrap", "--out", place.path + "/page.html"]
    try report(arguments)
    let first = try place.contents("page.html")
    try report(arguments)
    #expect(try place.contents("page.html") == first)
  }

  @Test func anotherBaselineAndMetric() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0, 0])), ("margin", course([0.1, 0.1]))])
    try report([place.path, "--baseline", "margin", "--out", place.path + "/page.html"])
    #expect(try place.contents("page.html").contains("Differences from margin"))
    try report([place.path, "--baseline", "nobody", "--out", place.path + "/page.html"])
    #expect(try place.contents("page.html").contains("No strategy here is called “nobody”"))
    #expect(sentence([place.path, "--metric", "loss"]) == "no record has a figure “loss”; choose among accuracy.")
  }

  @Test func aSweepSaysWhichFigureAndWhetherLessOfItIsBetter() throws {
    let place = try TemporaryDirectory()
    try sweep(place)
    try place.write(
      #"{"name": "s", "metric": {"name": "accuracy", "goal": "minimize", "over": "last"}}"#, to: "sweep/sweep.json")
    let arguments = [place.path + "/sweep", "--out", place.path + "/page.html"]
    try report(arguments)
    #expect(try place.contents("page.html").contains("accuracy, less is better"))
    try report(arguments + ["--goal", "maximize"])
    #expect(try !place.contents("page.html").contains("less is better"))
    #expect(sentence(arguments + ["--goal", "more"]) == "--goal is maximize or minimize, not “more”.")
    try place.write(#"{"metric": {"name": "regret", "goal": "minimize", "over": "last"}}"#, to: "sweep/sweep.json")
    try report(arguments)
    #expect(try !place.contents("page.html").contains("less is better"), "no record has that figure")
    try place.write("{", to: "sweep/sweep.json")
    try report(arguments)
  }

  @Test func requestsThatCannotBeMetAreExplained() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0]))])
    #expect(sentence([place.path + "/none"]).contains("is no directory"))
    #expect(sentence([place.path + "/a", "--out", place.path + "/a/page.html"]).contains("is the directory of a run"))
    #expect(
      sentence([place.path + "/a", "--out", place.path + "/a/deep/page.html"]).contains("is the directory of a run"))
    #expect(sentence([place.path + "/a", "--out", place.path]).contains("is a directory"))
    #expect(sentence([place.path + "/a", "--interval", "z"]).contains("t or bootstrap"))
    #expect(sentence([place.path + "/a", "--reach", "much"]).contains("--reach takes figures"))
    let empty = try TemporaryDirectory()
    #expect(sentence([empty.path]).contains("there is no run at or below"))
    try place.write("", to: "a/rounds.jsonl")
    #expect(sentence([place.path + "/a", "--out", place.path + "/p.html"]).hasPrefix("there is nothing to report"))
    #expect(!FileManager.default.fileExists(atPath: place.path + "/p.html"))
  }

  @Test func withoutAConverterThereIsOneSentence() {
    #expect(throws: CommandFailure.self) { try PictureConverter(searchPath: "/nowhere") }
    do {
      _ = try PictureConverter(searchPath: "/nowhere")
    } catch {
      #expect(error.description.hasSuffix("apt-get install librsvg2-bin."))
    }
  }

  @Test func sizesOfPicturesAreReadOffTheirHeader() {
    let size = PNGHeader(ImageSheetFile.small)
    #expect(size?.width == 8 && size?.height == 8 && size?.channels == 1)
    #expect(PNGHeader(Array("not a picture at all, but long enough for one".utf8)) == nil)
    #expect(PNGHeader([]) == nil)
    // The header alone is no picture.
    #expect(PNGHeader(Array(ImageSheetFile.small.dropLast(20))) == nil)
  }

  @Test func nothingIsMadeForAReportOfNothing() throws {
    let place = try TemporaryDirectory()
    try place.writeRun("a", [("random", course([0]))])
    try place.write("{\n", to: "a/rounds.jsonl")
    let said = sentence([place.path + "/a", "--out", place.path + "/deep/page.html"])
    #expect(said.contains("Line 1 of \(place.path)/a/rounds.jsonl is damaged"))
    #expect(!FileManager.default.fileExists(atPath: place.path + "/deep"))
  }
}

/// A picture of one image.
private enum ImageSheetFile {
  static let small = ImageSheet(Tensor(shape: [1, 8, 8, 1]) { $0.initialize(repeating: 0.5) }, padding: 0).png
}
