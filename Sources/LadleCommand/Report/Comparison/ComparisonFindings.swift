import ActiveLoop

/// The figures of a comparison, worked out of its records: what the page, the tables and the closing lines say.
struct ComparisonFindings: Sendable {
  /// An arm's figure at one number of labels.
  struct Point: Sendable {
    var labelled: Int
    /// Over the seeds that reach it.
    var values: [Double]
    var mean: Double
    var interval: ClosedRange<Double>?
  }

  /// One arm.
  struct ArmFinding: Sendable {
    var name: String
    var curve: LearningCurve
    var points: [Point]
    /// By seed, over the shared range of labels, of the seeds that cover it: the mean figure, and the last one.
    var areas: [Int: Double]
    var finals: [Int: Double]
    /// Seeds that do not cover the range.
    var leftOut: [Int]

    var areaValues: [Double] { areas.sorted { $0.key < $1.key }.map(\.value) }
    var finalValues: [Double] { finals.sorted { $0.key < $1.key }.map(\.value) }
  }

  let comparison: Comparison
  let options: ReportOptions
  /// The labels over which arms are compared: from where the last of them begins to where most seeds of each arrive;
  /// nil if there is no record.
  let range: ClosedRange<Int>?
  /// In the order of the comparison.
  let arms: [ArmFinding]

  init(_ comparison: Comparison, _ options: ReportOptions) {
    self.comparison = comparison
    self.options = options
    let curves = comparison.arms.map { $0.curve(options.metric) }
    let range = Self.sharedRange(of: curves)
    self.range = range
    arms = zip(comparison.arms, curves).map { arm, curve in
      Self.finding(arm.name, curve, range, options.interval)
    }
  }

  // MARK: - What is shared

  /// Ends at the largest number of labels that more than half of the seeds of every arm reach; starts where the last of
  /// those seeds does.
  private static func sharedRange(of curves: [LearningCurve]) -> ClosedRange<Int>? {
    let ends = curves.map { curve in curve.runs.compactMap { $0.values.last?.labelled }.sorted(by: >) }
    guard !ends.isEmpty, ends.allSatisfy({ !$0.isEmpty }) else { return nil }
    // Of n ends in descending order, the one at place ⌊n/2⌋ is reached by more than half.
    guard let end = ends.map({ $0[$0.count / 2] }).min() else { return nil }
    let starts = curves.flatMap(\.runs).filter { $0.values.last?.labelled ?? 0 >= end }.compactMap {
      $0.values.first?.labelled
    }
    return min(starts.max() ?? end, end)...end
  }

  private static func finding(
    _ name: String, _ curve: LearningCurve, _ range: ClosedRange<Int>?, _ interval: IntervalMethod
  ) -> ArmFinding {
    var finding = ArmFinding(name: name, curve: curve, points: [], areas: [:], finals: [:], leftOut: [])
    let counts = Dictionary(grouping: curve.runs.flatMap(\.values), by: \.labelled)
    for (labelled, present) in counts.sorted(by: { $0.key < $1.key }) where 2 * present.count > curve.runs.count {
      // A seed that had no record exactly there, but has before and after, counts with what lies between.
      let values = curve.runs.compactMap { $0.value(at: Double(labelled)) }
      guard let mean = Summary(values)?.mean else { continue }
      finding.points.append(
        Point(labelled: labelled, values: values, mean: mean, interval: interval.interval(of: values)))
    }
    guard let range else { return finding }
    for run in curve.runs {
      let labels = Double(range.lowerBound)...Double(range.upperBound)
      if let area = run.area(over: labels), let final = run.value(at: labels.upperBound) {
        finding.areas[run.seed] = area
        finding.finals[run.seed] = final
      } else {
        finding.leftOut.append(run.seed)
      }
    }
    return finding
  }

  // MARK: - Small answers

  /// How many seeds are compared, of the arm that has fewest and of the one that has most.
  var seedCounts: ClosedRange<Int> {
    let counts = arms.map(\.areas.count)
    return (counts.min() ?? 0)...(counts.max() ?? 0)
  }

  /// `5 seeds`, `1 seed`, `3 to 5 seeds`.
  var seedsText: String {
    let counts = seedCounts
    let most = "\(counts.upperBound) seed\(counts.upperBound == 1 ? "" : "s")"
    return counts.lowerBound == counts.upperBound ? most : "\(counts.lowerBound) to \(most)"
  }

  /// Up to `most` numbers of labels inside the range, evenly spread, both ends among them.
  func checkpoints(_ most: Int = 6) -> [Int] {
    guard let range else { return [] }
    let counts = Set(arms.flatMap(\.points).map(\.labelled)).filter { range.contains($0) }.sorted()
    guard counts.count > most else { return counts }
    return Set((0..<most).map { counts[$0 * (counts.count - 1) / (most - 1)] }).sorted()
  }

  /// What every label of the pool gives, where a reference arm says so.
  var supervised: [Double] {
    comparison.references.first.map { $0.curve(options.metric).runs.compactMap { $0.values.last?.value } } ?? []
  }

  /// Samples shown to the oracle and discarded by it, one per seed of arm `index`, when the run was last recorded.
  func attention(_ index: Int) -> (attempted: [Double], discarded: [Double]) {
    let last = comparison.arms[index].runs.compactMap(\.records.last)
    return (last.map { Double($0.attempted) }, last.map { Double($0.discarded) })
  }
}
