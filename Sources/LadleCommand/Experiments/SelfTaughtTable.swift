import ActiveLoop
import Datasets

/// Accuracy by features and number of labels: what is printed, and `table.md`.
struct SelfTaughtTable {
  let settings: SelfTaughtSettings
  let task: ImageTask
  let records: [RoundRecord]
  let gaal: GAALRecords?
  /// What makes the run again.
  let command: String

  /// A table as words, the header first.
  private func rows(_ test: ImageTask.Test) -> [[String]] {
    let metric = GAALFindings.metric(test)
    let labels = settings.labels.sorted()
    func curve(_ row: SelfTaughtRun.Row) -> LearningCurve {
      LearningCurve(of: records, scheme: row.rawValue, metric: metric)
    }
    func cells(_ points: [(labelled: Int, summary: Summary)], _ text: (Summary) -> String) -> [String] {
      labels.map { count in points.first { $0.labelled == count }.map { text($0.summary) } ?? "–" }
    }
    func accuracies(_ curve: LearningCurve) -> [String] {
      cells(curve.points.map { ($0.labelled, $0.summary) }, \.percentText)
    }
    var rows = [["accuracy in %"] + labels.map { "\($0) labels" }]
    for row in SelfTaughtRun.Row.allCases { rows.append([row.title] + accuracies(curve(row))) }
    let difference = PairedDifference(of: curve(.selfTaught), minus: curve(.pixels))
    rows.append(["difference"] + cells(difference.points.map { ($0.labelled, $0.summary) }, \.pointsText))
    if let gaal {
      let curve = LearningCurve(of: gaal.records, scheme: Scheme.gaal.rawValue, metric: metric)
      rows.append(["GAAL (\(seeds(curve.runs.count)))"] + accuracies(curve))
    }
    return rows
  }

  private func seeds(_ count: Int) -> String { "\(count) seed\(count == 1 ? "" : "s")" }

  /// For the terminal: the first test set.
  var lines: [String] {
    guard let test = task.tests.first else { return [] }
    let rows = rows(test)
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    return ["tested on \(test.title), \(seeds(settings.seeds.count))"] + table
  }

  /// Every test set.
  var markdown: String {
    var text = "# Self-taught learning on \(task.dataset.title)\n\n"
    text += "```\n\(command)\n```\n\n"
    text += "Means over \(seeds(settings.seeds.count)); ± is half the width of the 95 % interval of the mean, and "
    text += "differences are paired by seed. The pool has \(task.pool.count) images, all of which the filters were "
    text += "learnt from, without labels.\n"
    for test in task.tests {
      let rows = rows(test)
      text += "\n## Tested on \(test.title)\n\n"
      for (number, row) in rows.enumerated() {
        text += "| " + row.joined(separator: " | ") + " |\n"
        if number == 0 { text += "|" + String(repeating: " --- |", count: row.count) + "\n" }
      }
    }
    return text
  }
}
