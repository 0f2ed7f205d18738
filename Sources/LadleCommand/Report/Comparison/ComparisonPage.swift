import ActiveLoop

/// The page of `ladle report`: any number of comparisons, then what they were run with.
struct ComparisonPage {
  let findings: [ComparisonFindings]
  let options: ReportOptions
  /// What could not be read.
  let notes: [String]
  /// What makes the page again.
  let command: String

  init(comparisons: [Comparison], options: ReportOptions, notes: [String], command: String) {
    self.options = options
    self.notes = notes
    self.command = command
    findings = comparisons.map { ComparisonFindings($0, options) }
  }

  /// The page's contents.
  var report: Report {
    let several = findings.count > 1
    let sections = findings.flatMap { findings in
      ComparisonSections(findings: findings, prefix: several ? findings.comparison.title : "").all
        + [settings(findings.comparison, prefix: several ? findings.comparison.title : "")]
    }
    let last = Report.Section(
      title: "This page",
      blocks: [
        .command(command),
        .paragraph(
          "Every figure is computed from rounds.jsonl and timings.jsonl of the runs; the same records make the same page."
        ),
      ])
    return Report(
      title: several ? "Comparisons of \(listed(findings.map(\.comparison.title)))" : title, subtitle: subtitle,
      lead: findings.compactMap { ComparisonSummary(findings: $0).lead(naming: several) },
      keyFigures: several ? [] : findings.first.map { ComparisonSummary(findings: $0).keyFigures } ?? [],
      sections: problems + sections + [last], footer: "Written by ladle \(Ladle.version).")
  }

  private var title: String {
    guard let comparison = findings.first?.comparison else { return "No runs" }
    let system = comparison.system == .gaal ? "GAAL on " : comparison.system == .pool ? "Active learning on " : ""
    return system + comparison.title
  }

  private var problems: [Report.Section] {
    notes.isEmpty ? [] : [Report.Section(title: "What could not be read", blocks: notes.map { .remark($0) })]
  }

  private var subtitle: String {
    let runs = findings.reduce(0) { $0 + $1.comparison.runs.count }
    let cells = findings.flatMap(\.comparison.arms).reduce(0) { $0 + $1.runs.count }
    return [
      "\(runs) run director\(runs == 1 ? "y" : "ies")", "\(cells) learning curves",
      options.metricTitle.lowercased() + (options.lessIsBetter ? ", less is better" : ""),
      findings.count == 1 ? findings.first?.seedsText : nil,
    ].compactMap { $0 }.joined(separator: " · ")
  }

  // MARK: - Settings

  private func settings(_ comparison: Comparison, prefix: String) -> Report.Section {
    let maps = comparison.runs.map {
      Dictionary($0.configuration.leaves.map { ($0.path, $0.value) }) { first, _ in first }
    }
    let paths = Set(maps.flatMap(\.keys)).sorted()
    var (common, differing): ([Report.Definition], [Report.Definition]) = ([], [])
    for path in paths {
      let values = Set(maps.compactMap { $0[path] })
      if values.count == 1, let value = values.first {
        common.append(.init(path, value.shown))
      } else {
        let shown = values.map(\.shown).sorted()
        differing.append(
          .init(
            path, shown.prefix(12).joined(separator: "; ") + (shown.count > 12 ? "; and \(shown.count - 12) more" : ""))
        )
      }
    }
    var blocks: [Report.Block] = []
    if !differing.isEmpty {
      blocks.append(.paragraph("Settings in which the runs differ:"))
      blocks.append(.definitions(differing))
    }
    blocks.append(.details("Settings that all runs share", [.definitions(common)]))
    let machines = Set(comparison.runs.compactMap(\.environment))
    for machine in machines.sorted(by: { "\($0)" < "\($1)" }) {
      blocks.append(.definitions(machine.lines.map { .init($0.name, $0.value) }))
    }
    let warnings = comparison.runs.flatMap(\.warnings).map {
      "\($0.scheme), seed \($0.seed), round \($0.round): \($0.warning)"
    }
    if !warnings.isEmpty {
      blocks.append(
        .details(
          "\(warnings.count) warning\(warnings.count == 1 ? "" : "s") of strategies", warnings.map { .paragraph($0) }))
    }
    blocks.append(.details("Run directories", [.table(runTable(comparison))]))
    return Report.Section(
      title: prefix.isEmpty ? "Settings and machine" : "\(prefix): settings and machine", blocks: blocks)
  }

  private func runTable(_ comparison: Comparison) -> Report.Table {
    let rows = comparison.runs.map { run -> [Report.Table.Cell] in
      let seeds = Set(run.records.map(\.seed)).sorted()
      return [
        .init(run.path), .init(listed(run.schemes)), .init(seedsText(seeds)), .init("\(run.records.count)"),
        .init(run.records.map(\.labelled).max().map(String.init) ?? "–"),
        .init(run.budget.map(String.init) ?? "–"),
      ]
    }
    return Report.Table(
      columns: [
        .init("directory", isNumeric: false), .init("strategies", isNumeric: false), .init("seeds"), .init("rounds"),
        .init("labels"), .init("budget"),
      ], rows: rows)
  }
}

extension ComparisonPage {
  /// For the terminal: a line per arm.
  var summaryLines: [String] {
    findings.flatMap { (findings.count > 1 ? [$0.comparison.title] : []) + ComparisonSummary(findings: $0).lines }
  }
}
