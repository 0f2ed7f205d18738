extension LineChart {
  /// The figure as an SVG element. `standalone` adds what a file of its own needs: the XML declaration, a ground and
  /// dark colours; inside a page, the page brings those.
  func svg(standalone: Bool = true) -> String {
    let layout = LineChartLayout(self)
    let sans = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
    let inset = standalone ? 0 : 14.0  // inside a page, the text stands flush with the page's
    let identifier = "clip-\(identity)"
    var parts: [String] = [
      element("title", [], escaped(title.isEmpty ? yLabel : title)),
      element("desc", [], escaped(summary)),
    ]
    if standalone {
      parts.append(
        element("style", [], "@media (prefers-color-scheme: dark){\(ChartStylesheet.dark)}"))
      parts.append(
        element(
          "rect", [("class", "ground"), ("width", "100%"), ("height", "100%"), ("fill", "#ffffff")]))
    }
    parts.append(
      element(
        "defs", [],
        element(
          "clipPath", [("id", identifier)],
          element(
            "rect",
            [
              ("x", coordinate(layout.left)), ("y", coordinate(layout.top - 1)),
              ("width", coordinate(layout.right - layout.left)),
              ("height", coordinate(layout.bottom - layout.top + 2)),
            ]))))
    parts.append(axes(layout))
    parts.append(element("g", [("clip-path", "url(#\(identifier))")], bands(layout) + lines(layout)))
    parts.append(labels(layout))
    let svg = element(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("class", "chart"), ("role", "img"),
        ("viewBox", "\(coordinate(inset)) 0 \(coordinate(width - inset)) \(coordinate(height))"),
        ("width", coordinate(width - inset)), ("height", coordinate(height)), ("font-family", sans),
        ("font-size", "13"),
      ], "\n" + parts.joined(separator: "\n") + "\n")
    return standalone ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n" : svg
  }

  /// A number for ids inside the page: the same chart has the same one, two charts hardly ever do.
  private var identity: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in (title + yLabel + summary).utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return String(hash, radix: 36)
  }

  /// The figure in words, for those who do not see it.
  private var summary: String {
    let ends =
      series.compactMap { series in
        series.points.last.map { "\(series.name) \(formattedWithUnit($0.mean)) at \(coordinate($0.x))" }
      } + references.map { "\($0.name) \(formattedWithUnit($0.value))" }
    return "\(yLabel) against \(xLabel): \(ends.joined(separator: "; ")). \(explanation)"
  }

  /// The lines' names and last values as a list, for screens too narrow for the labels beside the lines.
  var legend: String {
    let entries = LineChartLayout(self).labels.enumerated().compactMap { index, label -> String? in
      guard let label else { return nil }
      let isSeries = index < series.count
      let style = LineStyle.of(index)
      let mark =
        isSeries
        ? element(
          "svg", [("class", "chart-key"), ("viewBox", "0 0 12 12"), ("width", "12"), ("height", "12")],
          style.marker.markup(
            x: 6, y: 6, color: style.color, className: "\(index % LineStyle.all.count)"))
        : element("span", [("class", "dots")], "┄")
      return element("li", [], mark + " " + escaped(label.text))
    }
    return element("ul", [("class", "legend")], entries.joined())
  }

  // MARK: - Axes

  private func axes(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    func text(
      _ content: String, x: Double, y: Double, anchor: String = "start", _ more: [(String, String)] = []
    ) -> String {
      element(
        "text",
        [("x", coordinate(x)), ("y", coordinate(y)), ("text-anchor", anchor)]
          + (more.contains { $0.0 == "fill" } ? [] : [("fill", "#1b1f24")]) + more, escaped(content))
    }
    let quiet = [("class", "quiet"), ("fill", "#57606a")]
    if !title.isEmpty {
      parts.append(text(title, x: layout.left - 42, y: 26, [("font-size", "16"), ("font-weight", "600")]))
    }
    parts.append(text(yLabelWithUnit, x: layout.left - 42, y: layout.top - 20, quiet))
    for tick in layout.y.ticks {
      let y = layout.y.position(tick)
      parts.append(rule(x1: layout.left, y1: y, x2: layout.right, y2: y, "grid", "#e4e7eb", 1))
      let number = formatted(tick, decimals: layout.yDecimals)
      parts.append(text(number, x: layout.left - 8, y: y + 4.5, anchor: "end", quiet))
    }
    parts.append(
      rule(x1: layout.left, y1: layout.bottom, x2: layout.right, y2: layout.bottom, "axis", "#57606a", 1.2))
    for tick in layout.x.ticks {
      let x = layout.x.position(tick)
      parts.append(rule(x1: x, y1: layout.bottom, x2: x, y2: layout.bottom + 5, "axis", "#57606a", 1.2))
      let decimals = layout.x.decimals(timesFactor: 1)
      parts.append(text(fixed(tick, decimals), x: x, y: layout.bottom + 20, anchor: "middle", quiet))
    }
    let middle = (layout.left + layout.right) / 2
    parts.append(text(xLabel, x: middle, y: layout.bottom + 42, anchor: "middle"))
    return parts.joined(separator: "\n")
  }

  private var yLabelWithUnit: String { valueFormat == .percent ? "\(yLabel), %" : yLabel }

  private func rule(
    x1: Double, y1: Double, x2: Double, y2: Double, _ className: String, _ color: String, _ width: Double
  ) -> String {
    element(
      "line",
      [
        ("x1", coordinate(x1)), ("y1", coordinate(y1)), ("x2", coordinate(x2)), ("y2", coordinate(y2)),
        ("class", className), ("stroke", color), ("stroke-width", coordinate(width)),
      ])
  }

  // MARK: - Data

  private func path(_ points: [(x: Double, y: Double)], _ layout: LineChartLayout) -> String {
    points.enumerated().map { place, point in
      "\(place == 0 ? "M" : "L")\(coordinate(layout.x.position(point.x))) \(coordinate(layout.y.position(point.y)))"
    }.joined()
  }

  private func bands(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    for reference in references {
      guard let interval = reference.interval else { continue }
      let top = layout.y.position(interval.upperBound)
      parts.append(
        element(
          "rect",
          [
            ("class", "reference-band"), ("x", coordinate(layout.left)), ("y", coordinate(top)),
            ("width", coordinate(layout.right - layout.left)),
            ("height", coordinate(layout.y.position(interval.lowerBound) - top)), ("fill", "#57606a"),
            ("fill-opacity", "0.12"),
          ]))
    }
    for (index, series) in series.enumerated().reversed() {
      let upper = series.points.compactMap { point in point.interval.map { (x: point.x, y: $0.upperBound) } }
      let lower = series.points.compactMap { point in point.interval.map { (x: point.x, y: $0.lowerBound) } }
      guard upper.count > 1 else { continue }
      parts.append(
        element(
          "path",
          [
            ("d", path(upper + lower.reversed(), layout) + "Z"), ("class", "band fill-\(index % LineStyle.all.count)"),
            ("fill", LineStyle.of(index).color), ("fill-opacity", "0.14"),
          ]))
    }
    return parts.joined(separator: "\n")
  }

  private func lines(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    for reference in references {
      let y = layout.y.position(reference.value)
      parts.append(
        element(
          "line",
          [
            ("class", "reference"), ("x1", coordinate(layout.left)), ("x2", coordinate(layout.right)),
            ("y1", coordinate(y)), ("y2", coordinate(y)), ("stroke", "#333a42"), ("stroke-width", "1.5"),
            ("stroke-dasharray", "1.5 4"), ("stroke-linecap", "round"),
          ]))
    }
    for (index, series) in series.enumerated().reversed() {
      let style = LineStyle.of(index)
      let number = "\(index % LineStyle.all.count)"
      func line(_ points: [Point], _ className: String, _ width: String, _ more: [(String, String)]) -> String {
        element(
          "path",
          [
            ("d", path(points.map { ($0.x, $0.mean) }, layout)), ("class", "\(className) line-\(number)"),
            ("fill", "none"), ("stroke", style.color), ("stroke-width", width), ("stroke-linejoin", "round"),
          ] + more)
      }
      if showsRepetitions {
        parts += series.repetitions.map { line($0, "repetition", "0.8", [("stroke-opacity", "0.3")]) }
      }
      guard !series.points.isEmpty else { continue }
      parts.append(
        line(series.points, "mean", "2.2", style.dashes.map { [("stroke-dasharray", $0)] } ?? []))
      let stride = (series.points.count + 11) / 12
      for (place, point) in series.points.enumerated() where (series.points.count - 1 - place) % stride == 0 {
        let mark = style.marker.markup(
          x: layout.x.position(point.x), y: layout.y.position(point.mean), color: style.color, className: number)
        parts.append(element("g", [], element("title", [], escaped(tip(series, point))) + mark))
      }
    }
    return parts.joined(separator: "\n")
  }

  /// What a pointer over a mark shows.
  private func tip(_ series: Series, _ point: Point) -> String {
    let interval = point.interval.map {
      " (\(formatted($0.lowerBound, decimals: 1)) to \(formatted($0.upperBound, decimals: 1)))"
    }
    return "\(series.name) at \(coordinate(point.x)): \(formattedWithUnit(point.mean))\(interval ?? "")"
  }

  // MARK: - Labels

  private func labels(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    for (index, label) in layout.labels.enumerated() {
      guard let label else { continue }
      let sample = layout.right + 14
      if abs(label.y - label.anchor) > 1 {
        parts.append(
          rule(x1: layout.right + 1, y1: label.anchor, x2: sample - 3, y2: label.y, "leader", "#8b949e", 0.8))
      }
      let isSeries = index < series.count
      let style = LineStyle.of(index)
      let number = "\(index % LineStyle.all.count)"
      var attributes = [
        ("x1", coordinate(sample)), ("x2", coordinate(sample + 24)), ("y1", coordinate(label.y)),
        ("y2", coordinate(label.y)),
      ]
      if isSeries {
        attributes += [("class", "line-\(number)"), ("stroke", style.color), ("stroke-width", "2.2")]
        if let dashes = style.dashes { attributes.append(("stroke-dasharray", dashes)) }
      } else {
        attributes += [
          ("class", "reference"), ("stroke", "#333a42"), ("stroke-width", "1.5"), ("stroke-dasharray", "1.5 4"),
          ("stroke-linecap", "round"),
        ]
      }
      parts.append(element("line", attributes))
      if isSeries {
        parts.append(style.marker.markup(x: sample + 12, y: label.y, color: style.color, className: number))
      }
      parts.append(
        element(
          "text",
          [
            ("x", coordinate(sample + 31)), ("y", coordinate(label.y + 4.5)), ("class", "label"),
            ("fill", "#1b1f24"),
          ], escaped(label.text)))
    }
    return parts.joined(separator: "\n")
  }
}
