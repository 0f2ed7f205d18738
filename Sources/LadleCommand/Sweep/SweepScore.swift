import ActiveLoop
import Foundation
import Tensor

/// The figure of a cell that a sweep is about, for each scheme its records have.
struct SweepScore: Sendable {
  /// Ordered by scheme; schemes without the figure are left out.
  let values: [(scheme: String, value: Double)]

  init(_ metric: SweepDefinition.Metric, _ records: [RoundRecord]) {
    values = Set(records.map(\.scheme)).sorted().compactMap { scheme in
      guard let run = LearningCurve(of: records, scheme: scheme, metric: metric.name).runs.first else { return nil }
      let value = metric.over == .last ? run.values.last?.value : run.area
      return value.map { (scheme, $0) }
    }
  }

  /// `0.8720`, or several with their schemes; empty if there is none.
  var text: String {
    values.count == 1
      ? Self.text(values[0].value) : values.map { "\($0.scheme) \(Self.text($0.value))" }.joined(separator: ", ")
  }

  /// Four decimals, or four digits for what is large.
  static func text(_ value: Double) -> String { abs(value) < 100 ? fixed(value, 4) : fixed(value, 1) }
}

/// The rounds of a run directory that another process may be writing. It is only read.
enum RunRecords {
  /// Every whole line that can be read, in order; none if there is no file yet.
  static func read(_ path: String) -> [RoundRecord] {
    guard let bytes = try? FileBytes.read(path + "/rounds.jsonl"), let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
    else { return [] }
    let decoder = JSONDecoder()
    return bytes[...end].split(separator: UInt8(ascii: "\n")).compactMap {
      try? decoder.decode(RoundRecord.self, from: Data($0))
    }
  }
}
