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
    let findings = findings
    try directory.write(Array(ComparisonFigures(findings: findings).curves.svg().utf8), to: "curves.svg")
    try directory.write(Array(directory.records.longForm.utf8), to: "results.csv")
    try directory.write(Array(page(findings).html().utf8), to: "report.html")
  }

  /// For the terminal: a line per strategy, then where the report is.
  func summaryLines() -> [String] {
    let findings = findings
    let paired = Dictionary(findings.paired.map { ($0.arm, $0) }) { first, _ in first }
    let width = (settings.strategies.map(\.count).max() ?? 0) + 2
    return findings.arms.enumerated().compactMap { index, arm in
      guard let final = Summary(arm.finalValues), let range = findings.range else { return nil }
      let difference = paired[index].flatMap { Summary($0.areaDifferences) }.map {
        ", \($0.pointsText) points over random in the mean"
      }
      return arm.name + String(repeating: " ", count: width - arm.name.count)
        + "\(final.percentWithInterval) with \(range.upperBound) labels\(difference ?? "")"
    } + ["report: \(directory.path)/report.html"]
  }

  // MARK: - The page

  /// Of the one comparison that a run is.
  private var findings: ComparisonFindings {
    let configuration = (try? SettingsSchema(of: settings).resolved) ?? .object([:])
    let run = RecordedRun(directory, configuration: configuration, environment: environment)
    var comparison =
      ComparisonGrouping.comparisons(of: [run]).first
      ?? Comparison(title: settings.dataset.title, system: .pool, arms: [], references: [], notes: [], runs: [run])
    comparison.notes = remarks + comparison.notes
    return ComparisonFindings(comparison, ReportOptions())
  }

  private func page(_ findings: ComparisonFindings) -> Report {
    Report(
      title: "Active learning on \(settings.dataset.title)",
      subtitle: [
        "learner \(settings.learner.rawValue)", "pool of \(poolCount) images", "\(testCount) test images",
        "\(settings.seeds.count == 1 ? "seed" : "seeds") \(seedsText(settings.seeds))",
        "\(settings.experiment.initial.count) to \(settings.experiment.budget) labels in steps of "
          + "\(settings.experiment.batch)",
      ].joined(separator: " · "),
      lead: [ComparisonSummary(findings: findings).lead()].compactMap { $0 },
      keyFigures: ComparisonSummary(findings: findings).keyFigures,
      sections: ComparisonSections(findings: findings).all + [
        Report.Section(
          title: "Settings and machine",
          blocks: [
            .details("Every setting", [.definitions(settingLines)]), .definitions(machineLines),
            .paragraph("The process that wrote this page took \(durationText(seconds))."),
          ])
      ],
      footer: "Written by ladle \(Ladle.version). Every figure is computed from rounds.jsonl beside this page.")
  }

  private var settingLines: [Report.Definition] {
    ((try? SettingsSchema(of: settings).resolved.leaves) ?? []).map { Report.Definition($0.path, $0.value.shown) }
  }

  private var machineLines: [Report.Definition] { environment.lines.map { .init($0.name, $0.value) } }
}
