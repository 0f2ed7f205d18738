import ActiveLoop

/// What figures and tables show and do not show, in plain sentences.
struct ComparisonSentences {
  let findings: ComparisonFindings

  private var options: ReportOptions { findings.options }

  /// Under the learning curves.
  var curves: String {
    guard let range = findings.range, findings.arms.count > 1, findings.seedCounts.lowerBound > 1 else {
      return findings.seedCounts.upperBound <= 1
        ? "One seed shows what happened once, not what would happen again: run more seeds before preferring a strategy."
        : ""
    }
    var text = options.lessIsBetter ? "Less is better. " : ""
    text += overlap(at: range.upperBound)
    text +=
      " The intervals are of each mean alone and are not corrected for looking at \(findings.arms.count) of them. "
    text +=
      "Seeds are paired: whether a strategy is better than another is answered by the differences below, not by bands."
    return text + " Point at a line, or reach it with the Tab key, to see its seeds."
  }

  /// Which intervals overlap at `labelled`.
  private func overlap(at labelled: Int) -> String {
    let intervals = findings.arms.compactMap { arm in
      arm.points.last { $0.labelled <= labelled }?.interval.map { (name: arm.name, interval: $0) }
    }
    var (overlapping, apart) = (0, 0)
    for (place, a) in intervals.enumerated() {
      for b in intervals[(place + 1)...] {
        if a.interval.overlaps(b.interval) { overlapping += 1 } else { apart += 1 }
      }
    }
    let all = overlapping + apart
    guard all > 0 else { return "" }
    if all == 1 {
      return "With \(labelled) labels the two intervals "
        + (overlapping == 1 ? "overlap, which leaves open which is better." : "do not overlap.")
    }
    return
      "With \(labelled) labels, \(overlapping == 0 ? "none" : "\(overlapping)") of the \(all) pairs of intervals overlap"
      + (overlapping > 0 ? "; an overlap leaves open which is better." : ".")
  }

  /// Under the paired differences.
  func differences(_ paired: [PairedComparison]) -> String {
    guard !paired.isEmpty else { return "" }
    let counts = paired.map(\.seeds.count)
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    let seeds = least == most ? "\(most)" : "\(least) to \(most)"
    var text =
      "Each dot is a seed: the mean \(options.metricTitle.lowercased()) over the budget, minus that of "
      + "\(baselineName(paired)) with the same seed. "
    guard most > 1 else { return text + "One seed has no interval, and proves nothing." }
    text += "Marks are means over \(seeds) pairs, bars their 95 % intervals (\(methodName)), not corrected for the "
    text += "number of comparisons. "
    let clear = paired.filter { comparison in
      options.interval.interval(of: comparison.areaDifferences).map { !$0.contains(0) } ?? false
    }
    switch clear.count {
    case 0: text += "Every bar crosses zero: these seeds show no difference, which is not to say that there is none."
    case paired.count:
      text += paired.count == 1 ? "The bar does not cross zero." : "No bar crosses zero."
    default:
      text +=
        "\(listed(clear.map { findings.arms[$0.arm].name })) do\(clear.count == 1 ? "es" : "") not cross zero; where a bar does, "
        + "these seeds show no difference, which is not to say that there is none."
    }
    return text
  }

  /// Under the table of tests.
  func tests(_ paired: [PairedComparison]) -> String {
    let count = paired.count
    let seeds = paired.map(\.seeds.count).max() ?? 0
    var text =
      "p is the probability of differences at least as large if the strategies did not differ; t assumes normal "
      + "differences, Wilcoxon’s signed ranks do not. "
    text +=
      count > 1
      ? "Holm’s correction covers the \(count) comparisons of this table and each test by itself. "
      : "With one comparison there is nothing to correct for. "
    text += smallest(seeds: seeds, comparisons: count)
    let approximate = paired.filter { $0.wilcoxon?.method == .normalApproximation }
    text +=
      approximate.isEmpty
      ? " Wilcoxon’s p-values are exact."
      : " Wilcoxon’s p-values are normal approximations for \(listed(approximate.map { findings.arms[$0.arm].name }))."
    return text
  }

  /// How small a p-value of signed ranks can get.
  func smallest(seeds: Int, comparisons: Int) -> String {
    guard seeds > 1 else { return "One seed allows no test." }
    let least = WilcoxonSignedRank.smallestPValue(count: seeds)
    let corrected = min(1, least * Double(comparisons))
    if least >= 0.05 {
      return
        "With \(seeds) seeds the smallest p-value that Wilcoxon’s two-sided test can give is \(pText(least)): it cannot fall "
        + "below 0.05, whatever the data. At least 6 seeds are needed."
    }
    if corrected >= 0.05 {
      return
        "With \(seeds) seeds the smallest p-value of Wilcoxon’s two-sided test is \(pText(least)), and \(pText(corrected)) after "
        + "the correction for \(comparisons) comparisons: it can hardly fall below 0.05, whatever the data."
    }
    return "With \(seeds) seeds the smallest p-value of Wilcoxon’s two-sided test is \(pText(least))"
      + (comparisons > 1 ? ", \(pText(corrected)) after the correction." : ".")
  }

  /// Under the matrix.
  func matrix(_ pairs: [PairedComparison]) -> String {
    let seeds = pairs.map(\.seeds.count).max() ?? 0
    let marked = pairs.count { $0.adjustedT ?? 1 < 0.05 }
    let order = options.lessIsBetter ? "smaller, and the larger" : "larger, and the smaller"
    return "Read along a row: for how many seeds the row’s strategy had the \(order), mean "
      + "\(options.metricTitle.lowercased()) over the budget than the column’s. A star marks pairs whose paired t-test has p below "
      + "0.05 after Holm’s correction over all \(pairs.count) pairs: \(marked == 0 ? "none" : "\(marked)"). Wins by a hair count like wins by "
      + "a mile, and with \(seeds) seed\(seeds == 1 ? "" : "s") one of two equal strategies wins with every seed in \(chance(seeds)) of cases."
  }

  /// The chance that one of two equal strategies wins for every seed.
  private func chance(_ seeds: Int) -> String {
    let share = min(1, WilcoxonSignedRank.smallestPValue(count: seeds))
    return "\(fixed(share * 100, share < 0.01 ? 2 : 1)) %"
  }

  /// Under the table of labels needed.
  func reach(_ reach: ReachFindings) -> String {
    let missing = zip(findings.arms, reach.arms).filter { $0.1.reached.count < $0.1.count }
    var text =
      "The first crossing of each seed’s curve, on the line between two rounds; a curve that "
      + (options.lessIsBetter ? "rises above" : "falls below")
      + " again still counts as having reached it, and one that starts "
      + (options.lessIsBetter ? "below" : "above") + " counts with its initial labels. "
    if missing.isEmpty {
      text += "Every seed got there."
    } else {
      text += missing.map { arm, labels in
        "\(arm.name): not reached by \(labels.count - labels.reached.count) of \(labels.count) seed\(labels.count == 1 ? "" : "s")"
      }.joined(separator: "; ")
      text +=
        ". Those would need more labels than were bought, and count as such in the medians; means would be too small."
    }
    return text
  }

  /// How intervals were found.
  var methodName: String {
    options.interval == .t
      ? "Student’s t" : "bootstrap, bias-corrected and accelerated, 9999 resamples; too narrow for few seeds"
  }

  func baselineName(_ paired: [PairedComparison]) -> String {
    let names = Set(paired.map { findings.arms[$0.baseline].name })
    return names.count == 1 ? names.first ?? options.baseline : "\(options.baseline) under the same settings"
  }
}

/// A p-value as tables write it: three decimals, more digits below.
func pText(_ p: Double) -> String {
  if p >= 0.9995 { return "1" }
  if p >= 0.001 { return fixed(p, p < 0.1 ? 4 : 3) }
  return p < 1e-6 ? "< 0.000001" : fixed(p, 6)
}
