import ActiveLoop

/// The figures of a run, worked out of its records: what the report, the tables and the closing lines say.
struct GAALFindings {
  let records: [RoundRecord]
  /// In the order they were asked for, without the supervised line.
  let schemes: [Scheme]
  let hasSupervised: Bool
  /// The label counts that tables show.
  let checkpoints: [Int]

  init(records: [RoundRecord], schemes: [Scheme], initialLabels: Int, budget: Int) {
    self.records = records
    self.schemes = schemes.filter { $0 != .supervised }
    hasSupervised = schemes.contains(.supervised)
    let present = Set(records.map(\.labelled))
    let wanted = [initialLabels, 100, 150, 200, 250, 350, 500, 1000, 2000, budget]
    checkpoints = Set(wanted.filter { $0 >= initialLabels && $0 <= budget && present.contains($0) }).sorted()
  }

  func curve(_ scheme: Scheme, _ metric: String = "accuracy") -> LearningCurve {
    LearningCurve(of: records, scheme: scheme.rawValue, metric: metric)
  }

  /// The figure with every label of the pool.
  func supervised(_ metric: String = "accuracy") -> Summary? {
    Summary(curve(.supervised, metric).runs.compactMap { $0.values.last?.value })
  }

  /// The figure at the last number of labels that every seed of the scheme reached, with that number.
  func final(_ scheme: Scheme, _ metric: String = "accuracy") -> (labelled: Int, summary: Summary)? {
    let curve = curve(scheme, metric)
    return curve.points.last { $0.summary.count == curve.runs.count }.map { ($0.labelled, $0.summary) }
  }

  /// The scheme's mean accuracy over the budget, seed by seed.
  func area(_ scheme: Scheme, _ metric: String = "accuracy") -> Summary? {
    Summary(curve(scheme, metric).areas.map(\.area))
  }

  /// Samples shown to the oracle and discarded by it in a whole run, over the seeds.
  func attention(_ scheme: Scheme) -> (attempted: Summary, discarded: Summary)? {
    let last = Dictionary(grouping: records.filter { $0.scheme == scheme.rawValue }, by: \.seed)
      .compactMapValues { $0.max { $0.round < $1.round } }.values
    guard let attempted = Summary(last.map { Double($0.attempted) }),
      let discarded = Summary(last.map { Double($0.discarded) })
    else { return nil }
    return (attempted, discarded)
  }

  /// `scheme` minus passive random over the same seeds; nil without the latter.
  func overRandom(_ scheme: Scheme, _ metric: String = "accuracy") -> PairedDifference? {
    guard scheme != .random, schemes.contains(.random) else { return nil }
    return PairedDifference(of: curve(scheme, metric), minus: curve(.random, metric))
  }

  /// The fewest labels from which a scheme's mean is at least the supervised one.
  func labelsToSupervised(_ scheme: Scheme, _ metric: String = "accuracy") -> Int? {
    guard let target = supervised(metric)?.mean else { return nil }
    return curve(scheme, metric).points.first { $0.summary.mean >= target }?.labelled
  }

  /// The figure of one test set.
  static func metric(_ test: ImageTask.Test) -> String { "accuracy.\(test.name)" }
}

extension Summary {
  /// `80.1 ± 0.9` in per cent, the half-width being that of the 95 % interval; `80.1` for one number.
  var percentText: String {
    fixed(mean * 100, 1) + (halfWidth().map { " ± " + fixed($0 * 100, 1) } ?? "")
  }

  /// `80.1 % (79.2 to 81.0)`.
  var percentWithInterval: String {
    "\(fixed(mean * 100, 1)) %"
      + (interval().map { " (\(fixed($0.lowerBound * 100, 1)) to \(fixed($0.upperBound * 100, 1)))" } ?? "")
  }

  /// A difference in percentage points with its sign: `+0.6 (−0.2 to 1.4)`.
  var pointsText: String {
    (mean >= 0 ? "+" : "") + fixed(mean * 100, 1)
      + (interval().map { " (\(fixed($0.lowerBound * 100, 1)) to \(fixed($0.upperBound * 100, 1)))" } ?? "")
  }
}
