/// Learning curves as a figure: mean lines with 95 % intervals, and horizontal reference lines.
struct LineChart: Sendable {
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
    /// The repetitions behind the mean, drawn faintly when ``LineChart/showsRepetitions`` is set.
    var repetitions: [[Point]] = []
    /// How many repetitions the mean is over.
    var repetitionCount: Int
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
  var width = 860.0
  var height = 480.0
}

// MARK: - From repetitions to lines

extension LineChart.Series {
  /// The mean and its 95 % interval over `runs` at each x of `grid`. A run's value at x is that of its last point at
  /// or before x ("the best known with at most x labels"), so runs that stopped at slightly different label counts
  /// can be averaged; a run that starts after x is not counted there.
  init(name: String, runs: [[(x: Double, y: Double)]], grid: [Double]) {
    self.name = name
    repetitionCount = runs.count
    repetitions = runs.map { $0.map { LineChart.Point(x: $0.x, mean: $0.y) } }
    points = grid.sorted().compactMap { x in
      let values = runs.compactMap { run in run.last { $0.x <= x }?.y }
      guard !values.isEmpty else { return nil }
      let interval = ConfidenceInterval(of: values)
      return LineChart.Point(x: x, mean: interval.mean, interval: interval.bounds)
    }
  }
}

extension LineChart.Reference {
  /// The mean of `values` with its 95 % interval. Precondition: at least one value.
  init(name: String, values: [Double]) {
    let interval = ConfidenceInterval(of: values)
    self.init(name: name, value: interval.mean, interval: interval.bounds, repetitionCount: interval.count)
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
    return
      "Lines are means over \(seeds); bands are 95 % confidence intervals of the mean (Student’s t\(degrees))"
      + (showsRepetitions ? "; faint lines are the single runs." : ".")
  }

  /// `value` as the axis writes it, with `decimals` digits after the point and without the percent sign.
  func formatted(_ value: Double, decimals: Int) -> String {
    let scaled = valueFormat == .percent ? value * 100 : value
    return fixed(scaled, decimals)
  }

  /// `value` with its unit: `78.9 %`, or `0.789`.
  func formattedWithUnit(_ value: Double) -> String {
    valueFormat == .percent ? "\(fixed(value * 100, 1)) %" : fixed(value, 3)
  }
}
