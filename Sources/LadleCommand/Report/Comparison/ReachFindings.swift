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
      } else if let worst = finals.compactMap({ $0 }).min(by: { options.isBetter($1, than: $0) }) {
        wanted.append(
          (worst, "the \(options.lessIsBetter ? "highest" : "lowest") mean with \(range.upperBound) labels"))
      }
      if let all = Summary(supervised)?.mean {
        wanted.append((all, "which is what every label of the pool gives in the mean"))
      }
    }
    return wanted.map { threshold, origin in
      ReachFindings(
        threshold: threshold, origin: origin,
        arms: arms.indices.map { LabelsToReach(labels(of: $0, toReach: threshold)) })
    }
  }

  /// By seed of arm `index`. A figure of which less is better is reached from above: its mirror image is from below.
  private func labels(of index: Int, toReach threshold: Double) -> [Double?] {
    guard options.lessIsBetter else { return arms[index].curve.runs.map { $0.labels(toReach: threshold) } }
    let records = comparison.arms[index].runs.flatMap(\.records).map { record in
      var mirrored = record
      mirrored.metrics = record.metrics.mapValues { -$0 }
      return mirrored
    }
    return LearningCurve(of: records, scheme: comparison.arms[index].scheme, metric: options.metric).runs.map {
      $0.labels(toReach: -threshold)
    }
  }
}
