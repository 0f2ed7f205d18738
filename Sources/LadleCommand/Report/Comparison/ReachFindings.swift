import ActiveLoop

/// What each arm took to reach one figure.
struct ReachFindings: Sendable {
  let threshold: Double
  /// Where the figure comes from, for the caption.
  let origin: String
  /// One per arm.
  let arms: [LabelsToReach]
}

extension ComparisonFindings {
  /// For each figure that was asked for; without any, for what the baseline has at the end, or else the arm that ends
  /// lowest, and for what every label gives, where that is known.
  var reach: [ReachFindings] {
    var wanted = options.reach.map { (threshold: $0, origin: "") }
    if wanted.isEmpty, let range, arms.count > 1 {
      let baselines = Set(arms.indices.compactMap(baseline(of:)))
      let finals = arms.map { Summary($0.finalValues)?.mean }
      if baselines.count == 1, let only = baselines.first, let mean = finals[only] {
        wanted.append((mean, "which is what \(arms[only].name) has with \(range.upperBound) labels in the mean"))
      } else if let lowest = finals.compactMap({ $0 }).min() {
        wanted.append((lowest, "the lowest mean with \(range.upperBound) labels"))
      }
      if let all = Summary(supervised)?.mean {
        wanted.append((all, "which is what every label of the pool gives in the mean"))
      }
    }
    return wanted.map { threshold, origin in
      ReachFindings(
        threshold: threshold, origin: origin,
        arms: arms.map { arm in LabelsToReach(arm.curve.runs.map { $0.labels(toReach: threshold) }) })
    }
  }
}
