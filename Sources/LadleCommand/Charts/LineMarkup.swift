/// The marks of one line of a chart: its band, its repetitions, the mean, and what a pointer needs to find it.
struct LineMarkup {
  let chart: LineChart
  let layout: LineChartLayout
  let index: Int
  /// Whether repetitions are there, hidden until the line is pointed at or has the focus.
  let revealing: Bool

  private var series: LineChart.Series { chart.series[index] }
  private var style: LineStyle {
    var style = LineStyle.of(chart.style(of: index))
    if series.isInBackground { (style.color, style.dashes) = ("#333a42", "1.5 3") }
    return style
  }
  private var number: String { "\(chart.style(of: index) % LineStyle.all.count)" }
  private var lineClass: String { series.isInBackground ? "reference" : "line-\(number)" }

  private func path(_ points: [(x: Double, y: Double)]) -> String {
    points.enumerated().map { place, point in
      "\(place == 0 ? "M" : "L")\(coordinate(layout.x.position(point.x))) \(coordinate(layout.y.position(point.y)))"
    }.joined()
  }

  private func line(
    _ points: [LineChart.Point], _ className: String, _ width: String, _ more: [(String, String)] = []
  ) -> String {
    element(
      "path",
      [
        ("d", path(points.map { ($0.x, $0.mean) })), ("class", "\(className) \(lineClass)"), ("fill", "none"),
        ("stroke", style.color), ("stroke-width", width), ("stroke-linejoin", "round"),
      ] + more)
  }

  /// Between the ends of the intervals.
  var band: String {
    let upper = series.points.compactMap { point in point.interval.map { (x: point.x, y: $0.upperBound) } }
    let lower = series.points.compactMap { point in point.interval.map { (x: point.x, y: $0.lowerBound) } }
    guard upper.count > 1 else { return "" }
    return element(
      "path",
      [
        ("d", path(upper + lower.reversed()) + "Z"),
        ("class", series.isInBackground ? "band reference-band" : "band fill-\(number)"), ("fill", style.color),
        ("fill-opacity", "0.14"),
      ] + (chart.hasManyBands ? [("visibility", "hidden")] : []))
  }

  /// The mean with its marks, the repetitions below it.
  var lines: String {
    var parts: [String] = []
    if chart.showsRepetitions || (revealing && chart.showsLabels && series.repetitions.count > 1) {
      let hidden = chart.showsRepetitions ? [] : [("visibility", "hidden")]
      parts += series.repetitions.map {
        line($0, "repetition", "1", [("stroke-opacity", chart.showsRepetitions ? "0.3" : "0.75")] + hidden)
      }
      if !chart.showsRepetitions { parts += repetitionNames }
    }
    if revealing {
      // Wide and unseen: a line of two pixels is hard to point at.
      parts.append(line(series.points, "hit", "16", [("stroke-opacity", "0")]))
    }
    let width = chart.showsLabels ? "2.2" : "1.8"
    parts.append(line(series.points, "mean", width, style.dashes.map { [("stroke-dasharray", $0)] } ?? []))
    guard chart.showsLabels || chart.showsMarks else { return parts.joined(separator: "\n") }
    let stride = (series.points.count + 11) / 12
    for (place, point) in series.points.enumerated() where (series.points.count - 1 - place) % stride == 0 {
      let mark = style.marker.markup(
        x: layout.x.position(point.x), y: layout.y.position(point.mean), color: style.color, className: number)
      parts.append(element("g", [], element("title", [], escaped(tip(point))) + mark))
    }
    return parts.joined(separator: "\n")
  }

  /// Seeds at the ends of their lines, far enough apart to be read.
  private var repetitionNames: [String] {
    let ends = zip(series.repetitionNames, series.repetitions).compactMap { name, points in
      points.last.map { (name: name, point: $0) }
    }
    let heights = ends.map { layout.y.position($0.point.mean.clamped(to: layout.y.domain)) }
    let placed = LabelPlacement.positions(wanted: heights, spacing: 11, bounds: layout.top...layout.bottom)
    return zip(ends, placed).map { end, y in
      FigureFrame.text(
        end.name, x: layout.x.position(end.point.x) - 7, y: y + 3.5, anchor: "end",
        [("class", "repetition"), ("font-size", "10"), ("visibility", "hidden")])
    }
  }

  /// The last interval at the right edge, in charts with too many bands.
  var endBar: String {
    guard layout.endBars.indices.contains(index), let last = series.points.last, let interval = last.interval else {
      return ""
    }
    let x = layout.endBars[index]
    func y(_ value: Double) -> Double { layout.y.position(value.clamped(to: layout.y.domain)) }
    return FigureFrame.rule(
      x1: x, y1: y(interval.upperBound), x2: x, y2: y(interval.lowerBound), "line-\(number)", style.color, 2.4)
  }

  /// What a pointer over a mark shows.
  private func tip(_ point: LineChart.Point) -> String {
    let interval = point.interval.map {
      " (\(chart.formatted($0.lowerBound, decimals: 1)) to \(chart.formatted($0.upperBound, decimals: 1)))"
    }
    return "\(series.name) at \(coordinate(point.x)): \(chart.formattedWithUnit(point.mean))\(interval ?? "")"
  }
}
