import ActiveLoop
import ArgumentParser
import Datasets
import Foundation
import Testing

@testable import LadleCommand

@Suite struct GAALReportTests {
  private let accuracies: [(Scheme, [[(Int, Double)]])] = [
    (.gaal, [[(50, 0.70), (60, 0.80)], [(50, 0.72), (60, 0.84)], [(50, 0.74), (60, 0.85)]]),
    (.random, [[(50, 0.70), (60, 0.76)], [(50, 0.72), (60, 0.85)], [(50, 0.74), (60, 0.79)]]),
    (.supervised, [[(400, 0.81)], [(400, 0.81)], [(400, 0.81)]]),
  ]

  private var allRecords: [RoundRecord] {
    accuracies.flatMap { records($0.1, scheme: $0.0.rawValue, metrics: ["accuracy", "accuracy.stamp"]) }
  }

  private var findings: GAALFindings {
    GAALFindings(records: allRecords, schemes: [.gaal, .random, .supervised])
  }

  @Test func findingsAreThoseOfTheRecords() throws {
    let findings = findings
    #expect(findings.schemes == [.gaal, .random])
    let final = try #require(findings.final(.gaal))
    #expect(final.labelled == 60 && abs(final.summary.mean - 0.83) < 1e-12)
    #expect(findings.supervised()?.mean == 0.81)
    let difference = try #require(findings.overRandom(.gaal))
    #expect(difference.wins == 2 && difference.losses == 1)
    // Areas: 0.75 − 0.73, 0.78 − 0.785, 0.795 − 0.765
    #expect(abs((difference.area?.mean ?? 0) - 0.015) < 1e-12)
    #expect(findings.overRandom(.random) == nil)
    let attention = try #require(findings.attention(.gaal))
    #expect(attention.attempted.mean == 62 && attention.discarded.mean == 2)
  }

  @Test func numbersReadAsIntended() throws {
    let summary = try #require(Summary([0.80, 0.84, 0.85]))
    // SciPy 1.17: t.interval(0.95, 2): 0.764275… to 0.895724…
    #expect(summary.percentText == "83.0 ± 6.6")
    #expect(summary.percentWithInterval == "83.0 % (76.4 to 89.6)")
    #expect(try #require(Summary([-0.0123])).pointsText == "−1.2")
  }

  @Test func thePageHasTheFiguresAndReadsAsXML() throws {
    let place = try TemporaryDirectory()
    var settings = GAALSettings(.glyphs)
    settings.schemes = [.gaal, .random, .supervised]
    settings.seeds = [1, 2, 3]
    settings.experiment.budget = 60
    let directory = try RunDirectory(
      path: place.path, configuration: try SettingsSchema(of: settings).resolved, environment: .current())
    for record in allRecords { try directory.append(record, timing: nil) }
    let glyphs = GlyphGenerator(configuration: .init(size: 8, digits: [5, 7])).dataset(count: 12)
    let sheet = ImageSheet(glyphs.images)
    let picture = Data(sheet.png).base64EncodedString()
    // The last is no picture, as in a damaged file, and is left out.
    let query = QueryRecord(
      round: 1, answers: ["5", QueryRecord.cannotTell, "7"], distancesBefore: [0.25, 0.5, 0.75],
      distancesAfter: [0.125], restarts: 1, images: [picture, picture, "AQID"])
    let text = try JSONValue(encoding: query).text(indented: false)
    try directory.write(Array(text.utf8), to: QueryRecord.stem("gaal", 1, 1) + ".json")
    let report = GAALReport(
      settings: settings,
      task: ImageTask(
        dataset: .glyphs, pool: glyphs, tests: [.init(name: "stamp", title: "stamped <glyphs>", data: glyphs)],
        classifierTraining: glyphs, classifierTest: glyphs),
      directory: directory, environment: .current(),
      facts: .init(
        classifierAccuracy: 0.997, recognised: 0.91, sureOfAny: 0.94, remarks: ["A & B"], samples: sheet, real: sheet),
      seconds: 75)
    try report.write()
    let page = try place.contents("report.html")
    #expect(isWellFormed(page))
    for expected in [
      "GAAL reaches 83.0 % (76.4 to 89.6) with 60 labels", "<strong>83.0 ± 6.6</strong>", "fully supervised, all 400",
      "2 : 1", "stamped &lt;glyphs&gt;", "A &amp; B", "0.250 → 0.125", "0.500 → –", "1 starts were drawn again",
      "data:image/png;base64,\(picture)", "1 min 15 s", "of 94.0 % of 1000 such samples",
      "names one of the two classes for 91.0 %",
    ] {
      #expect(page.contains(expected), "the page does not say “\(expected)”")
    }
    #expect(!page.contains("AQID\"") && !page.contains("0.750 → –"))
    #expect(isWellFormed(try place.contents("curves.svg")))
    let csv = try place.contents("results.csv").split(separator: "\n")
    #expect(csv.count == 1 + allRecords.count * 2)
    #expect(csv[1] == "gaal,1,0,50,50,0,accuracy,0.7")
    #expect(
      report.summaryLines().first == "GAAL              83.0 % (76.4 to 89.6) with 60 labels")
  }

  @Test func theCommandOnThePageMakesTheSameSettings() throws {
    let place = try TemporaryDirectory()
    var settings = GAALSettings(.mnistUSPS)
    settings.schemes = [.gaal, .random]
    settings.seeds = [1, 2, 3]
    settings.poolLimit = 900
    settings.generator.width = 32
    settings.experiment.framing = "mnist"
    settings.experiment.budget = 120
    settings.experiment.synthesis.steps = 30
    let directory = try RunDirectory(
      path: place.path, configuration: try SettingsSchema(of: settings).resolved, environment: .current())
    let glyphs = GlyphGenerator(configuration: .init(size: 8, digits: [5, 7])).dataset(count: 2)
    let report = GAALReport(
      settings: settings,
      task: ImageTask(
        dataset: .mnistUSPS, pool: glyphs, tests: [], classifierTraining: glyphs, classifierTest: glyphs),
      directory: directory, environment: .current(), facts: .init(), seconds: 1)
    let words = report.commandLine.replacingOccurrences(of: "\\\n", with: " ").split(separator: " ").map(String.init)
    let command = try #require(try Ladle.parseAsRoot(Array(words.dropFirst())) as? GAALCommand)
    #expect(try command.resolved() == settings)
  }
}
