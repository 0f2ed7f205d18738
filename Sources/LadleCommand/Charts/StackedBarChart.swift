/// Bars made of parts, one below the other: what a total is made of.
struct StackedBarChart: Figure {
  /// One bar.
  struct Row: Sendable {
    var name: String
    /// One value per part, not negative.
    var values: [Double]
    /// At the bar's end: the total.
    var text: String
  }

  var title: String
  var xLabel: String
  /// The parts' names.
  var parts: [String]
  var rows: [Row]
  /// Writes a part's value for the pointer.
  var valueText: @Sendable (Double) -> String
  var explanation: String
  var fileStem = "time"
  var width = 860.0
  /// Names stand above their bars.
  var isNarrow = false

  private var rowHeight: Double { isNarrow ? 46 : 30 }
  private static let letterWidth = 8.1
  private static let top = 66.0

  var size: (width: Double, height: Double) { (width, Self.top + Double(rows.count) * rowHeight + 60) }

  var narrow: (any Figure)? {
    var chart = self
    (chart.width, chart.isNarrow) = (FigureFrame.narrowWidth, true)
    return chart
  }

  var legend: String { "" }

  func svg(standalone: Bool) -> String {
    let left = isNarrow ? 20 : min(width * 0.4, 34 + Double(rows.map(\.name.count).max() ?? 0) * Self.letterWidth)
    let right = width - 30 - Double(rows.map(\.text.count).max() ?? 0) * Self.letterWidth
    let bottom = Self.top + Double(rows.count) * rowHeight
    let longest = rows.map { $0.values.reduce(0, +) }.max() ?? 0
    let axis = AxisScale(
      covering: 0...max(longest, 1e-9), range: (left, right), tickCount: isNarrow ? 4 : 6, rounding: false)
    var marks = [FigureFrame.text(title, x: 16, y: 26, [("font-size", "16"), ("font-weight", "600")])]
    var x = 16.0
    for (place, part) in parts.enumerated() {
      marks.append(box(part: place, x: x, y: 40, width: 12, height: 12))
      marks.append(FigureFrame.text(part, x: x + 18, y: 50.5))
      x += 36 + Double(part.count) * Self.letterWidth
    }
    let decimals = axis.decimals(timesFactor: 1)
    for tick in axis.ticks {
      let x = axis.position(tick)
      marks.append(FigureFrame.rule(x1: x, y1: Self.top, x2: x, y2: bottom, "grid", "#e4e7eb", 1))
      marks.append(
        FigureFrame.text(fixed(tick, decimals), x: x, y: bottom + 20, anchor: "middle", quiet: true))
    }
    marks.append(FigureFrame.rule(x1: left, y1: Self.top, x2: left, y2: bottom, "axis", "#57606a", 1.2))
    marks.append(FigureFrame.text(xLabel, x: (left + right) / 2, y: bottom + 44, anchor: "middle"))
    for (place, row) in rows.enumerated() {
      let y = Self.top + Double(place) * rowHeight + (isNarrow ? 16 : 0)
      var sum = 0.0
      for (part, value) in row.values.enumerated() where value > 0 {
        let (from, to) = (axis.position(sum), axis.position(sum + value))
        let tip = element("title", [], escaped("\(row.name), \(parts[part]): \(valueText(value))"))
        marks.append(element("g", [], tip + box(part: part, x: from, y: y + 6, width: to - from, height: 18)))
        sum += value
      }
      marks.append(
        isNarrow
          ? FigureFrame.text(row.name, x: left + 6, y: y)
          : FigureFrame.text(row.name, x: left - 10, y: y + 19.5, anchor: "end"))
      marks.append(FigureFrame.text(row.text, x: axis.position(sum) + 8, y: y + 19.5))
    }
    return FigureFrame.svg(
      title: title, description: rows.map { "\($0.name): \($0.text)" }.joined(separator: "; "), width: width,
      height: size.height, inset: 14, standalone: standalone, content: marks.joined(separator: "\n"))
  }

  private func box(part: Int, x: Double, y: Double, width: Double, height: Double) -> String {
    element(
      "rect",
      [
        ("x", coordinate(x)), ("y", coordinate(y)), ("width", coordinate(max(width, 0.5))),
        ("height", coordinate(height)), ("class", "fill-\(part % LineStyle.all.count)"),
        ("fill", LineStyle.of(part).color),
      ])
  }
}
