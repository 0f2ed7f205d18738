import ActiveLoop
import Foundation

/// The page, figure and table of a run of `ladle run pool`: `report.html`, `curves.svg`, `results.csv`.
struct PoolReport {
  let settings: PoolSettings
  let directory: RunDirectory
  let environment: EnvironmentRecord
  let remarks: [String]
  let poolCount: Int
  let testCount: Int
  /// What this process took.
  let seconds: Double

  /// Writes every file.
  func write() throws {
    try directory.write(Array(chart.svg().utf8), to: "curves.svg")
    try directory.write(Array(directory.records.longForm.utf8), to: "results.csv")
    try directory.write(Array(page.html().utf8), to: "report.html")
  }

  /// For the terminal: a line per strategy, then where the report is.
  func summaryLines() -> [String] {
    let width = (settings.strategies.map(\.count).max() ?? 0) + 2
    return settings.strategies.compactMap { name in
      guard let final = final(name) else { return nil }
      let difference = overRandom(name)?.area.map { ", \($0.pointsText) points over random in the mean" } ?? ""
      return name + String(repeating: " ", count: width - name.count)
        + "\(final.summary.percentWithInterval) with \(final.labelled) labels\(difference)"
    } + ["report: \(directory.path)/report.html"]
  }

  // MARK: - Figures

  private func curve(_ strategy: String) -> LearningCurve { LearningCurve(of: directory.records, scheme: strategy) }

  /// At the last number of labels that every seed reached.
  private func final(_ strategy: String) -> (labelled: Int, summary: Summary)? {
    let curve = curve(strategy)
    return curve.points.last { $0.summary.count == curve.runs.count }.map { ($0.labelled, $0.summary) }
  }

  /// `strategy` minus random over the same seeds, which share their initial labels; nil without the latter.
  private func overRandom(_ strategy: String) -> PairedDifference? {
    guard strategy != "random", settings.strategies.contains("random") else { return nil }
    return PairedDifference(of: curve(strategy), minus: curve("random"))
  }

  // MARK: - The page

  private var page: Report {
    Report(
      title: "Active learning on \(settings.dataset.title)",
      subtitle: [
        "learner \(settings.learner.rawValue)", "pool of \(poolCount) images", "\(testCount) test images",
        "\(settings.seeds.count == 1 ? "seed" : "seeds") \(settings.seeds.map(String.init).joined(separator: ", "))",
        "\(settings.experiment.initial.count) to \(settings.experiment.budget) labels in steps of "
          + "\(settings.experiment.batch)",
      ].joined(separator: " · "),
      sections: [
        Report.Section(title: "Learning curves", blocks: [.chart(chart)]),
        Report.Section(
          title: "Figures",
          blocks: remarks.map { .remark($0) } + [
            .table(comparisonTable),
            .paragraph(
              "± is half the width of the 95 % confidence interval of the mean over the seeds (Student’s t). The mean "
                + "over the budget is the area under a seed’s curve, divided by the labels it spans. Differences from "
                + "random are paired by seed: both start from the same labels."),
            .table(timingTable),
          ]),
        Report.Section(
          title: "Settings and machine", blocks: [.definitions(settingLines), .definitions(machineLines)]),
      ],
      footer: "Written by ladle \(Ladle.version). Every figure is computed from rounds.jsonl beside this page.")
  }

  private var chart: LineChart {
    LineChart(
      title: "\(settings.dataset.title), \(settings.learner.rawValue)", xLabel: "Labels", yLabel: "Accuracy",
      series: settings.strategies.map { LineChart.Series(name: $0, curve: curve($0)) })
  }

  private var comparisonTable: Report.Table {
    let rows = settings.strategies.map { name -> [Report.Table.Cell] in
      let (final, difference) = (final(name), overRandom(name))
      let last = difference?.points.last
      return [
        .init(name), .init(final.map { "\($0.labelled)" } ?? "–"), .init(final?.summary.percentText ?? "–"),
        .init(Summary(curve(name).areas.map(\.area))?.percentText ?? "–"),
        .init(last?.summary.pointsText ?? "–"), .init(difference?.area?.pointsText ?? "–"),
        .init(difference.map { "\($0.wins) : \($0.losses)" } ?? "–"),
      ]
    }
    return Report.Table(
      caption: "Accuracy on the test images, in per cent.",
      columns: [
        .init("strategy", isNumeric: false), .init("labels"), .init("at the end"), .init("mean over budget"),
        .init("over random, end"), .init("over random, mean"), .init("wins : losses"),
      ], rows: rows)
  }

  private var timingTable: Report.Table {
    let phases = Phase.allCases
    let rows = settings.strategies.map { name -> [Report.Table.Cell] in
      let timings = directory.timingRecords.filter { $0.scheme == name }
      let sums = phases.map { phase in timings.reduce(0) { $0 + ($1.seconds[phase.rawValue] ?? 0) } }
      return [.init(name)] + sums.map { .init(fixed($0, 2)) } + [.init(fixed(sums.reduce(0, +), 2))]
    }
    return Report.Table(
      caption: "Seconds by phase, all seeds together. The last process took \(durationText(seconds)).",
      columns: [.init("strategy", isNumeric: false)] + phases.map { .init($0.rawValue) } + [.init("all")], rows: rows)
  }

  private var settingLines: [Report.Definition] {
    ((try? SettingsSchema(of: settings).resolved.leaves) ?? []).map { Report.Definition($0.path, $0.value.shown) }
  }

  private var machineLines: [Report.Definition] { environment.lines.map { .init($0.name, $0.value) } }
}
