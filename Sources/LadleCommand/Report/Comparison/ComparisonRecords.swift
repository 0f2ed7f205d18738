import ActiveLoop

/// Every record of some comparisons in long form: a line per round and figure.
struct ComparisonRecords {
  private let comparisons: [Comparison]

  init(_ comparisons: [Comparison]) { self.comparisons = comparisons }

  /// A header and a line per record and metric; fields are quoted where RFC 4180 asks for it.
  var csv: String {
    var lines = ["comparison,strategy,scheme,seed,round,labelled,attempted,discarded,metric,value,directory"]
    for comparison in comparisons {
      for arm in comparison.arms + comparison.references {
        for run in arm.runs {
          for record in run.records {
            let start = [
              Self.field(comparison.title), Self.field(arm.name), Self.field(arm.scheme), "\(run.seed)",
              "\(record.round)", "\(record.labelled)", "\(record.attempted)", "\(record.discarded)",
            ]
            for (metric, value) in record.metrics.sorted(by: { $0.key < $1.key }) {
              lines.append(
                (start + [Self.field(metric), "\(value)", Self.field(run.directory)]).joined(separator: ","))
            }
          }
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
