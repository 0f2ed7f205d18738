import Foundation

/// Tells a person how far a long command is: one line that is written over on a terminal, plain lines now and then
/// elsewhere. May be called from any thread.
final class ProgressReporter: @unchecked Sendable {  // every stored property is read and written under `lock`
  private let output: ProgressOutput
  private let now: @Sendable () -> Double
  private let lock = NSLock()
  private var phase: Phase?
  private var lastShown = -Double.infinity
  private var lastPercentage = -10
  private var hasOpenLine = false

  private struct Phase {
    var name: String
    var unit: String
    var total: Int
    var done: Int
    /// Where this process began: work found done says nothing about speed.
    var doneAtStart: Int
    var start: Double
  }

  /// `now` gives seconds from any fixed moment.
  init(
    output: ProgressOutput, now: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
  ) {
    self.output = output
    self.now = now
  }

  // MARK: - What is said

  /// Begins a phase of `total` steps, of which `done` were found done. `unit` names a step in the plural.
  func begin(_ name: String, total: Int, unit: String, done: Int = 0) {
    locked {
      close()
      phase = Phase(name: name, unit: unit, total: max(total, 1), done: done, doneAtStart: done, start: now())
      (lastShown, lastPercentage) = (-.infinity, -10)
      show(force: true)
    }
  }

  /// `done` of the phase's steps are done. As cheap as reading a clock, so call it for every step.
  func advance(to done: Int) {
    locked {
      phase?.done = done
      show(force: false)
    }
  }

  /// The phase is over; says what it took.
  func finish() {
    locked {
      guard let phase else { return }
      clear()
      let seconds = now() - phase.start
      if phase.done > phase.doneAtStart { output.write("\(phase.name): done in \(durationText(seconds))\n") }
      self.phase = nil
      hasOpenLine = false
    }
  }

  /// A line of its own that stays.
  func note(_ text: String) {
    locked {
      clear()
      output.write(text + "\n")
      if phase != nil, output.isTerminal { show(force: true) }
    }
  }

  /// Leaves the cursor at the start of an empty line, for other output.
  func end() {
    locked {
      clear()
      phase = nil
    }
  }

  // MARK: - How

  private func locked(_ body: () -> Void) {
    lock.lock()
    defer { lock.unlock() }
    body()
  }

  /// Before another phase takes the line.
  private func close() {
    clear()
    phase = nil
  }

  private func clear() {
    guard hasOpenLine else { return }
    output.write("\r\u{1B}[2K")
    hasOpenLine = false
  }

  private func show(force: Bool) {
    guard let phase else { return }
    let time = now()
    let percentage = min(100, phase.done * 100 / phase.total)
    if output.isTerminal {
      guard force || time - lastShown >= 0.1 else { return }
      output.write("\r\u{1B}[2K" + Self.line(phaseLine(phase, time, percentage), percentage, output.width()))
      hasOpenLine = true
    } else {
      guard force || percentage >= lastPercentage + 10 || time - lastShown >= 15 else { return }
      let parts = phaseLine(phase, time, percentage)
      output.write(([parts.name, "\(percentage) %"] + parts.details).joined(separator: "  ") + "\n")
    }
    lastShown = time
    lastPercentage = percentage / 10 * 10
  }

  private func phaseLine(_ phase: Phase, _ time: Double, _ percentage: Int) -> (name: String, details: [String]) {
    let elapsed = time - phase.start
    let made = phase.done - phase.doneAtStart
    guard made > 0, elapsed > 0.5 else { return (phase.name, []) }
    let rate = Double(made) / elapsed
    let rateText =
      rate >= 1 ? "\(significant(rate)) \(phase.unit)/s" : "\(significant(1 / rate)) s per \(singular(phase.unit))"
    let left = Double(max(0, phase.total - phase.done)) / rate
    return (phase.name, [rateText, left > 0 ? "\(durationText(left)) left" : ""].filter { !$0.isEmpty })
  }

  /// Name, bar, percentage and details in fewer than `width` columns: details go first, then the bar.
  private static func line(_ parts: (name: String, details: [String]), _ percentage: Int, _ width: Int) -> String {
    let room = max(10, width - 1)
    let number = String(repeating: " ", count: percentage < 10 ? 2 : percentage < 100 ? 1 : 0) + "\(percentage) %"
    var details = parts.details
    while true {
      let texts = [parts.name, number] + details
      let used = texts.map(\.count).reduce(0, +) + 2 * (texts.count - 1)
      let bar = min(30, room - used - 2)
      if bar >= 8 {
        let filled = bar * percentage / 100
        let drawn = String(repeating: "━", count: filled) + String(repeating: "─", count: bar - filled)
        return ([parts.name, drawn, number] + details).joined(separator: "  ")
      }
      if used <= room && details.isEmpty { return texts.joined(separator: "  ") }
      // The time left is the most useful detail, and stands last.
      if details.isEmpty { return String("\(number)  \(parts.name)".prefix(room)) }
      details.removeFirst()
    }
  }

  private func significant(_ value: Double) -> String { value < 10 ? fixed(value, 1) : fixed(value, 0) }

  private func singular(_ unit: String) -> String {
    if unit.hasSuffix("ies") { return unit.dropLast(3) + "y" }
    return unit.hasSuffix("s") ? String(unit.dropLast()) : unit
  }
}

/// `8 s`, `2 min 10 s`, `1 h 5 min`.
func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "unknown" }
  if seconds < 9.95 { return "\(fixed(seconds, 1)) s" }
  let whole = Int(min(seconds.rounded(), 1e12))
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s") }
  return "\(whole / 3600) h" + (whole / 60 % 60 == 0 ? "" : " \(whole / 60 % 60) min")
}
