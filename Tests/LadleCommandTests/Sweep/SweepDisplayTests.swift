import Foundation
import Synchronization
import Testing

@testable import LadleCommand

@Suite struct SweepDisplayTests {
  private final class Screen: Sendable {
    let written = Mutex("")
    func output(isTerminal: Bool, width: Int = 60) -> ProgressOutput {
      ProgressOutput(isTerminal: isTerminal, width: { width }, write: { text in self.written.withLock { $0 += text } })
    }
    var text: String { written.withLock { $0 } }
  }

  private func cells() throws -> [SweepCell] {
    let text = "system: pool\ndataset: digits\nstrategy: [random, margin]\nseeds: 1-2\nbudget: 300\n"
    return try SweepPlan(SweepFile.read(YAMLValue(text: text, file: "s.yaml"), file: "s.yaml")).cells
  }

  private func snapshot(_ states: [CellState], now: Double, running: [SweepSnapshot.Running] = []) -> SweepSnapshot {
    SweepSnapshot(
      states: states,
      isFinal: { if case .failed = $0 { true } else { $0 == .completed } }, isStopping: false, now: now,
      running: running)
  }

  @Test func theTableSaysWhatIsDoneAndWhatRuns() throws {
    let place = try TemporaryDirectory()
    let record =
      #"{"attempted":150,"classCounts":[75,75],"discarded":0,"labelled":150,"metrics":{"accuracy":0.8712},"round":1,"scheme":"margin","seed":2}"#
    try place.write(record + "\n{\"torn", to: "rounds.jsonl")
    let display = SweepDisplay(Screen().output(isTerminal: true), name: "first", metric: .init())
    let cells = try cells()
    let running: [SweepSnapshot.Running] = [
      .init(cell: cells[3], seconds: 12, isWaiting: false, path: place.path),
      .init(cell: cells[0], seconds: 1, isWaiting: false, path: place.path + "/none"),
    ]
    let states: [CellState] = [.running(nil), .completed, .failed(error: "x", attempts: 2), .running(nil)]
    #expect(
      display.lines(snapshot(states, now: 0, running: running)) == [
        "first  1 of 4 done, 2 running, 1 failed, 0 to do",
        "  margin, seed 2  150 of 300 labels  accuracy 0.8712  12 s ",
        "  random, seed 1  starting                            1.0 s",
      ])
  }

  @Test func theTimeLeftComesFromCellsThatWereDoneSinceTheStart() throws {
    let screen = Screen()
    let display = SweepDisplay(screen.output(isTerminal: true), name: "first", metric: .init())
    display.show(snapshot([.completed, .running(nil), .pending, .pending], now: 100))
    #expect(!screen.text.contains("left"))
    display.show(snapshot([.completed, .completed, .running(nil), .pending], now: 110))
    #expect(screen.text.contains("2 of 4 done, 1 running, 1 to do  20 s left"))
    // Drawn in the same place.
    #expect(screen.text.contains("\u{1B}[1A\r\u{1B}[J"))
  }

  @Test func linesAreCutAtTheWidthAndPlainElsewhere() throws {
    let (narrow, plain) = (Screen(), Screen())
    let cells = try cells()
    SweepDisplay(narrow.output(isTerminal: true, width: 24), name: "a-long-name", metric: .init())
      .show(snapshot([.pending, .pending], now: 0))
    #expect(narrow.text.split(separator: "\n").allSatisfy { $0.count <= 23 })
    let display = SweepDisplay(plain.output(isTerminal: false), name: "first", metric: .init())
    display.show(snapshot([.pending], now: 0))
    display.ended(
      cells[0], .completed, seconds: 3, isFinal: true, score: SweepScore(.init(), []), done: 1, total: 4)
    display.ended(
      cells[1], .failed(error: "no space.", attempts: 1), seconds: 3, isFinal: false, score: SweepScore(.init(), []),
      done: 1, total: 4)
    #expect(
      plain.text
        == "ladle: 1 of 4: \(cells[0].name) completed in 3.0 s\n"
        + "ladle: \(cells[1].name) failed and is tried again later: no space.\n")
  }
}
