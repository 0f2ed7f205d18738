extension LineChart {
  func svg(standalone: Bool = true) -> String {
    let layout = LineChartLayout(self)
    let identifier = "clip-\(identity)"
    let clip = element(
      "defs", [],
      element(
        "clipPath", [("id", identifier)],
        element(
          "rect",
          [
            ("x", coordinate(layout.left)), ("y", coordinate(layout.top - 1)),
            ("width", coordinate(layout.right - layout.left)), ("height", coordinate(layout.bottom - layout.top + 2)),
          ])))
    let clipped = [("clip-path", "url(#\(identifier))")]
    var parts = [clip, axes(layout), element("g", clipped, referenceLines(layout))]
    for place in references.indices {
      parts.append(label(series.count + place, layout))
    }
    // The first line is drawn last, on top.
    for (index, series) in series.enumerated().reversed() where !series.points.isEmpty {
      let marks = LineMarkup(chart: self, layout: layout, index: index, revealing: !standalone)
      let focus =
        standalone || !showsLabels
        ? []
        : [("tabindex", "0"), ("role", "img"), ("aria-label", seriesSummary(series))]
      parts.append(
        element(
          "g", [("class", "series")] + focus,
          element("g", clipped, marks.band + marks.lines) + marks.endBar + label(index, layout)))
    }
    return FigureFrame.svg(
      title: title.isEmpty ? yLabel : title, description: summary, width: width, height: height,
      inset: showsLabels ? 14 : 8, standalone: standalone, content: parts.joined(separator: "\n"))
  }

  /// A number for ids inside the page: the same chart has the same one, two charts hardly ever do.
  private var identity: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in (title + yLabel + summary + "\(width)").utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
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

  /// One line in words, repetitions included.
  private func seriesSummary(_ series: Series) -> String {
    let repetitions = zip(series.repetitionNames, series.repetitions).compactMap { name, points in
      points.last.map { "\(name): \(formattedWithUnit($0.mean))" }
    }
    return "\(series.name)" + (series.points.last.map { ", \(formattedWithUnit($0.mean)) at the end" } ?? "")
      + (repetitions.isEmpty ? "" : "; by seed \(repetitions.joined(separator: ", "))")
  }

  /// The lines' names and last values as a list, for screens too narrow for the labels beside the lines.
  var legend: String {
    let entries = LineChartLayout(self).labels.enumerated().compactMap { index, label -> String? in
      guard let label else { return nil }
      let style = LineStyle.of(style(of: index))
      let mark =
        index < series.count
        ? element(
          "svg", [("class", "chart-key"), ("viewBox", "0 0 12 12"), ("width", "12"), ("height", "12")],
          style.marker.markup(
            x: 6, y: 6, color: style.color, className: "\(self.style(of: index) % LineStyle.all.count)"))
        : element("span", [("class", "dots")], "┄")
      return element("li", [], mark + " " + escaped(label.text))
    }
    return entries.isEmpty ? "" : element("ul", [("class", "legend")], entries.joined())
  }

  // MARK: - Axes

  private func axes(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    if !title.isEmpty {
      let size = showsLabels ? "16" : "13"
      parts.append(
        FigureFrame.text(
          title, x: showsLabels ? layout.left - 42 : 16, y: showsLabels ? 26 : 20,
          [("font-size", size), ("font-weight", "600")]))
    }
    if showsLabels {
      parts.append(FigureFrame.text(yLabelWithUnit, x: layout.left - 42, y: layout.top - 20, quiet: true))
    }
    for tick in layout.y.ticks {
      let y = layout.y.position(tick)
      parts.append(FigureFrame.rule(x1: layout.left, y1: y, x2: layout.right, y2: y, "grid", "#e4e7eb", 1))
      let number = formatted(tick, decimals: layout.yDecimals)
      parts.append(FigureFrame.text(number, x: layout.left - 8, y: y + 4.5, anchor: "end", quiet: true))
    }
    parts.append(
      FigureFrame.rule(
        x1: layout.left, y1: layout.bottom, x2: layout.right, y2: layout.bottom, "axis", "#57606a", 1.2))
    for tick in layout.x.ticks {
      let x = layout.x.position(tick)
      parts.append(
        FigureFrame.rule(x1: x, y1: layout.bottom, x2: x, y2: layout.bottom + 5, "axis", "#57606a", 1.2))
      let decimals = layout.x.decimals(timesFactor: 1)
      parts.append(
        FigureFrame.text(fixed(tick, decimals), x: x, y: layout.bottom + 20, anchor: "middle", quiet: true))
    }
    if showsLabels {
      parts.append(
        FigureFrame.text(xLabel, x: (layout.left + layout.right) / 2, y: layout.bottom + 42, anchor: "middle"))
    }
    return parts.joined(separator: "\n")
  }

  // MARK: - References and labels

  private static let referenceStyle = [
    ("class", "reference"), ("stroke", "#333a42"), ("stroke-width", "1.5"), ("stroke-dasharray", "1.5 4"),
    ("stroke-linecap", "round"),
  ]

  private func referenceLines(_ layout: LineChartLayout) -> String {
    var parts: [String] = []
    for reference in references {
      if let interval = reference.interval {
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
      let y = coordinate(layout.y.position(reference.value))
      parts.append(
        element(
          "line",
          [("x1", coordinate(layout.left)), ("x2", coordinate(layout.right)), ("y1", y), ("y2", y)]
            + Self.referenceStyle))
    }
    return parts.joined(separator: "\n")
  }

  /// Name and value beside the end of a line or reference.
  private func label(_ index: Int, _ layout: LineChartLayout) -> String {
    guard let label = layout.labels[index] else { return "" }
    let start = layout.endBars.last.map { $0 + 2 } ?? layout.right
    let sample = start + 14
    var parts: [String] = []
    if abs(label.y - label.anchor) > 1 {
      parts.append(
        FigureFrame.rule(x1: start + 1, y1: label.anchor, x2: sample - 3, y2: label.y, "leader", "#8b949e", 0.8))
    }
    let place = [
      ("x1", coordinate(sample)), ("x2", coordinate(sample + 24)), ("y1", coordinate(label.y)),
      ("y2", coordinate(label.y)),
    ]
    if index < series.count {
      let style = LineStyle.of(style(of: index))
      let number = "\(self.style(of: index) % LineStyle.all.count)"
      let dashes = style.dashes.map { [("stroke-dasharray", $0)] } ?? []
      parts.append(
        element(
          "line",
          place + [("class", "line-\(number)"), ("stroke", style.color), ("stroke-width", "2.2")] + dashes))
      parts.append(style.marker.markup(x: sample + 12, y: label.y, color: style.color, className: number))
    } else {
      parts.append(element("line", place + Self.referenceStyle))
    }
    parts.append(
      FigureFrame.text(label.text, x: sample + 31, y: label.y + 4.5, [("class", "label")]))
    return parts.joined()
  }
}
