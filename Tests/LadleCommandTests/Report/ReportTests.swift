import Foundation
import Testing

@testable import LadleCommand

@Suite struct ReportTests {
  private var report: Report {
    let nasty = "</style><script>alert('1')</script> & \u{0} \"quoted\""
    let chart = LineChart(
      title: nasty, xLabel: nasty, yLabel: nasty,
      series: [LineChart.Series(name: nasty, curve: curve([[(1, 0.2), (2, 0.4)]]))])
    return Report(
      title: nasty, subtitle: nasty, lead: [nasty],
      keyFigures: [.init(value: nasty, label: nasty, note: nasty)],
      sections: [
        .init(
          title: nasty,
          blocks: [
            .paragraph(nasty), .remark(nasty), .chart(chart), .command(nasty),
            .table(
              .init(
                caption: nasty, columns: [.init(nasty, isNumeric: false), .init("n")],
                rows: [[.init(nasty, isEmphasized: true), "1"]])),
            .images([
              .init(png: Data([1, 2, 3]), width: 8, height: 8, alternative: nasty, caption: nasty, scale: 2)
            ]),
            .definitions([.init(nasty, nasty)]),
          ]), .init(title: "two", blocks: []), .init(title: "three", blocks: []),
      ], footer: nasty)
  }

  @Test func everyStringIsEscapedAndThePageIsWellFormed() {
    let html = report.html()
    #expect(isWellFormed(html))
    #expect(!html.contains("<script"))
    #expect(html.matches(of: /<style>/).count == 1, "only the page's own style sheet")
    #expect(html.contains("data:image/png;base64,AQID"))
  }

  @Test func nothingIsFetched() {
    let html = report.html()
    let addresses = html.matches(of: /(?:src|href|url)[=(]"?([^")\s>]+)/).map { String($0.1) }
    #expect(!addresses.isEmpty)
    for address in addresses {
      #expect(address.hasPrefix("#") || address.hasPrefix("data:image/png;base64,"), "\(address)")
    }
    #expect(!html.contains("@import"))
  }

  @Test func sectionsAreReachableFromTheTop() {
    let html = report.html()
    for number in 1...3 {
      #expect(html.contains("href=\"#s\(number)\"") && html.contains("id=\"s\(number)\""))
    }
  }
}
