import ActiveLoop
import Foundation
import Testing

@testable import LadleCommand

@Suite struct ComparisonFindingsTests {
  private func findings(
    _ strategies: [(String, [[(Int, Double)]])], _ options: ReportOptions = ReportOptions(), budget: Int = 60
  ) throws -> ComparisonFindings {
    let place = try TemporaryDirectory()
    try place.writeRun("run", strategies, budget: budget)
    let runs = try RunFinder.runs(at: [place.path]).runs
    return ComparisonFindings(try #require(ComparisonGrouping.comparisons(of: runs).first), options)
  }

  @Test func differencesAndTestsAreThoseOfTheSeeds() throws {
    let gains = [0.05, 0.04, 0.06, 0.03, 0.07]
    let findings = try findings(
      [
        ("random", course([0, 0, 0, 0, 0])), ("margin", course(gains)),
        ("entropy", course([-0.01, 0.01, 0, 0.02, -0.02])),
      ])
    let paired = findings.paired
    #expect(paired.map(\.arm) == [1, 2] && paired.allSatisfy { $0.baseline == 0 && $0.seeds == [1, 2, 3, 4, 5] })
    // Ten labels at half the gain, then ten at all of it: 0.75 of it over the budget.
    for (found, gain) in zip(paired[0].areaDifferences, gains) { #expect(abs(found - 0.75 * gain) < 1e-12) }
    for (found, gain) in zip(paired[0].finalDifferences, gains) { #expect(abs(found - gain) < 1e-12) }
    #expect(paired[0].wins == 5 && paired[0].losses == 0)
    // SciPy 1.17: ttest_1samp([.05, .04, .06, .03, .07], 0).pvalue; the statistic does not depend on the scale.
    #expect(abs(try #require(paired[0].tTest).pValue - 0.0021106458450912712) < 1e-9)
    #expect(try #require(paired[0].wilcoxon).pValue == 0.0625)
    // Holm over two: the smaller p is doubled.
    #expect(abs(try #require(paired[0].adjustedT) - 2 * 0.0021106458450912712) < 1e-9)
    #expect(paired[0].adjustedWilcoxon == 0.125)
    #expect(findings.pairs.count == 3)
  }

  @Test func labelsNeededCountSeedsThatNeverGetThere() throws {
    var options = ReportOptions()
    options.reach = [0.78]
    let found = try findings([("random", course([0, 0, 0])), ("margin", course([0.1, 0.1, 0.1]))], options).reach
    let reach = try #require(found.first)
    // Random ends at 0.75, 0.76 and 0.77; margin passes 0.78 on its way from 0.60, 0.61, 0.62 to 0.2 more.
    #expect(reach.arms[0].reached.isEmpty && reach.arms[0].median == nil)
    #expect(reach.arms[1].reached.count == 3)
    #expect(abs(try #require(reach.arms[1].median) - 48.5) < 1e-9)
    // By default: what the baseline has at the end.
    let usual = try #require(
      try findings([("random", course([0, 0, 0])), ("margin", course([0, 0, 0.1]))]).reach.first)
    #expect(abs(usual.threshold - 0.76) < 1e-12 && usual.origin.contains("random"))
  }

  @Test func differentBudgetsAreComparedOverWhatTheyShare() throws {
    let long = course([0.1, 0.1]).map { $0 + [(70, 0.9), (80, 0.95)] }
    let findings = try findings([("random", course([0, 0])), ("margin", long)], budget: 80)
    #expect(findings.range == 40...60)
    #expect(findings.arms[1].finalValues.count == 2 && findings.arms[1].points.map(\.labelled) == [40, 50, 60, 70, 80])
    #expect(abs(findings.arms[1].finalValues[0] - 0.85) < 1e-12)
  }

  @Test func sentencesSayWhatFewSeedsCannotShow() throws {
    let five = try findings([("random", course([0, 0, 0, 0, 0])), ("margin", course([0.1, 0.2, 0.1, 0.2, 0.3]))])
    let sentences = ComparisonSentences(findings: five)
    #expect(sentences.tests(five.paired).contains("is 0.0625: it cannot fall below 0.05, whatever the data"))
    #expect(sentences.smallest(seeds: 6, comparisons: 1).contains("0.0312"))
    #expect(sentences.smallest(seeds: 8, comparisons: 8).contains("0.0625 after"))
    #expect(
      sentences.smallest(seeds: 10, comparisons: 2)
        == "With 10 seeds the smallest p-value of Wilcoxon’s two-sided test is 0.0020, 0.0039 after the correction.")
    #expect(sentences.curves.contains("overlap"))
    let one = try findings([("random", course([0])), ("margin", course([0.1]))])
    #expect(ComparisonSentences(findings: one).curves.hasPrefix("One seed shows"))
    var options = ReportOptions()
    options.reach = [0.84]
    let reach = try findings([("random", course([0, 0, 0])), ("margin", course([0.1, 0.1, 0.05]))], options)
    #expect(
      ComparisonSentences(findings: reach).reach(reach.reach[0]).contains(
        "random: not reached by 3 of 3 seeds; margin: not reached by 1 of 3 seeds"))
  }

  @Test func bootstrapIntervalsReplaceStudentsEverywhere() throws {
    var options = ReportOptions()
    options.interval = .bootstrap
    let strategies = [("random", course([0, 0, 0])), ("margin", course([0.1, 0.2, 0.1]))]
    let (t, bootstrap) = (try findings(strategies), try findings(strategies, options))
    let (wide, narrow) = (
      try #require(t.arms[1].points[1].interval), try #require(bootstrap.arms[1].points[1].interval)
    )
    #expect(narrow.upperBound - narrow.lowerBound < wide.upperBound - wide.lowerBound)
    #expect(ComparisonFigures(findings: bootstrap).curves.explanation.contains("bootstrap"))
    #expect(options.number([0.1, 0.2, 0.1]).contains(" to "))
  }

  @Test func figuresOfAnyNumberOfStrategiesAreWellFormed() throws {
    for count in [1, 2, 6, 9] {
      let strategies = (0..<count).map { ($0 == 0 ? "random" : "s<\($0)>", course([0.01 * Double($0), 0.02, 0])) }
      let findings = try findings(strategies)
      let figures = ComparisonFigures(findings: findings)
      var all: [any Figure] = [figures.curves] + figures.panels
      #expect(figures.panels.count == (count > 5 ? count - 1 : 0))
      all.append(figures.differences(findings.paired))
      if let time = figures.time { all.append(time) }
      for figure in all {
        for standalone in [true, false] {
          let markup = figure.svg(standalone: standalone)
          #expect(isWellFormed(markup) && !markup.contains("nan") && !markup.contains("inf"))
        }
      }
    }
  }

  @Test func ofALossLessIsBetter() throws {
    var options = ReportOptions()
    (options.goal, options.reach) = (.minimize, [0.65])
    let fall = course([0, 0, 0, 0]).map { $0.map { ($0.0, 1.2 - $0.1) } }
    let deeper = course([0.1, 0.12, 0.11, 0.1]).map { $0.map { ($0.0, 1.2 - $0.1) } }
    let findings = try findings([("random", fall), ("margin", deeper)], options)
    let paired = try #require(findings.paired.first)
    #expect(paired.areaDifferences.allSatisfy { $0 < 0 } && paired.wins == 4 && paired.losses == 0)
    #expect(try #require(findings.pairs.first).wins == 0, "random against margin")
    // Margin falls from 0.60, 0.59 … at once: it starts below. Random with 0.60 does too.
    #expect(findings.reach[0].arms[1].median == 40)
    options.reach = [0.4]
    let reach = ComparisonFindings(findings.comparison, options).reach[0]
    // Margin ends at 0.35, 0.32, 0.32 and 0.32, random at 0.45 to 0.42.
    #expect(reach.arms[0].reached.isEmpty && reach.arms[1].reached.count == 4)
    // Seed 1 from 0.60 to 0.40 at 50 labels.
    #expect(abs(try #require(reach.arms[1].reached.last) - 50) < 1e-9)
    let figures = ComparisonSummary(findings: findings).keyFigures
    #expect(figures[0].label.hasPrefix("margin") && figures[0].note.hasPrefix("the lowest"))
    let row = ComparisonTables(findings: findings).figures.rows
    #expect(row[1][4].isEmphasized && !row[0][4].isEmphasized)
    #expect(ComparisonSentences(findings: findings).matrix(findings.pairs).contains("the smaller, and the larger"))
    #expect(ReportOptions.usualGoal(of: "strategy.loss") == .minimize)
    #expect(ReportOptions.usualGoal(of: "balancedAccuracy.test") == .maximize)
  }

  @Test func aPhoneGetsChartsWhoseTextKeepsItsSize() throws {
    for count in [2, 7] {
      let strategies = (0..<count).map {
        ($0 == 0 ? "random" : "strategy \($0)", course([0.01 * Double($0), 0.02, 0]))
      }
      let findings = try findings(strategies)
      let figures = ComparisonFigures(findings: findings)
      let all: [any Figure] = [figures.curves, figures.differences(findings.paired), try #require(figures.time)]
      for figure in all {
        let narrow = try #require(figure.narrow)
        #expect(narrow.size.width == 360 && figure.size.width == 860)
        let markup = narrow.svg(standalone: false)
        #expect(isWellFormed(markup))
        let places = markup.matches(of: /<text x="([0-9.-]+)"/).compactMap { Double($0.1) }
        #expect(!places.isEmpty && places.allSatisfy { (0...360).contains($0) }, "nothing begins beside the picture")
      }
      let page = Report(title: "t", sections: [.init(title: "s", blocks: all.map { .chart($0) })]).html()
      let names = page.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
      #expect(Set(names).count == names.count, "both drawings of a chart are in one page")
    }
  }

  @Test func everySeedIsInThePageHiddenUntilItsLineIsPointedAt() throws {
    let findings = try findings([("random", course([0, 0, 0])), ("margin", course([0.1, 0.2, 0.1]))])
    let chart = ComparisonFigures(findings: findings).curves
    let inside = chart.svg(standalone: false)
    #expect(inside.matches(of: /class="repetition line-/).count == 6)
    #expect(inside.matches(of: /class="series" tabindex="0"/).count == 2)
    #expect(inside.contains("by seed 1: 75.0 %, 2: 76.0 %, 3: 77.0 %"), "read aloud with the focus")
    #expect(!chart.svg(standalone: true).contains("repetition"))
  }
}
