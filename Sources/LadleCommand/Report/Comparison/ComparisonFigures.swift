import ActiveLoop

/// The pictures of data of a comparison.
struct ComparisonFigures {
  let findings: ComparisonFindings

  private var options: ReportOptions { findings.options }
  private var format: LineChart.ValueFormat { options.isRate ? .percent : .number }

  private func series(_ index: Int, inBackground: Bool = false) -> LineChart.Series {
    let arm = findings.arms[index]
    return LineChart.Series(
      name: arm.name,
      points: arm.points.map { .init(x: Double($0.labelled), mean: $0.mean, interval: $0.interval) },
      repetitions: arm.curve.runs.map { run in run.values.map { .init(x: Double($0.labelled), mean: $0.value) } },
      repetitionNames: arm.curve.runs.map { "\($0.seed)" }, repetitionCount: arm.curve.runs.count, style: index,
      isInBackground: inBackground
    )
  }

  /// Every arm, and the references as lines across.
  var curves: LineChart {
    let references = findings.comparison.references.compactMap { arm -> LineChart.Reference? in
      let values = arm.curve(options.metric).runs.compactMap { $0.values.last?.value }
      return Summary(values).map {
        LineChart.Reference(
          name: arm.name, value: $0.mean, interval: options.interval.interval(of: values), repetitionCount: $0.count)
      }
    }
    let count = findings.arms.count + references.count
    return LineChart(
      title: findings.comparison.title, xLabel: "Labels", yLabel: options.metricTitle, valueFormat: format,
      series: findings.arms.indices.map { series($0) }, references: references, interval: options.interval,
      height: max(480, 150 + Double(count) * LineChartLayout.labelSpacing))
  }

  /// Each arm beside its baseline, where one chart has too many bands.
  var panels: [LineChart] {
    guard curves.hasManyBands else { return [] }
    let all = findings.arms.flatMap(\.points).flatMap { [$0.mean, $0.interval?.lowerBound, $0.interval?.upperBound] }
      .compactMap { $0 }
    guard let low = all.min(), let high = all.max(), high > low else { return [] }
    let domain = max(low, options.isRate ? 0 : low)...min(high, options.isRate ? 1 : high)
    return findings.arms.indices.compactMap { index in
      guard let baseline = findings.baseline(of: index) else { return nil }
      return LineChart(
        title: findings.arms[index].name, xLabel: "Labels", yLabel: options.metricTitle, valueFormat: format,
        series: [series(index), series(baseline, inBackground: true)], yDomain: domain, showsLabels: false,
        interval: options.interval, fileStem: "curves-\(index + 1)", width: 290, height: 210)
    }
  }

  /// Differences from the baselines, in the mean over the budget.
  func differences(_ paired: [PairedComparison]) -> IntervalChart {
    let sentences = ComparisonSentences(findings: findings)
    return IntervalChart(
      title: "Mean over the budget, minus \(sentences.baselineName(paired))",
      xLabel: "\(options.unit), paired by seed",
      rows: paired.compactMap { comparison in
        guard let mean = Summary(comparison.areaDifferences)?.mean else { return nil }
        return IntervalChart.Row(
          name: findings.arms[comparison.arm].name, mean: mean,
          interval: options.interval.interval(of: comparison.areaDifferences), values: comparison.areaDifferences,
          style: comparison.arm, text: options.difference(comparison.areaDifferences))
      }, factor: options.isRate ? 100 : 1, explanation: sentences.differences(paired))
  }

  /// Seconds by phase, per run; nil without timings.
  var time: StackedBarChart? {
    let phases = Phase.allCases.map(\.rawValue)
    let rows = findings.comparison.arms.compactMap { arm -> StackedBarChart.Row? in
      let timed = arm.runs.filter { !$0.timings.isEmpty }
      guard !timed.isEmpty else { return nil }
      let sums = phases.map { phase in
        timed.flatMap(\.timings).reduce(0) { $0 + ($1.seconds[phase] ?? 0) } / Double(timed.count)
      }
      return StackedBarChart.Row(name: arm.name, values: sums, text: durationText(sums.reduce(0, +)))
    }
    guard rows.contains(where: { $0.values.reduce(0, +) > 0 }) else { return nil }
    return StackedBarChart(
      title: "Time per run", xLabel: "Seconds", parts: phases, rows: rows, valueText: durationText,
      explanation:
        "The mean over the seeds of the seconds that all rounds of a run took: choosing or making the queries, waiting for the "
        + "oracle, fitting, testing. Times depend on the machine and on what else ran there; they have no intervals, and models "
        + "trained once for all seeds, such as a generator, are not in them.")
  }

  /// Samples the oracle discarded, against labels; nil if it discarded none.
  var discarded: LineChart? {
    let series = findings.comparison.arms.enumerated().compactMap { index, arm -> LineChart.Series? in
      let points = Dictionary(grouping: arm.runs.flatMap(\.records), by: \.labelled).sorted { $0.key < $1.key }
        .filter { 2 * $0.value.count > arm.runs.count }
      guard arm.runs.contains(where: { $0.records.last?.discarded ?? 0 > 0 }) else { return nil }
      return LineChart.Series(
        name: arm.name,
        points: points.compactMap { labelled, records in
          let values = records.map { Double($0.discarded) }
          return Summary(values).map {
            .init(x: Double(labelled), mean: $0.mean, interval: options.interval.interval(of: values))
          }
        }, repetitionCount: arm.runs.count, style: index)
    }
    guard !series.isEmpty else { return nil }
    return LineChart(
      title: "Queries that the oracle discarded", xLabel: "Labels", yLabel: "Discarded so far", valueFormat: .count,
      series: series, interval: options.interval, fileStem: "discarded", height: 360)
  }
}
