import ActiveLoop
import Datasets
import Foundation

/// The page, figures and table of a run: `report.html`, `curves-*.svg`, `results.csv`.
struct GAALReport {
  /// What is said of the trained models.
  struct ModelFacts {
    /// The classifier's accuracy on its own test images.
    var classifierAccuracy: Double?
    /// The share of random samples it recognises as one of the two classes.
    var recognised: Double?
    /// The share of random samples of which the classifier is sure, as one of all its classes.
    var sureOfAny: Double?
    /// What the reader should know of how the run went.
    var remarks: [String] = []
    var samples: ImageSheet?
    var real: ImageSheet?
    /// RICA's filters, where self-taught learning took part.
    var filters: ImageSheet?
  }

  let settings: GAALSettings
  let task: ImageTask
  let directory: RunDirectory
  let environment: EnvironmentRecord
  let facts: ModelFacts
  /// What this process took.
  let seconds: Double
  let findings: GAALFindings

  init(
    settings: GAALSettings, task: ImageTask, directory: RunDirectory, environment: EnvironmentRecord,
    facts: ModelFacts, seconds: Double
  ) {
    self.settings = settings
    self.task = task
    self.directory = directory
    self.environment = environment
    self.facts = facts
    self.seconds = seconds
    findings = GAALFindings(
      records: directory.records, schemes: settings.schemes, initialLabels: settings.experiment.initialLabels,
      budget: settings.experiment.budget)
  }

  /// Writes every file.
  func write() throws {
    for (number, test) in task.tests.enumerated() {
      try directory.write(Array(chart(test).svg().utf8), to: "curves-\(test.name).svg")
      if number == 0 { try directory.write(Array(chart(test).svg().utf8), to: "curves.svg") }
    }
    try directory.write(Array(directory.records.longForm.utf8), to: "results.csv")
    try directory.write(Array(report.html().utf8), to: "report.html")
  }

  /// For the terminal: a line per scheme, then where the report is.
  func summaryLines() -> [String] {
    let all = findings.schemes + (findings.hasSupervised ? [.supervised] : [])
    let width = (all.map(\.title.count).max() ?? 0) + 2
    return all.compactMap { scheme in
      guard let final = findings.final(scheme) else { return nil }
      let name = scheme.title + String(repeating: " ", count: width - scheme.title.count)
      return "\(name)\(final.summary.percentWithInterval) with \(final.labelled) labels"
    } + ["report: \(directory.path)/report.html"]
  }

  // MARK: - The page

  private var report: Report {
    Report(
      title: "GAAL on \(task.dataset.title)", subtitle: subtitle, lead: lead, keyFigures: keyFigures,
      sections: [curvesSection, tableSection] + querySections
        + [modelsSection, featuresSection, settingsSection, repeatSection]
        .compactMap { $0 },
      footer: "Written by ladle \(Ladle.version). Every figure is computed from rounds.jsonl beside this page.")
  }

  private var subtitle: String {
    let classes = task.pool.classNames.joined(separator: " against ")
    return [
      classes, "pool of \(task.pool.count) images", seedsText,
      "\(settings.experiment.initialLabels) to \(settings.experiment.budget) labels in steps of \(settings.experiment.batch)",
    ].joined(separator: " · ")
  }

  private var seedsText: String {
    let seeds = settings.seeds
    if seeds.count == 1 { return "seed \(seeds[0])" }
    let isRange = zip(seeds, seeds.dropFirst()).allSatisfy { $1 == $0 + 1 }
    return "seeds "
      + (isRange ? "\(seeds[0])–\(seeds[seeds.count - 1])" : seeds.map(String.init).joined(separator: ", "))
  }

  private var lead: [String] {
    let place = task.tests.first?.title ?? "the test set"
    var parts = findings.schemes.filter { [.gaal, .random].contains($0) }.compactMap { scheme in
      findings.final(scheme).map {
        "\(scheme.title) reaches \($0.summary.percentWithInterval) with \($0.labelled) labels"
      }
    }
    if let all = findings.supervised() {
      parts.append("every label of the pool gives \(all.percentWithInterval)")
    }
    guard !parts.isEmpty else { return [] }
    return ["On \(place), \(parts.joined(separator: "; "))."]
  }

  private var keyFigures: [Report.KeyFigure] {
    var figures: [Report.KeyFigure] = []
    let main: Scheme = findings.schemes.contains(.gaal) ? .gaal : findings.schemes.first ?? .supervised
    if let final = findings.final(main) {
      let interval = final.summary.interval().map {
        "95 % interval \(fixed($0.lowerBound * 100, 1)) to \(fixed($0.upperBound * 100, 1))"
      }
      figures.append(
        .init(
          value: "\(fixed(final.summary.mean * 100, 1)) %", label: "\(main.title) with \(final.labelled) labels",
          note: interval ?? "one seed"))
    }
    if let difference = findings.overRandom(main), let area = difference.area {
      let interval = area.interval().map {
        "\(fixed($0.lowerBound * 100, 1)) to \(fixed($0.upperBound * 100, 1)), paired over \(area.count) seeds"
      }
      figures.append(
        .init(
          value: (area.mean >= 0 ? "+" : "") + fixed(area.mean * 100, 1),
          label: "points over passive random, mean over the budget", note: interval ?? "one seed"))
    }
    if let attention = findings.attention(main) {
      figures.append(
        .init(
          value: fixed(attention.attempted.mean, 0), label: "samples shown per run",
          note: "\(fixed(attention.discarded.mean, 0)) could not be recognised"))
    }
    if let recognised = facts.recognised {
      figures.append(
        .init(
          value: "\(fixed(recognised * 100, 0)) %", label: "of random samples recognised",
          note: "by a classifier with \(fixed((facts.classifierAccuracy ?? 0) * 100, 1)) % on real images"))
    }
    return figures
  }

  // MARK: - Curves and tables

  private func chart(_ test: ImageTask.Test) -> LineChart {
    let metric = GAALFindings.metric(test)
    return LineChart(
      title: "\(task.dataset.title): tested on \(test.title)", xLabel: "Labels", yLabel: "Accuracy",
      series: findings.schemes.map { LineChart.Series(name: $0.title, curve: findings.curve($0, metric)) },
      references: findings.supervised(metric).map { [.init(name: Scheme.supervised.title, summary: $0)] } ?? [])
  }

  private var curvesSection: Report.Section {
    var blocks: [Report.Block] = task.tests.map { .chart(chart($0)) }
    if task.dataset == .mnistUSPS {
      blocks.append(
        .remark(
          "The framing decides this experiment. USPS digits fill their 16 × 16 frame; stretched to 28 × 28 they are "
            + "larger than any digit of MNIST and the shift is large, framed like MNIST most of it is gone. The paper "
            + "does not say which it used; both are shown, from the same runs."))
    }
    return Report.Section(title: "Learning curves", blocks: blocks)
  }

  private var tableSection: Report.Section {
    let remarks = facts.remarks.map { Report.Block.remark($0) }
    return Report.Section(
      title: "Figures",
      blocks: remarks + task.tests.flatMap { [.table(accuracyTable($0)), .table(comparisonTable($0))] } + [
        .paragraph(
          "± is half the width of the 95 % confidence interval of the mean. The mean over the budget is the area under "
            + "a seed’s curve, divided by the labels it spans. Shown counts every sample the oracle looked at; those it "
            + "discarded cost attention, not labels."),
        .table(timingTable),
      ])
  }

  private func accuracyTable(_ test: ImageTask.Test) -> Report.Table {
    let metric = GAALFindings.metric(test)
    let curves = findings.schemes.map { findings.curve($0, metric).points }
    let best = findings.checkpoints.map { labelled in
      curves.compactMap { points in points.first { $0.labelled == labelled }?.summary.mean }.max()
    }
    var rows = zip(findings.schemes, curves).map { scheme, points -> [Report.Table.Cell] in
      [.init(scheme.title)]
        + zip(findings.checkpoints, best).map { labelled, best in
          guard let summary = points.first(where: { $0.labelled == labelled })?.summary else { return "–" }
          return .init(summary.percentText, isEmphasized: summary.mean == best && findings.schemes.count > 1)
        }
    }
    if let all = findings.supervised(metric) {
      let empty = Array(repeating: Report.Table.Cell(""), count: max(0, findings.checkpoints.count - 1))
      rows.append([.init("\(Scheme.supervised.title), all \(task.pool.count)")] + empty + [.init(all.percentText)])
    }
    // The supervised line alone has no numbers of labels to stand under.
    let columns: [Report.Table.Column] =
      findings.schemes.isEmpty ? [.init("all labels")] : findings.checkpoints.map { .init("\($0)") }
    return Report.Table(
      caption: "Accuracy on \(test.title), in per cent, by labels.",
      columns: [.init("scheme", isNumeric: false)] + columns, rows: rows)
  }

  private func comparisonTable(_ test: ImageTask.Test) -> Report.Table {
    let metric = GAALFindings.metric(test)
    let rows = findings.schemes.map { scheme -> [Report.Table.Cell] in
      let difference = findings.overRandom(scheme, metric)
      let attention = findings.attention(scheme)
      return [
        .init(scheme.title), .init(findings.area(scheme, metric)?.percentText ?? "–"),
        .init(difference?.area?.pointsText ?? "–"), .init(difference.map { "\($0.wins) : \($0.losses)" } ?? "–"),
        .init(findings.labelsToSupervised(scheme, metric).map { "\($0)" } ?? "–"),
        .init(attention.map { fixed($0.attempted.mean, 0) } ?? "–"),
        .init(attention.map { fixed($0.discarded.mean, 0) } ?? "–"),
      ]
    }
    return Report.Table(
      caption: "Over the whole budget, on \(test.title). Differences are paired by seed.",
      columns: [
        .init("scheme", isNumeric: false), .init("mean over budget"), .init("over random"), .init("wins : losses"),
        .init("labels to supervised"), .init("shown"), .init("discarded"),
      ], rows: rows)
  }

  private var timingTable: Report.Table {
    let phases = Phase.allCases
    let rows = settings.schemes.map { scheme -> [Report.Table.Cell] in
      let timings = directory.timingRecords.filter { $0.scheme == scheme.rawValue }
      let sums = phases.map { phase in timings.reduce(0) { $0 + ($1.seconds[phase.rawValue] ?? 0) } }
      return [.init(scheme.title)] + sums.map { .init(fixed($0, 2)) } + [.init(fixed(sums.reduce(0, +), 2))]
    }
    return Report.Table(
      caption: "Seconds by phase, all seeds together. The last process took \(durationText(seconds)).",
      columns: [.init("scheme", isNumeric: false)] + phases.map { .init($0.rawValue) } + [.init("all")], rows: rows)
  }
}
