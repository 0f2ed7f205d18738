import ActiveLoop

/// The numbers of a comparison as tables.
struct ComparisonTables {
  let findings: ComparisonFindings

  private var options: ReportOptions { findings.options }
  private var unit: String { options.isRate ? ", in per cent" : "" }

  /// The figure at some numbers of labels, and over the budget.
  var figures: Report.Table {
    let checkpoints = findings.checkpoints(5)
    func point(_ arm: ComparisonFindings.ArmFinding, _ labelled: Int) -> ComparisonFindings.Point? {
      arm.points.first { $0.labelled == labelled }
    }
    /// Of none if all are the same, as they are before the first query.
    func bestMean(_ means: [Double]) -> Double? {
      Set(means).count > 1 ? means.max { options.isBetter($1, than: $0) } : nil
    }
    let best = checkpoints.map { labelled in bestMean(findings.arms.compactMap { point($0, labelled)?.mean }) }
    let bestArea = bestMean(findings.arms.compactMap { Summary($0.areaValues)?.mean })
    var rows = findings.arms.map { arm -> [Report.Table.Cell] in
      let cells = zip(checkpoints, best).map { labelled, best -> Report.Table.Cell in
        guard let point = point(arm, labelled) else { return "–" }
        return .init(options.number(point.values), isEmphasized: point.mean == best)
      }
      let area = Report.Table.Cell(
        options.number(arm.areaValues), isEmphasized: bestArea != nil && Summary(arm.areaValues)?.mean == bestArea)
      return [.init(arm.name), .init("\(arm.areas.count)")] + cells + [area]
    }
    for arm in findings.comparison.references {
      let last = arm.curve(options.metric).runs.compactMap(\.values.last)
      guard let labelled = last.first?.labelled, !checkpoints.isEmpty else { continue }
      let empty = [Report.Table.Cell](repeating: "", count: checkpoints.count - 1)
      rows.append(
        [.init("\(arm.name), all \(labelled)"), .init("\(last.count)")] + empty
          + [.init(options.number(last.map(\.value))), "–"])
    }
    return Report.Table(
      caption:
        "\(options.metricTitle)\(unit), by labels, and its mean over the budget: the area under a seed’s curve (trapezoids) "
        + "divided by the labels it spans. \(intervals) The best of a column is bold, whether or not it is surely the best.",
      columns: [.init("", isNumeric: false), .init("seeds")] + checkpoints.map { .init("\($0)") }
        + [.init("mean over budget")], rows: rows)
  }

  private var intervals: String {
    options.interval == .t
      ? "± is half the width of the 95 % interval of the mean (Student’s t)."
      : "In brackets the 95 % bootstrap interval of the mean."
  }

  /// Differences from the baseline and their tests.
  func tests(_ paired: [PairedComparison]) -> Report.Table {
    func p(_ value: Double?) -> Report.Table.Cell {
      value.map { .init(pText($0), isEmphasized: $0 < 0.05) } ?? "–"
    }
    let single = Set(paired.map(\.baseline)).count == 1
    let rows = paired.map { comparison -> [Report.Table.Cell] in
      let name =
        findings.arms[comparison.arm].name + (single ? "" : " − \(findings.arms[comparison.baseline].name)")
      return [
        .init(name), .init("\(comparison.seeds.count)"), .init(options.difference(comparison.areaDifferences)),
        .init(options.difference(comparison.finalDifferences)), .init("\(comparison.wins) : \(comparison.losses)"),
        p(comparison.tTest?.pValue), p(comparison.adjustedT), p(comparison.wilcoxon?.pValue),
        p(comparison.adjustedWilcoxon),
      ]
    }
    let end = findings.range.map { "\($0.upperBound) labels" } ?? "end"
    return Report.Table(
      caption:
        "Differences\(options.isRate ? " in percentage points" : ""), paired by seed; the tests are of the means over the "
        + "budget. p below 0.05 is bold.",
      columns: [
        .init("", isNumeric: false), .init("pairs"), .init("over the budget"), .init("with \(end)"),
        .init("won : lost"), .init("t, p"), .init("t, Holm"), .init("Wilcoxon, p"), .init("Wilcoxon, Holm"),
      ], rows: rows)
  }

  /// Wins and losses of every arm against every other.
  func matrix(_ pairs: [PairedComparison]) -> Report.Matrix {
    let names = findings.arms.map(\.name)
    var cells = names.map { _ in names.map { _ in Report.Matrix.Cell(text: "", balance: 0, isMarked: false) } }
    for pair in pairs {
      let balance = Double(pair.wins - pair.losses) / Double(max(1, pair.seeds.count))
      let marked = pair.adjustedT ?? 1 < 0.05
      cells[pair.arm][pair.baseline] = .init(text: "\(pair.wins):\(pair.losses)", balance: balance, isMarked: marked)
      cells[pair.baseline][pair.arm] = .init(text: "\(pair.losses):\(pair.wins)", balance: -balance, isMarked: marked)
    }
    return Report.Matrix(names: names, cells: cells)
  }

  /// Labels that a figure took.
  func reach(_ reach: ReachFindings) -> Report.Table {
    let rows = zip(findings.arms, reach.arms).map { arm, labels -> [Report.Table.Cell] in
      let last = arm.curve.runs.compactMap { $0.values.last?.labelled }.max() ?? 0
      let range = labels.reached.first.map { first in
        let top = labels.reached.count < labels.count ? "not reached" : fixed(labels.reached.last ?? first, 0)
        return labels.count > 1 && top != fixed(first, 0) ? "\(fixed(first, 0)) to \(top)" : fixed(first, 0)
      }
      return [
        .init(arm.name), .init("\(labels.reached.count) of \(labels.count)"),
        .init(labels.median.map { fixed($0, 0) } ?? "more than \(last)"), .init(range ?? "–"),
      ]
    }
    let origin = reach.origin.isEmpty ? "" : ", \(reach.origin)"
    return Report.Table(
      caption:
        "Labels to reach \(options.lessIsBetter ? "no more than " : "")\(options.text(reach.threshold)) \(options.metricTitle.lowercased())\(origin).",
      columns: [.init("", isNumeric: false), .init("seeds that reach it"), .init("median"), .init("fewest to most")],
      rows: rows)
  }

  /// What the oracle was shown.
  var attention: Report.Table {
    let rows = findings.comparison.arms.enumerated().map { index, arm -> [Report.Table.Cell] in
      let (attempted, discarded) = findings.attention(index)
      let (shown, lost) = (attempted.reduce(0, +), discarded.reduce(0, +))
      func mean(_ values: [Double]) -> Report.Table.Cell { .init(Summary(values).map { fixed($0.mean, 1) } ?? "–") }
      return [
        .init(arm.name), mean(attempted), mean(discarded),
        .init(shown > 0 ? "\(fixed(100 * lost / shown, 1)) %" : "–"),
      ]
    }
    return Report.Table(
      caption:
        "Samples the oracle was shown per run, initial ones included, and those it could not name: they cost attention and "
        + "bring no label. Means over the seeds.",
      columns: [.init("", isNumeric: false), .init("shown"), .init("discarded"), .init("share")], rows: rows)
  }

  /// Every seed's figures, for those who cannot point at lines.
  var seeds: Report.Table {
    let checkpoints = findings.checkpoints(5)
    let rows = findings.arms.flatMap { arm in
      arm.curve.runs.map { run -> [Report.Table.Cell] in
        [.init(arm.name), .init("\(run.seed)")]
          + checkpoints.map { .init(run.value(at: Double($0)).map(options.number) ?? "–") }
          + [.init(arm.areas[run.seed].map(options.number) ?? "left out")]
      }
    }
    return Report.Table(
      caption: "\(options.metricTitle)\(unit), by seed and labels.",
      columns: [.init("", isNumeric: false), .init("seed")] + checkpoints.map { .init("\($0)") }
        + [.init("mean over budget")], rows: rows)
  }

  /// Seconds by phase, per run.
  func time(_ chart: StackedBarChart) -> Report.Table {
    Report.Table(
      caption: "Seconds per run, by phase.",
      columns: [.init("", isNumeric: false)] + chart.parts.map { .init($0) } + [.init("all")],
      rows: chart.rows.map { row in
        [.init(row.name)] + row.values.map { .init(fixed($0, 2)) } + [.init(fixed(row.values.reduce(0, +), 2))]
      })
  }
}
