import ActiveLoop

/// A learning curve of one scheme: for each seed, labels and accuracy.
func curve(_ runs: [[(Int, Double)]], scheme: String = "s") -> LearningCurve {
  LearningCurve(of: records(runs, scheme: scheme), scheme: scheme)
}

/// The records of one scheme: for each seed from 1, labels and accuracy.
func records(_ runs: [[(Int, Double)]], scheme: String, metrics: [String] = ["accuracy"]) -> [RoundRecord] {
  runs.enumerated().flatMap { seed, values in
    values.enumerated().map { round, value in
      RoundRecord(
        scheme: scheme, seed: seed + 1, round: round, labelled: value.0, attempted: value.0 + 2 * round,
        discarded: 2 * round, classCounts: [value.0 / 2, value.0 - value.0 / 2],
        metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0, value.1) }))
    }
  }
}
