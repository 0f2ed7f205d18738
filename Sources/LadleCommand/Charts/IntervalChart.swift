/// Means with intervals, one below the other, and every repetition as a dot: what an effect is and how sure it is.
struct IntervalChart: Figure {
  /// One line of the chart.
  struct Row: Sendable {
    var name: String
    var mean: Double
    var interval: ClosedRange<Double>?
    /// One per seed.
    var values: [Double]
    /// The number of its ``LineStyle``, the same as in other charts of the page.
    var style: Int
    /// At the right end: the numbers.
    var text: String
  }

  var title: String
  /// Under the axis, such as `points over random`.
  var xLabel: String
  var rows: [Row]
  /// What values are multiplied by for the axis, 100 for percentage points.
  var factor = 1.0
  /// What the dots and bars are.
  var explanation: String
  var fileStem = "differences"
  var width = 860.0
  /// Names stand above their bars, and numbers in ``legend`` alone.
  var isNarrow = false

  private var rowHeight: Double { isNarrow ? 50 : 34 }
  private static let letterWidth = 8.1
  private static let top = 44.0

  var size: (width: Double, height: Double) { (width, Self.top + Double(rows.count) * rowHeight + 62) }

  var narrow: (any Figure)? {
    var chart = self
    (chart.width, chart.isNarrow) = (FigureFrame.narrowWidth, true)
    return chart
  }

  /// The numbers, which a narrow screen has no room for.
  var legend: String {
    element("ul", [("class", "legend")], rows.map { element("li", [], escaped("\($0.name) \($0.text)")) }.joined())
  }

  func svg(standalone: Bool) -> String {
    let left = isNarrow ? 30 : min(width * 0.4, 34 + Double(rows.map(\.name.count).max() ?? 0) * Self.letterWidth + 18)
    let right = isNarrow ? width - 20 : max(width * 0.55, width - 24 - Double(rows.map(\.text.count).max() ?? 0) * 7.6)
    let bottom = Self.top + Double(rows.count) * rowHeight
    let axis = AxisScale(covering: domain, range: (left, right), tickCount: isNarrow ? 4 : 6, rounding: true)
    var parts = [
      FigureFrame.text(title, x: 16, y: 26, [("font-size", isNarrow ? "13" : "16"), ("font-weight", "600")])
    ]
    let decimals = axis.decimals(timesFactor: factor)
    for tick in axis.ticks {
      let x = axis.position(tick)
      parts.append(FigureFrame.rule(x1: x, y1: Self.top, x2: x, y2: bottom, "grid", "#e4e7eb", 1))
      let text = (tick > 0 ? "+" : "") + fixed(tick * factor, decimals)
      parts.append(FigureFrame.text(text, x: x, y: bottom + 20, anchor: "middle", quiet: true))
    }
    let zero = axis.position(0)
    parts.append(FigureFrame.rule(x1: zero, y1: Self.top - 4, x2: zero, y2: bottom + 4, "axis", "#57606a", 1.4))
    parts.append(FigureFrame.text(xLabel, x: (left + right) / 2, y: bottom + 44, anchor: "middle"))
    for (place, row) in rows.enumerated() {
      let y = Self.top + (Double(place) + 0.5) * rowHeight
      guard !isNarrow else {
        parts.append(mark(row, y: y + 8, axis))
        parts.append(FigureFrame.text(row.name, x: 16, y: y - 8))
        continue
      }
      parts.append(mark(row, y: y, axis))
      parts.append(FigureFrame.text(row.name, x: left - 16, y: y + 4.5, anchor: "end"))
      parts.append(
        FigureFrame.text(row.text, x: right + 16, y: y + 4.5, [("style", "font-variant-numeric:tabular-nums")]))
    }
    return FigureFrame.svg(
      title: title, description: rows.map { "\($0.name): \($0.text)" }.joined(separator: "; "), width: width,
      height: size.height, inset: 14, standalone: standalone, content: parts.joined(separator: "\n"))
  }

  /// Everything that is drawn, and zero. An interval of two seeds can be a hundred times as wide as what it is around; it
  /// is cut rather than allowed to flatten the rest.
  private var domain: ClosedRange<Double> {
    let values: [Double] = rows.flatMap { row -> [Double] in [row.mean] + row.values } + [0]
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let reach = max(high - low, 1e-9) * 1.5
    let intervals = rows.compactMap(\.interval)
    return max(
      low - reach, min(low, intervals.map(\.lowerBound).min() ?? low))...min(
        high + reach, max(high, intervals.map(\.upperBound).max() ?? high))
  }

  private func mark(_ row: Row, y: Double, _ axis: AxisScale) -> String {
    let style = LineStyle.of(row.style)
    let number = "\(row.style % LineStyle.all.count)"
    func x(_ value: Double) -> Double { axis.position(value.clamped(to: axis.domain)) }
    var parts = row.values.map { value in
      element(
        "circle",
        [
          ("cx", coordinate(x(value))), ("cy", coordinate(y + 9)), ("r", "2.6"), ("class", "fill-\(number)"),
          ("fill", style.color), ("fill-opacity", "0.55"),
        ])
    }
    if let interval = row.interval {
      parts.append(
        FigureFrame.rule(
          x1: x(interval.lowerBound), y1: y, x2: x(interval.upperBound), y2: y, "line-\(number)", style.color, 2.4))
      for end in [interval.lowerBound, interval.upperBound] where axis.domain.contains(end) {
        parts.append(
          FigureFrame.rule(x1: x(end), y1: y - 4.5, x2: x(end), y2: y + 4.5, "line-\(number)", style.color, 1.6))
      }
    }
    parts.append(style.marker.markup(x: x(row.mean), y: y, size: 4.6, color: style.color, className: number))
    return element("g", [], element("title", [], escaped("\(row.name): \(row.text)")) + parts.joined())
  }
}
