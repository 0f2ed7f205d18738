import ActiveLoop

/// What the first lines of a run's page and its closing lines say, worked out of its records.
struct GAALFindings {
  let records: [RoundRecord]
  /// In the order they were asked for, without the supervised line.
  let schemes: [Scheme]
  let hasSupervised: Bool

  init(records: [RoundRecord], schemes: [Scheme]) {
    self.records = records
    self.schemes = schemes.filter { $0 != .supervised }
    hasSupervised = schemes.contains(.supervised)
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
