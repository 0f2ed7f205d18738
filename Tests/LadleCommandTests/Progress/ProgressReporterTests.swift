import Foundation
import Testing

@testable import LadleCommand

@Suite struct ProgressReporterTests {
  /// Collects what is written, with a clock that the test moves.
  final class Screen: @unchecked Sendable {
    private let lock = NSLock()
    private var pieces: [String] = []
    private var seconds = 0.0

    func write(_ text: String) { lock.withLock { pieces.append(text) } }
    func wait(_ duration: Double) { lock.withLock { seconds += duration } }
    var time: Double { lock.withLock { seconds } }
    var text: String { lock.withLock { pieces.joined() } }
    var count: Int { lock.withLock { pieces.count } }

    func reporter(terminalWidth: Int? = nil) -> ProgressReporter {
      ProgressReporter(
        output: ProgressOutput(
          isTerminal: terminalWidth != nil, width: { terminalWidth ?? 80 }, write: { self.write($0) }),
        now: { self.time })
    }
  }

  @Test func withoutATerminalThereIsALineEveryTenPercent() {
    let screen = Screen()
    let reporter = screen.reporter()
    reporter.begin("Training", total: 200, unit: "steps")
    for step in 1...200 {
      screen.wait(0.05)
      reporter.advance(to: step)
    }
    reporter.finish()
    let lines = screen.text.split(separator: "\n").map(String.init)
    #expect(lines.count == 12)
    #expect(lines[0] == "Training  0 %")
    #expect(lines[5] == "Training  50 %  20 steps/s  5.0 s left")
    #expect(lines[10] == "Training  100 %  20 steps/s")
    #expect(lines[11] == "Training: done in 10 s")
    #expect(!screen.text.contains("\r") && !screen.text.contains("\u{1B}"))
  }

  @Test func slowWorkSpeaksEveryFifteenSeconds() {
    let screen = Screen()
    let reporter = screen.reporter()
    reporter.begin("Training", total: 1000, unit: "steps")
    for step in 1...20 {
      screen.wait(4)
      reporter.advance(to: step)
    }
    let lines = screen.text.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[1].hasSuffix("4.0 s per step  1 h 6 min left"))
  }

  @Test func aTerminalIsRedrawnAtMostTenTimesASecond() {
    let screen = Screen()
    let reporter = screen.reporter(terminalWidth: 80)
    reporter.begin("Training", total: 10_000, unit: "steps")
    for step in 1...10_000 {
      screen.wait(0.0002)
      reporter.advance(to: step)
    }
    #expect(screen.count <= 22)
    #expect(!screen.text.contains("\n"))
  }

  @Test(arguments: 5...120) func noLineIsWiderThanTheTerminal(width: Int) {
    let screen = Screen()
    let reporter = screen.reporter(terminalWidth: width)
    reporter.begin("Training the generator", total: 100, unit: "steps")
    screen.wait(40)
    reporter.advance(to: 43)
    let drawn = screen.text.components(separatedBy: "\r\u{1B}[2K").last ?? ""
    #expect(drawn.count < max(11, width))
    #expect(drawn.contains("43 %"))
  }

  @Test func notesStandOnTheirOwnLines() {
    let screen = Screen()
    let reporter = screen.reporter(terminalWidth: 80)
    reporter.begin("Training", total: 10, unit: "steps")
    reporter.note("a note")
    reporter.end()
    #expect(screen.text.contains("\r\u{1B}[2Ka note\n"))
    #expect(screen.text.hasSuffix("\r\u{1B}[2K"))
  }

  @Test func workFoundDoneDoesNotCountAsSpeed() {
    let screen = Screen()
    let reporter = screen.reporter()
    reporter.begin("Rounds", total: 100, unit: "rounds", done: 80)
    screen.wait(10)
    reporter.advance(to: 90)
    #expect(screen.text.hasSuffix("Rounds  90 %  1.0 rounds/s  10 s left\n"))
  }

  @Test(arguments: [(3.14, "3.1 s"), (59.6, "1 min"), (130.0, "2 min 10 s"), (3900.0, "1 h 5 min"), (.nan, "unknown")])
  func durationsReadWell(seconds: Double, expected: String) {
    #expect(durationText(seconds) == expected)
  }
}
