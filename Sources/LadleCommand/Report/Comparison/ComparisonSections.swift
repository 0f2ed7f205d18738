import ActiveLoop

/// The sections of a page that one comparison fills: shared by the report of many runs and the page of one.
struct ComparisonSections {
  let findings: ComparisonFindings
  /// Put before the titles where a page has several comparisons.
  var prefix = ""

  private var figures: ComparisonFigures { ComparisonFigures(findings: findings) }
  private var tables: ComparisonTables { ComparisonTables(findings: findings) }
  private var sentences: ComparisonSentences { ComparisonSentences(findings: findings) }

  /// All of them.
  var all: [Report.Section] {
    [curves, differences, pairwise, reach, time, attention].compactMap { $0 } + [pictures].compactMap { $0 }
  }

  private func section(_ title: String, _ blocks: [Report.Block]) -> Report.Section? {
    blocks.isEmpty
      ? nil
      : Report.Section(
        title: prefix.isEmpty ? title : "\(prefix): \(title.prefix(1).lowercased() + title.dropFirst())", blocks: blocks
      )
  }

  /// Learning curves, the runs' remarks, and the figures as a table.
  var curves: Report.Section? {
    var blocks: [Report.Block] = [.chart(figures.curves, note: sentences.curves)]
    let panels = figures.panels
    if !panels.isEmpty {
      blocks.append(
        .panels(
          panels,
          caption:
            "Each strategy against \(findings.options.baseline) (dotted), on the same axes, with the 95 % intervals that "
            + "would hide each other in one chart."))
    }
    blocks.append(.table(tables.figures))
    let leftOut = findings.arms.filter { !$0.leftOut.isEmpty }.map { arm in
      "\(arm.name) (seed\(arm.leftOut.count == 1 ? "" : "s") \(arm.leftOut.map(String.init).joined(separator: ", ")))"
    }
    if let range = findings.range, !leftOut.isEmpty {
      blocks.append(
        .remark(
          "Compared are \(range.lowerBound) to \(range.upperBound) labels, which most seeds of every strategy cover. Left out of means "
            + "over the budget and of differences, because they do not: \(listed(leftOut))."))
    }
    blocks += findings.comparison.notes.map { .remark($0) }
    blocks.append(.details("Every seed in numbers", [.table(tables.seeds)]))
    return section("Learning curves", blocks)
  }

  /// Paired differences from the baseline.
  var differences: Report.Section? {
    guard findings.arms.count > 1 else { return nil }
    let paired = findings.paired
    guard !paired.isEmpty else {
      return section(
        "Differences",
        [
          .paragraph(
            "No strategy here is called “\(findings.options.baseline)” and shares seeds with another, so there is nothing to take "
              + "differences from; --baseline names another: \(listed(findings.arms.map(\.name), "or")).")
        ])
    }
    return section(
      "Differences from \(sentences.baselineName(paired))",
      [
        .chart(figures.differences(paired)), .table(tables.tests(paired)), .paragraph(sentences.tests(paired)),
      ])
  }

  /// Wins and losses of all pairs.
  var pairwise: Report.Section? {
    let pairs = findings.pairs
    guard findings.arms.count > 2, !pairs.isEmpty else { return nil }
    return section("Wins and losses", [.matrix(tables.matrix(pairs)), .paragraph(sentences.matrix(pairs))])
  }

  /// Labels that a figure took.
  var reach: Report.Section? {
    section(
      "Labels needed",
      findings.reach.flatMap { [.table(tables.reach($0)), .paragraph(sentences.reach($0))] })
  }

  var time: Report.Section? {
    guard let chart = figures.time else { return nil }
    return section("Time", [.chart(chart), .details("In numbers", [.table(tables.time(chart))])])
  }

  /// Discarded queries; nil if nothing was.
  var attention: Report.Section? {
    guard let chart = figures.discarded else { return nil }
    return section(
      "Discarded queries",
      [
        .chart(
          chart,
          note: "Discarded samples cost the oracle’s attention and are no labels; curves above count labels alone."),
        .table(tables.attention),
      ])
  }

  var pictures: Report.Section? { section("What was asked about", PickedPictures.blocks(of: findings.comparison)) }
}
