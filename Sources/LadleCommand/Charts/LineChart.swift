import ActiveLoop

/// Learning curves as a figure: mean lines with 95 % intervals, and horizontal reference lines.
struct LineChart: Figure {
  /// One value on a line.
  struct Point: Sendable, Hashable {
    var x: Double
    var mean: Double
    /// The interval around the mean, when there is one.
    var interval: ClosedRange<Double>?
  }

  /// One line.
  struct Series: Sendable {
    var name: String
    /// Ascending in x.
    var points: [Point]
    /// The repetitions behind the mean, drawn faintly when ``LineChart/showsRepetitions`` is set, and inside a page when
    /// the line is pointed at or has the focus.
    var repetitions: [[Point]] = []
    /// What is written at the repetitions' ends, their seeds; empty for nothing.
    var repetitionNames: [String] = []
    /// How many repetitions the mean is over.
    var repetitionCount: Int
    /// The number of its ``LineStyle``; nil is its place in the chart.
    var style: Int?
    /// Drawn like a reference: dotted, without a colour of its own.
    var isInBackground = false
  }

  /// A horizontal line, such as the accuracy with every label known.
  struct Reference: Sendable {
    var name: String
    var value: Double
    var interval: ClosedRange<Double>?
    var repetitionCount: Int
  }

  /// How values of the vertical axis are written.
  enum ValueFormat: Sendable {
    /// 0.75 is written 75 %.
    case percent
    case number
    /// A mean of counts.
    case count
  }

  var title: String
  var xLabel: String
  var yLabel: String
  var valueFormat: ValueFormat = .percent
  var series: [Series]
  var references: [Reference] = []
  var showsRepetitions = false
  /// What the vertical axis covers; nil chooses it from the data.
  var yDomain: ClosedRange<Double>?
  /// Whether names and last values stand beside the lines' ends. Without, the chart is small: one of many beside one another.
  var showsLabels = true
  /// Whether a chart without labels has the marks of its lines, which a legend elsewhere names.
  var showsMarks = false
  /// What bands are, for the sentence under the figure.
  var interval = IntervalMethod.t
  var fileStem = "curves"
  var width = 860.0
  var height = 480.0

  var size: (width: Double, height: Double) { (width, height) }

  /// So many bands that none can be told from another: each is drawn when its line is pointed at, and the last intervals
  /// stand as bars at the right edge.
  var hasManyBands: Bool { series.count > 5 }

  /// Without the names beside the lines, which ``legend`` has.
  var narrow: (any Figure)? {
    var chart = self
    (chart.title, chart.showsLabels, chart.showsMarks) = ("\(yLabelWithUnit), by \(xLabel.lowercased())", false, true)
    (chart.width, chart.height) = (FigureFrame.narrowWidth, 280)
    return chart
  }

  /// The number of the style of line `index`.
  func style(of index: Int) -> Int { series.indices.contains(index) ? series[index].style ?? index : index }
}

// MARK: - From learning curves to lines

extension LineChart.Series {
  /// The mean over the seeds of `curve` at each number of labels, with its 95 % interval.
  init(name: String, curve: LearningCurve) {
    self.init(
      name: name,
      points: curve.points.map {
        LineChart.Point(x: Double($0.labelled), mean: $0.summary.mean, interval: $0.summary.interval())
      },
      repetitions: curve.runs.map { run in
        run.values.map { LineChart.Point(x: Double($0.labelled), mean: $0.value) }
      }, repetitionCount: curve.runs.count)
  }
}

extension LineChart.Reference {
  /// The mean over `summary`'s numbers, with its 95 % interval.
  init(name: String, summary: Summary) {
    self.init(name: name, value: summary.mean, interval: summary.interval(), repetitionCount: summary.count)
  }
}

// MARK: - Words

extension LineChart {
  /// One sentence that says what lines and bands are, for the place under the figure.
  var explanation: String {
    let counts = (series.map(\.repetitionCount) + references.map(\.repetitionCount)).filter { $0 > 0 }
    guard let least = counts.min(), let most = counts.max() else { return "Nothing has been measured yet." }
    guard most > 1 else {
      return "One seed: the lines show a single run, so no interval can be given."
    }
    let seeds = least == most ? "\(most) seeds" : "\(least) to \(most) seeds"
    let degrees = least == most ? " with \(most - 1) degree\(most == 2 ? "" : "s") of freedom" : ""
    let method = interval == .t ? "Student’s t\(degrees)" : "bootstrap, bias-corrected and accelerated"
    return
      "Lines are means over \(seeds); \(hasManyBands ? "bars at the right edge" : "bands") are 95 % confidence intervals of "
      + "the mean (\(method))" + (showsRepetitions ? "; faint lines are the single runs." : ".")
  }

  /// `value` as the axis writes it, with `decimals` digits after the point and without the percent sign.
  func formatted(_ value: Double, decimals: Int) -> String {
    let scaled = valueFormat == .percent ? value * 100 : value
    return fixed(scaled, decimals)
  }

  var yLabelWithUnit: String { valueFormat == .percent ? "\(yLabel), %" : yLabel }

  /// `value` with its unit: `78.9 %`, or `0.789`.
  func formattedWithUnit(_ value: Double) -> String {
    switch valueFormat {
    case .percent: "\(fixed(value * 100, 1)) %"
    case .number: fixed(value, 3)
    case .count: fixed(value, 1)
    }
  }
}
