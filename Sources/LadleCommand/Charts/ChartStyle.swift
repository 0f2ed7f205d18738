/// How the n-th line of a chart looks. Colour, dashes and marker each tell lines apart alone, so that a figure
/// survives colour blindness and a grey printer.
struct LineStyle: Sendable {
  /// On white. Okabe and Ito, "Color Universal Design" (2008), without the yellow, which vanishes there.
  var color: String
  /// On a dark ground: the same hue, lighter where the first is too dark.
  var darkColor: String
  /// For `stroke-dasharray`; nil is a solid line.
  var dashes: String?
  var marker: Marker

  enum Marker: Sendable { case circle, square, triangle, diamond, cross, invertedTriangle, ring }

  static let all: [LineStyle] = [
    LineStyle(color: "#0072b2", darkColor: "#4aa8e0", dashes: nil, marker: .circle),
    LineStyle(color: "#d55e00", darkColor: "#f0803c", dashes: "7 3", marker: .square),
    LineStyle(color: "#009e73", darkColor: "#2fc79b", dashes: "2 2.5", marker: .triangle),
    LineStyle(color: "#cc79a7", darkColor: "#dd92bb", dashes: "9 3 2 3", marker: .diamond),
    LineStyle(color: "#e69f00", darkColor: "#f0b53a", dashes: "13 4", marker: .invertedTriangle),
    LineStyle(color: "#56b4e9", darkColor: "#7cc8f2", dashes: "4 2 1 2 1 2", marker: .cross),
    LineStyle(color: "#555555", darkColor: "#b8b8b8", dashes: "5 5", marker: .ring),
  ]

  /// The style of line `index`. Colours repeat after seven lines, each time with other dashes and another marker, so
  /// that the whole repeats after forty-nine.
  static func of(_ index: Int) -> LineStyle {
    var style = all[index % all.count]
    let shape = all[(index + 3 * (index / all.count)) % all.count]
    (style.dashes, style.marker) = (shape.dashes, shape.marker)
    return style
  }
}

extension LineStyle.Marker {
  /// The mark centred on (x, y), filled with `color`.
  func markup(x: Double, y: Double, size r: Double = 3.6, color: String, className: String) -> String {
    func polygon(_ corners: [(Double, Double)]) -> String {
      let points = corners.map { "\(coordinate(x + $0.0 * r)),\(coordinate(y + $0.1 * r))" }.joined(separator: " ")
      return element("polygon", [("points", points), ("class", "fill-\(className)"), ("fill", color)])
    }
    func circle(_ attributes: [(String, String)]) -> String {
      element("circle", [("cx", coordinate(x)), ("cy", coordinate(y)), ("r", coordinate(r))] + attributes)
    }
    switch self {
    case .circle: return circle([("class", "fill-\(className)"), ("fill", color)])
    case .ring:
      return circle([
        ("class", "line-\(className) hollow"), ("fill", "#ffffff"), ("stroke", color), ("stroke-width", "1.6"),
      ])
    case .square: return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .triangle: return polygon([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)])
    case .invertedTriangle: return polygon([(0, 1.2), (1.1, -0.8), (-1.1, -0.8)])
    case .diamond: return polygon([(0, -1.3), (1.1, 0), (0, 1.3), (-1.1, 0)])
    case .cross:
      let (l, right) = (coordinate(x - r), coordinate(x + r))
      let (top, bottom) = (coordinate(y - r), coordinate(y + r))
      return element(
        "path",
        [
          ("d", "M\(l) \(top)L\(right) \(bottom)M\(l) \(bottom)L\(right) \(top)"), ("class", "line-\(className)"),
          ("stroke", color), ("stroke-width", "2"), ("fill", "none"),
        ])
    }
  }
}

/// Style rules for charts. Every mark also carries its light colour as an attribute, so that a viewer without
/// style sheets draws the figure all the same.
enum ChartStylesheet {
  /// Rules for dark grounds, to be put inside a `prefers-color-scheme: dark` query.
  static let dark: String = {
    var rules = """
      .chart .ground{fill:#15181c}.chart text{fill:#d9dde2}.chart .quiet{fill:#9aa3ad}\
      .chart .grid{stroke:#2b3138}.chart .axis{stroke:#6d7680}.chart .leader{stroke:#6d7680}\
      .chart .hollow{fill:#15181c}.chart .reference{stroke:#c3c9d0}.chart .reference-band{fill:#c3c9d0}
      """
    for (index, style) in LineStyle.all.enumerated() {
      rules += "svg .line-\(index){stroke:\(style.darkColor)}svg .fill-\(index){fill:\(style.darkColor)}"
    }
    return rules
  }()
}
