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
    findings = GAALFindings(records: directory.records, schemes: settings.schemes)
  }

  /// Writes every file.
  func write() throws {
    for (number, test) in task.tests.enumerated() {
      let curves = Array(ComparisonFigures(findings: comparison(test)).curves.svg().utf8)
      try directory.write(curves, to: "curves-\(test.name).svg")
      if number == 0 { try directory.write(curves, to: "curves.svg") }
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
      sections: comparisonSections + querySections
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
    return (seeds.count == 1 ? "seed " : "seeds ") + LadleCommand.seedsText(seeds, dash: "–", comma: ", ")
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

  /// What the schemes reached on one test set, with what the runs' remarks are.
  private func comparison(_ test: ImageTask.Test) -> ComparisonFindings {
    let configuration = (try? SettingsSchema(of: settings).resolved) ?? .object([:])
    let run = RecordedRun(directory, configuration: configuration, environment: environment)
    var comparison =
      ComparisonGrouping.comparisons(of: [run]).first
      ?? Comparison(title: "", system: .gaal, arms: [], references: [], notes: [], runs: [run])
    comparison.title = "\(task.dataset.title): tested on \(test.title)"
    var options = ReportOptions()
    options.metric = GAALFindings.metric(test)
    return ComparisonFindings(comparison, options)
  }

  /// Of each test set the sections that its figures are in; of the first those that are the same for all.
  private var comparisonSections: [Report.Section] {
    task.tests.enumerated().flatMap { number, test -> [Report.Section] in
      let sections = ComparisonSections(findings: comparison(test), prefix: task.tests.count > 1 ? test.title : "")
      var curves = sections.curves
      if number == 0 { curves?.blocks += curveRemarks }
      let last = number == task.tests.count - 1
      return [curves, sections.differences, sections.pairwise, sections.reach].compactMap { $0 }
        + (last ? [sections.time, sections.attention].compactMap { $0 } : [])
    }
  }

  private var curveRemarks: [Report.Block] {
    var blocks: [Report.Block] = facts.remarks.map { .remark($0) }
    if task.dataset == .mnistUSPS {
      blocks.append(
        .remark(
          "The framing decides this experiment. USPS digits fill their 16 × 16 frame; stretched to 28 × 28 they are "
            + "larger than any digit of MNIST and the shift is large, framed like MNIST most of it is gone. The paper "
            + "does not say which it used; both are shown, from the same runs."))
    }
    return blocks
  }
}
