/// Where things go in a chart; a function of the chart alone.
struct LineChartLayout {
  let x: AxisScale
  let y: AxisScale
  /// Decimals of the vertical axis's numbers.
  let yDecimals: Int
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// Where the bars of the last intervals stand, one per series; none unless the bands are too many.
  let endBars: [Double]
  /// One label per series that has points, then one per reference; nil for a series without points.
  let labels: [Label?]

  /// The text beside the end of a line.
  struct Label {
    var text: String
    /// The height of the line's end.
    var anchor: Double
    /// The height of the text.
    var y: Double
  }

  static let labelSpacing = 19.0
  static let barSpacing = 5.0
  /// An average letter at 13 pixels, in a wide font such as Verdana.
  static let letterWidth = 8.1

  init(_ chart: LineChart) {
    let texts: [String?] =
      chart.series.map { series in series.points.last.map { "\(series.name)  \(chart.formattedWithUnit($0.mean))" } }
      + chart.references.map { "\($0.name)  \(chart.formattedWithUnit($0.value))" }
    let longest = Double(texts.compactMap { $0?.count }.max() ?? 0)
    let barsWidth = chart.hasManyBands ? Double(chart.series.count) * Self.barSpacing + 4 : 0
    if chart.showsLabels {
      left = 58
      right = max(chart.width * 0.5, chart.width - 56 - longest * Self.letterWidth - barsWidth)
      top = chart.title.isEmpty ? 44 : 70
      bottom = chart.height - 54
    } else {
      (left, right, top, bottom) = (50, chart.width - 14 - barsWidth, 34, chart.height - 28)
    }
    let edge = right
    endBars = chart.hasManyBands ? chart.series.indices.map { edge + 6 + Double($0) * Self.barSpacing } : []

    let xs = chart.series.flatMap { $0.points.map(\.x) }
    x = AxisScale(
      covering: (xs.min() ?? 0)...(xs.max() ?? 1), range: (left + 8, right - 8),
      tickCount: chart.showsLabels ? 7 : 4, rounding: false)
    // Bands count in the range, but a band wider than what the means span is cut rather than allowed to flatten
    // every line (a mean of two seeds has an interval of thirteen standard errors).
    let means = chart.series.flatMap { $0.points.map(\.mean) } + chart.references.map(\.value)
    let bands =
      chart.series.flatMap { series in
        chart.hasManyBands ? [series.points.last?.interval].compactMap(\.self) : series.points.compactMap(\.interval)
      } + chart.references.compactMap(\.interval)
    let (low, high) = (means.min() ?? 0, means.max() ?? 1)
    // No accuracy is above 1, whatever an interval says.
    let ceiling = chart.valueFormat == .percent && high <= 1 ? 1 : Double.infinity
    let reach = max(high - low, 0.01) * 0.6
    // Nor is a rate or a count below 0.
    let floor = chart.valueFormat != .number && low >= 0 ? 0 : -Double.infinity
    let bottomEnd = min(low, max(bands.map(\.lowerBound).min() ?? low, low - reach, floor))
    let topEnd = max(high, min(bands.map(\.upperBound).max() ?? high, high + reach, ceiling))
    y = AxisScale(
      covering: chart.yDomain ?? bottomEnd...topEnd, range: (bottom, top),
      tickCount: chart.showsLabels ? 6 : 4, rounding: chart.yDomain == nil)
    yDecimals = y.decimals(timesFactor: chart.valueFormat == .percent ? 100 : 1)

    let values = chart.series.map { $0.points.last?.mean } + chart.references.map { Optional($0.value) }
    let scale = y
    let anchors = values.map { value in value.map { scale.position($0.clamped(to: scale.domain)) } }
    let present = chart.showsLabels ? anchors.indices.filter { anchors[$0] != nil } : []
    let placed = LabelPlacement.positions(
      wanted: present.compactMap { anchors[$0] }, spacing: Self.labelSpacing, bounds: (top + 4)...(bottom - 4))
    var labels = [Label?](repeating: nil, count: values.count)
    for (place, index) in present.enumerated() {
      guard let text = texts[index], let anchor = anchors[index] else { continue }
      labels[index] = Label(text: text, anchor: anchor, y: placed[place])
    }
    self.labels = labels
  }
}

extension Double {
  /// The nearest value in `range`.
  func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
