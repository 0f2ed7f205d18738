/// A picture of data that a report shows and that can be a file of its own.
protocol Figure: Sendable {
  /// What its file is called, without an ending.
  var fileStem: String { get }
  /// The size it is drawn at, in pixels.
  var size: (width: Double, height: Double) { get }
  /// The figure as an SVG element. `standalone` adds what a file of its own needs: the XML declaration, a ground and dark
  /// colours; inside a page, the page brings those, and pointer or keyboard focus reveals more.
  func svg(standalone: Bool) -> String
  /// The same for a phone, where names have no room beside the marks; nil if it is readable there as it is.
  var narrow: (any Figure)? { get }
  /// What the marks mean, as a list, for screens too narrow for the labels inside; may be empty.
  var legend: String { get }
  /// What lines, bands and bars are, in plain sentences.
  var explanation: String { get }
}

/// The outermost element of a figure.
enum FigureFrame {
  /// The width of a figure for a phone: text keeps its size there.
  static let narrowWidth = 360.0
  static let fonts = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

  /// - Parameters:
  ///   - inset: what is cut off at the left inside a page, where text stands flush with the page's.
  ///   - content: markup in the figure's coordinates.
  static func svg(
    title: String, description: String, width: Double, height: Double, inset: Double, standalone: Bool, content: String
  ) -> String {
    let inset = standalone ? 0 : inset
    var parts = [element("title", [], escaped(title)), element("desc", [], escaped(description))]
    if standalone {
      parts.append(element("style", [], "@media (prefers-color-scheme: dark){\(ChartStylesheet.dark)}"))
      parts.append(
        element("rect", [("class", "ground"), ("width", "100%"), ("height", "100%"), ("fill", "#ffffff")]))
    }
    let svg = element(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("class", "chart"), ("role", standalone ? "img" : "group"),
        ("viewBox", "\(coordinate(inset)) 0 \(coordinate(width - inset)) \(coordinate(height))"),
        ("width", coordinate(width - inset)), ("height", coordinate(height)), ("font-family", fonts),
        ("font-size", "13"),
      ], "\n" + (parts + [content]).joined(separator: "\n") + "\n")
    return standalone ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n" : svg
  }

  /// A line of text in ink, or in a quieter colour.
  static func text(
    _ content: String, x: Double, y: Double, anchor: String = "start", quiet: Bool = false,
    _ more: [(String, String)] = []
  ) -> String {
    element(
      "text",
      [("x", coordinate(x)), ("y", coordinate(y)), ("text-anchor", anchor)]
        + (quiet ? [("class", "quiet"), ("fill", "#57606a")] : [("fill", "#1b1f24")]) + more, escaped(content))
  }

  /// A straight line of a class that style sheets know.
  static func rule(
    x1: Double, y1: Double, x2: Double, y2: Double, _ className: String, _ color: String, _ width: Double
  ) -> String {
    element(
      "line",
      [
        ("x1", coordinate(x1)), ("y1", coordinate(y1)), ("x2", coordinate(x2)), ("y2", coordinate(y2)),
        ("class", className), ("stroke", color), ("stroke-width", coordinate(width)),
      ])
  }
}
