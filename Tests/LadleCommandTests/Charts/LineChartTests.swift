import ActiveLoop
import Foundation
import Testing

@testable import LadleCommand

@Suite struct LineChartTests {
  private func chart(_ series: [(String, [[(Int, Double)]])]) -> LineChart {
    LineChart(
      title: "Digits", xLabel: "Labels", yLabel: "Accuracy",
      series: series.map { LineChart.Series(name: $0.0, curve: curve($0.1)) })
  }

  @Test func theDrawnLineReadsBackAsTheData() throws {
    let chart = chart(
      [("a", [[(50, 0.7), (100, 0.8), (150, 0.82)], [(50, 0.72), (100, 0.78), (150, 0.86)]])])
    let layout = LineChartLayout(chart)
    let svg = chart.svg()
    let path = try #require(svg.firstMatch(of: /<path d="(M[^"]+)" class="mean line-0"/)).1
    let corners = path.split { "ML".contains($0) }.map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(corners.count == 3)
    for (corner, expected) in zip(corners, [(50.0, 0.71), (100.0, 0.79), (150.0, 0.84)]) {
      #expect(abs(layout.x.position(expected.0) - corner[0]) < 0.006)
      #expect(abs(layout.y.position(expected.1) - corner[1]) < 0.006)
    }
    #expect(svg.contains("a at 150: 84.0 %"))
  }

  @Test func bandsAreStudentsIntervals() throws {
    let accuracies = [0.70, 0.72, 0.75, 0.77, 0.78]
    let chart = chart([("a", accuracies.map { [(50, $0), (60, $0)] })])
    let point = try #require(chart.series[0].points.first)
    let interval = try #require(point.interval)
    #expect(abs(point.mean - 0.744) < 1e-9)
    // SciPy 1.17: t.interval(0.95, 4, loc=mean, scale=sem)
    #expect(abs(interval.lowerBound - 0.7022608778552788) < 1e-9)
    #expect(abs(interval.upperBound - 0.7857391221447212) < 1e-9)
    let layout = LineChartLayout(chart)
    let path = try #require(chart.svg().firstMatch(of: /<path d="(M[^"]+)Z" class="band fill-0"/)).1
    let heights = path.split { "ML".contains($0) }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    let expected = [interval.upperBound, interval.upperBound, interval.lowerBound, interval.lowerBound]
    for (height, value) in zip(heights, expected) { #expect(abs(layout.y.position(value) - height) < 0.006) }
    #expect(heights.count == 4)
  }

  @Test func theSentenceCountsSeeds() {
    let ten = chart([("a", Array(repeating: [(50, 0.5)], count: 10))])
    #expect(
      ten.explanation
        == "Lines are means over 10 seeds; bands are 95 % confidence intervals of the mean (Student’s t with 9 degrees of freedom)."
    )
    let one = chart([("a", [[(50, 0.5)]])])
    #expect(one.explanation.hasPrefix("One seed"))
    #expect(chart([]).explanation == "Nothing has been measured yet.")
  }

  @Test func hostileNamesStayText() {
    let svg = chart([("<script>&\"'\u{1}", [[(1, 0.5)]])]).svg()
    #expect(!svg.contains("<script>"))
    #expect(svg.contains("&lt;script&gt;&amp;&quot;&#39;\u{FFFD}"))
    #expect(isWellFormed(svg))
  }

  @Test(arguments: [0, 1, 2, 7, 9]) func anyNumberOfLinesIsWellFormed(count: Int) {
    var chart = chart(
      (0..<count).map { ("line \($0)", [[(50, 0.5), (60, 0.5)], [(50, 0.5), (60, 0.5)]]) })
    chart.references = [LineChart.Reference(name: "all", value: 0.9, interval: 0.89...0.91, repetitionCount: 2)]
    chart.showsRepetitions = true
    #expect(isWellFormed(chart.svg()))
    #expect(chart.svg().matches(of: /class="label"/).count == count + 1)
    #expect(!chart.svg().contains("nan"))
  }

  @Test func noTwoLinesOfAChartLookAlike() {
    let looks = (0..<49).map { index in
      let style = LineStyle.of(index)
      return "\(style.color) \(style.dashes ?? "solid") \(style.marker)"
    }
    #expect(Set(looks).count == 49)
    // The first seven differ in each respect.
    #expect(Set((0..<7).map { LineStyle.of($0).color }).count == 7)
    #expect(Set((0..<7).map { "\(LineStyle.of($0).marker)" }).count == 7)
  }

  @Test func labelsKeepTheirDistanceAndOrder() {
    let wanted = [100.0, 101, 99, 300, 100]
    let placed = LabelPlacement.positions(wanted: wanted, spacing: 20, bounds: 0...310)
    let sorted = placed.sorted()
    for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(b - a >= 20 - 1e-9) }
    #expect(placed[2] < placed[0] && placed[0] < placed[4] && placed[4] < placed[1])
    #expect(placed[3] == 300)
    #expect(abs(placed[0] + placed[1] + placed[2] + placed[4] - 400) < 1e-9, "a block stands around its wishes")
    let low = LabelPlacement.positions(wanted: [305, 306, 307], spacing: 20, bounds: 0...310)
    #expect(low == [270, 290, 310])
  }

  @Test(arguments: [(0.675...0.842, 6), (0.0...1.0, 5), (50.0...350.0, 7), (0.9...0.9, 5), (0.991...0.9968, 5)])
  func ticksAreRoundAndInside(data: ClosedRange<Double>, count: Int) {
    let scale = AxisScale(covering: data, range: (0, 100), tickCount: count, rounding: true)
    #expect(scale.ticks.count >= 3 && scale.ticks.count <= count + 2)
    #expect(scale.domain.lowerBound <= data.lowerBound && scale.domain.upperBound >= data.upperBound)
    for tick in scale.ticks {
      #expect(tick >= scale.domain.lowerBound - 1e-9 && tick <= scale.domain.upperBound + 1e-9)
    }
    let texts = scale.ticks.map { fixed($0, scale.decimals(timesFactor: 1)) }
    #expect(Set(texts).count == texts.count, "ticks that read the same: \(texts)")
  }

  @Test func numbersReadAsPeopleWriteThem() {
    #expect(fixed(-0.04, 1) == "0.0")
    #expect(fixed(-1.25, 1) == "−1.2")
    #expect(fixed(.nan, 1) == "not a number")
    #expect(coordinate(10.5) == "10.5" && coordinate(-0.001) == "0" && coordinate(100) == "100")
  }
}
