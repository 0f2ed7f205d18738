import ActiveLoop

/// What a report is asked to show.
struct ReportOptions: Sendable {
  /// The figure that is compared.
  var metric = "accuracy"
  /// Whether more of it is better, or less.
  var goal = SweepDefinition.Metric.Goal.maximize
  /// The scheme, or the full name of an arm, from which differences are taken.
  var baseline = "random"
  var interval = IntervalMethod.t
  /// The figures whose labels are counted; none means what the baseline has at the end.
  var reach: [Double] = []

  var lessIsBetter: Bool { goal == .minimize }

  /// Whether figure `one` is better than `other`.
  func isBetter(_ one: Double, than other: Double) -> Bool { lessIsBetter ? one < other : one > other }

  /// The goal that a figure's name suggests: of losses and errors less is better.
  static func usualGoal(of metric: String) -> SweepDefinition.Metric.Goal {
    let name = metric.lowercased()
    return name.contains("loss") || name.contains("error") ? .minimize : .maximize
  }

  /// Whether `metric` is a rate, written in per cent.
  var isRate: Bool {
    let name = metric.lowercased()
    return ["accuracy", "iou", "recall", "precision"].contains { name.contains($0) }
  }

  /// For axes: `balancedAccuracy.usps` is written `Balanced accuracy, usps`.
  var metricTitle: String {
    let parts = metric.split(separator: ".", maxSplits: 1).map(String.init)
    var words = ""
    for letter in parts.first ?? metric {
      if letter.isUppercase { words += " " + letter.lowercased() } else { words.append(letter) }
    }
    return words.prefix(1).uppercased() + words.dropFirst() + (parts.count > 1 ? ", \(parts[1])" : "")
  }

  /// `value` with its unit: `78.9 %`, or `0.789`.
  func text(_ value: Double) -> String { isRate ? "\(fixed(value * 100, 1)) %" : fixed(value, 3) }

  /// `value` in the unit of tables, whose captions say it.
  func number(_ value: Double) -> String { isRate ? fixed(value * 100, 1) : fixed(value, 3) }

  /// `80.1 ± 0.9`, or `80.1 (79.0 to 80.8)` where the interval is not even.
  func number(_ values: [Double]) -> String {
    guard let mean = Summary(values)?.mean else { return "–" }
    guard let interval = interval.interval(of: values) else { return number(mean) }
    return self.interval == .t
      ? "\(number(mean)) ± \(number((interval.upperBound - interval.lowerBound) / 2))"
      : "\(number(mean)) (\(number(interval.lowerBound)) to \(number(interval.upperBound)))"
  }

  /// A difference with its sign and interval: `+0.6 (−0.2 to 1.4)`.
  func difference(_ values: [Double]) -> String {
    guard let mean = Summary(values)?.mean else { return "–" }
    let range = interval.interval(of: values).map { " (\(number($0.lowerBound)) to \(number($0.upperBound)))" }
    return (mean >= 0 ? "+" : "") + number(mean) + (range ?? "")
  }

  /// The unit of differences.
  var unit: String { isRate ? "points" : metricTitle.lowercased() }
}
