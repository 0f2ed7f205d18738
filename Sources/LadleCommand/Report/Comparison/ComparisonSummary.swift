import ActiveLoop

/// A comparison in few words: what stands at the top of a page, and on the terminal.
struct ComparisonSummary {
  let findings: ComparisonFindings

  private var options: ReportOptions { findings.options }

  /// The finding in a sentence: which strategies differ from the baseline after correction, in which direction.
  func lead(naming: Bool = false) -> String? {
    let paired = findings.paired
    guard paired.contains(where: { $0.adjustedT != nil }), let range = findings.range else { return nil }
    let place = naming ? "On \(findings.comparison.title), " : ""
    let sure = paired.filter { $0.adjustedT ?? 1 < 0.05 }
    func names(_ isAbove: Bool) -> [String] {
      sure.filter { (Summary($0.areaDifferences)?.mean ?? 0 > 0) == isAbove }.map { findings.arms[$0.arm].name }
    }
    let (above, below) = (names(true), names(false))
    let baseline = ComparisonSentences(findings: findings).baselineName(paired)
    let over = "in the mean over \(range.lowerBound) to \(range.upperBound) labels"
    let tested = "(paired t-test, p < 0.05 after Holm’s correction, \(findings.seedsText))"
    var parts: [String] = []
    if !above.isEmpty { parts.append("\(listed(above)) \(above.count == 1 ? "is" : "are") above \(baseline)") }
    if !below.isEmpty { parts.append("\(listed(below)) \(below.count == 1 ? "is" : "are") below \(baseline)") }
    // A strategy's name keeps its letters, at the beginning too.
    let text =
      parts.isEmpty
      ? "\(place.isEmpty ? "N" : "n")o strategy is surely different from \(baseline)" : parts.joined(separator: "; ")
    return "\(place)\(text) \(over) \(tested)."
  }

  /// The best arm at the end, and the largest difference from a baseline.
  var keyFigures: [Report.KeyFigure] {
    guard let range = findings.range else { return [] }
    var figures: [Report.KeyFigure] = []
    if let best = findings.arms.filter({ !$0.finals.isEmpty }).max(by: {
      options.isBetter(mean($1.finalValues), than: mean($0.finalValues))
    }) {
      figures.append(
        .init(
          value: options.text(mean(best.finalValues)), label: "\(best.name) with \(range.upperBound) labels",
          note: findings.arms.count > 1
            ? "the \(options.lessIsBetter ? "lowest" : "highest") mean of \(findings.arms.count)" : findings.seedsText))
    }
    if let best = findings.paired.max(by: {
      options.isBetter(mean($1.areaDifferences), than: mean($0.areaDifferences))
    }) {
      let interval = options.interval.interval(of: best.areaDifferences).map {
        "\(options.number($0.lowerBound)) to \(options.number($0.upperBound)), paired over \(best.seeds.count) seeds"
      }
      let value = mean(best.areaDifferences)
      figures.append(
        .init(
          value: (value >= 0 ? "+" : "") + options.number(value),
          label:
            "\(options.unit) over \(findings.arms[best.baseline].name): \(findings.arms[best.arm].name), mean over the budget",
          note: interval ?? "one seed"))
    }
    return figures
  }

  private func mean(_ values: [Double]) -> Double { Summary(values)?.mean ?? -.infinity }

  /// For the terminal: a line per arm.
  var lines: [String] {
    let width = (findings.arms.map(\.name.count).max() ?? 0) + 2
    let paired = Dictionary(findings.paired.map { ($0.arm, $0) }) { first, _ in first }
    let end = findings.range.map { " with \($0.upperBound) labels" } ?? ""
    return findings.arms.enumerated().map { index, arm -> String in
      let difference = paired[index].map { comparison in
        ", \(options.difference(comparison.areaDifferences)) \(options.unit) over "
          + "\(findings.arms[comparison.baseline].name) in the mean"
          + (comparison.adjustedT.map { ", p = \(pText($0))" } ?? "")
      }
      return arm.name + String(repeating: " ", count: width - arm.name.count) + options.number(arm.finalValues)
        + (options.isRate ? " %" : "") + end + (difference ?? "")
    }
  }
}
