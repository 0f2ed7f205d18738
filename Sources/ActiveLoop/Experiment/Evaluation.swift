internal import Tensor

extension ExperimentData {
  /// `accuracy` on the first test set; `accuracy.NAME` and `balancedAccuracy.NAME` (the mean over classes of the rate
  /// that is recognised) on each; `learner.NAME` for what the learner says about its fit. An ``AnnotationLearner`` names
  /// its own figures: as they are for the first test set, `FIGURE.NAME` on each.
  func metrics(of learner: some Learner, scoringChunk: Int) -> [String: Double] {
    var metrics: [String: Double] = [:]
    for (place, test) in tests.enumerated() {
      if let learner = learner as? any AnnotationLearner {
        let figures = learner.assessment(of: test.inputs, labels: test.labels, scoringChunk: scoringChunk)
        for (name, figure) in figures {
          metrics["\(name).\(test.name)"] = figure
          if place == 0 { metrics[name] = figure }
        }
        continue
      }
      let rates = recognitionRates(of: learner, on: test, chunk: scoringChunk)
      metrics["accuracy.\(test.name)"] = rates.accuracy
      metrics["balancedAccuracy.\(test.name)"] = rates.balanced
      if place == 0 { metrics["accuracy"] = rates.accuracy }
    }
    for (name, figure) in learner.figures { metrics["learner.\(name)"] = figure }
    return metrics
  }

  private func recognitionRates(
    of learner: some Learner, on test: TestSet, chunk: Int
  ) -> (accuracy: Double, balanced: Double) {
    var right = [Int](repeating: 0, count: classCount)
    var all = right
    for start in stride(from: 0, to: test.labels.count, by: chunk) {
      let range = start..<min(start + chunk, test.labels.count)
      let predictions = learner.predictions(for: test.inputs.rows(range))
      for (label, prediction) in zip(test.labels[range], predictions) {
        all[label] += 1
        if label == prediction { right[label] += 1 }
      }
    }
    let present = all.indices.filter { all[$0] > 0 }
    let balanced = present.reduce(0.0) { $0 + Double(right[$1]) / Double(all[$1]) } / Double(present.count)
    return (Double(right.reduce(0, +)) / Double(test.labels.count), balanced)
  }
}
