import ActiveLoop
import ArgumentParser
import Foundation
import Tensor

/// `ladle report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compare runs: learning curves, paired differences, tests, labels needed, on one page.",
    discussion: """
      Reads the directories of runs, or directories that hold many, such as a sweep. Runs on the same data and learner are
      compared; strategies, and settings that differ, are told apart; seeds are repetitions. Nothing is written into the
      directories of runs, so runs may still be going on. The page is one file that needs no network.

      Examples:
        ladle report runs/digits
        ladle report sweeps/vaal --baseline random --reach 0.9 --out vaal.html --csv --markdown --svg
        ladle report runs/a runs/b --interval bootstrap --metric balancedAccuracy.test --out both.html
      """)

  @Argument(help: ArgumentHelp("Directories of runs, or directories that hold them.", valueName: "dir"))
  var directories: [String]

  @Option(help: ArgumentHelp("The page; the other files stand beside it.", valueName: "file"))
  var out = "report.html"

  @Option(help: "The strategy from which differences are taken.")
  var baseline = "random"

  @Option(help: "The figure that is compared. Unless given, that of the sweep, else the accuracy.")
  var metric: String?

  @Option(help: "Whether more of it is better (maximize) or less (minimize). Unless given, the sweep or its name says.")
  var goal: String?

  @Option(help: "How intervals are found: t (Student’s) or bootstrap.")
  var interval = "t"

  @Option(help: "Count the labels needed to reach these figures, such as 0.9 or 85%,90%.")
  var reach: String?

  @Flag(help: "Also every record in long form, as CSV.")
  var csv = false

  @Flag(help: "Also the page’s sentences and tables, as Markdown.")
  var markdown = false

  @Flag(help: "Also every chart, as SVG.")
  var svg = false

  @Flag(help: "Also every chart, as PNG; needs rsvg-convert or chromium.")
  var png = false

  func run() throws {
    var options = ReportOptions()
    options.baseline = baseline
    guard let interval = IntervalMethod(rawValue: interval) else {
      throw CommandFailure(
        .usage, "--interval is \(listed(IntervalMethod.allCases.map(\.rawValue), "or")), not “\(interval)”.")
    }
    options.interval = interval
    options.reach = try thresholds()
    let files = try ReportFiles(page: out)
    let converter = png ? try PictureConverter() : nil
    let found = try RunFinder.runs(at: directories)
    try found.requireRounds(to: "report")
    let comparisons = ComparisonGrouping.comparisons(of: found.runs)
    let swept = SweepMetric.shared(by: directories)
    options.metric = try chosenMetric(comparisons, swept)
    options.goal = try chosenGoal(of: options.metric, swept)
    let page = ComparisonPage(
      comparisons: comparisons, options: options, notes: found.allNotes, command: commandLine)
    let report = page.report
    try files.makeDirectory()
    var written: [String] = []
    var figureFiles: [String] = []
    if svg { figureFiles = try files.write(report.figures, ending: "svg") { Array($0.svg(standalone: true).utf8) } }
    written += figureFiles
    if let converter {
      let names = try files.write(report.figures, ending: "png") { try converter.png(of: $0) }
      if figureFiles.isEmpty { figureFiles = names }
      written += names
    }
    if csv { written.append(try files.write(ComparisonRecords(comparisons).csv, ending: "csv")) }
    if markdown {
      let links = figureFiles.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
      written.append(try files.write(report.markdown(files: links), ending: "md"))
    }
    written.append(try files.writePage(report.html()))
    for note in page.notes { writeErrorLine(note) }
    for line in page.summaryLines { print(line) }
    for path in written.reversed() { print("wrote \(path)") }
  }

  /// The figures of `--reach`: shares, or per cent with a sign.
  private func thresholds() throws -> [Double] {
    guard let reach else { return [] }
    return try reach.split(separator: ",", omittingEmptySubsequences: false).map { word in
      let word = word.trimmingCharacters(in: .whitespaces)
      let isPercent = word.hasSuffix("%")
      guard let value = Double(isPercent ? word.dropLast().trimmingCharacters(in: .whitespaces) : word), value.isFinite
      else { throw CommandFailure(.usage, "--reach takes figures such as 0.9 or 85%,90%, not “\(reach)”.") }
      return isPercent ? value / 100 : value
    }
  }

  private func chosenMetric(_ comparisons: [Comparison], _ swept: SweepDefinition.Metric?) throws -> String {
    let known = Set(comparisons.flatMap(\.metrics)).sorted()
    if let metric {
      guard known.contains(metric) else {
        throw CommandFailure(.usage, "no record has a figure “\(metric)”; choose among \(listed(known)).")
      }
      return metric
    }
    for usual in [swept?.name, "accuracy", "meanIoU"].compactMap(\.self) where known.contains(usual) { return usual }
    throw CommandFailure(.usage, "no record has an accuracy; choose with --metric among \(listed(known)).")
  }

  private func chosenGoal(of metric: String, _ swept: SweepDefinition.Metric?) throws -> SweepDefinition.Metric.Goal {
    if let goal {
      guard let known = SweepDefinition.Metric.Goal(rawValue: goal) else {
        throw CommandFailure(
          .usage, "--goal is \(listed(SweepDefinition.Metric.Goal.allCases.map(\.rawValue), "or")), not “\(goal)”.")
      }
      return known
    }
    if let swept, swept.name == metric { return swept.goal }
    return ReportOptions.usualGoal(of: metric)
  }

  /// What makes the page again, as typed in a shell.
  private var commandLine: String {
    func quoted(_ word: String) -> String {
      let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=,%".contains($0)) }
      return isPlain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
    var words = ["ladle report"] + directories.map(quoted)
    if baseline != "random" { words.append("--baseline \(quoted(baseline))") }
    if let metric { words.append("--metric \(quoted(metric))") }
    if let goal { words.append("--goal \(quoted(goal))") }
    if interval != "t" { words.append("--interval \(interval)") }
    if let reach { words.append("--reach \(quoted(reach))") }
    words.append("--out \(quoted(out))")
    return words.joined(separator: " ")
  }
}
