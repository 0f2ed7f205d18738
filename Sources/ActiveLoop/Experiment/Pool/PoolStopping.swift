internal import Foundation
internal import Tensor

extension PoolExperiment {
  /// Updates the memory, adds figures named `stopping.…` to the record, and says whether a rule ends the run.
  func stopReason(
    of learner: Subject, metrics: inout [String: Double], memory: inout StoppingMemory?, state: RunState,
    seeds: ExperimentSeeds
  ) -> StopReason? {
    let rules = configuration.stopping
    var reason: StopReason?
    if let target = rules.target, let figure = metrics[rules.targetMetric], figure >= target {
      reason = .targetReached
    }
    if let threshold = rules.agreement {
      let predictions = stopSetPredictions(of: learner, seeds: seeds)
      var agreements = memory?.agreements ?? []
      if let before = memory?.predictions {
        agreements.append(cohenKappa(before, predictions, classCount: data.classCount))
        metrics["stopping.agreement"] = agreements[agreements.count - 1]
      }
      memory = StoppingMemory(predictions: predictions, agreements: agreements)
      let recent = agreements.suffix(rules.agreementWindow)
      if recent.count == rules.agreementWindow,
        recent.reduce(0, +) / Double(recent.count) >= threshold
      {
        reason = reason ?? .predictionsStabilized
      }
    }
    if let threshold = rules.uncertainty, let sure = learner as? any ProbabilisticLearner,
      let entropy = meanEntropy(of: sure, over: remaining(in: state))
    {
      metrics["stopping.uncertainty"] = entropy
      if entropy <= threshold { reason = reason ?? .uncertaintyLow }
    }
    return reason
  }

  /// Throws if what a saved state remembers of the stop set cannot be of this one.
  func checkMemory(of state: RunState) throws(ExperimentError) {
    guard configuration.stopping.agreement != nil, let memory = state.ledger.stopping else { return }
    let size = min(data.pool.shape[0], configuration.stopping.stopSetSize)
    guard memory.predictions.count == size, memory.predictions.allSatisfy((0..<data.classCount).contains) else {
      throw .stateMismatch(
        "it remembers \(memory.predictions.count) predictions, and the stop set has \(size) samples of "
          + "\(data.classCount) classes")
    }
  }

  private func stopSetPredictions(of learner: Subject, seeds: ExperimentSeeds) -> [Int] {
    var random = seeds.initialSource.stream("stop set")
    let count = data.pool.shape[0]
    let chosen = random.permutation(of: count).prefix(configuration.stopping.stopSetSize).sorted()
    return chunks(of: chosen).flatMap { learner.predictions(for: data.pool.gathered(rows: $0)) }
  }

  /// Nats; nil for no samples.
  private func meanEntropy(of learner: any ProbabilisticLearner, over indices: [Int]) -> Double? {
    guard !indices.isEmpty else { return nil }
    let sum = chunks(of: indices).reduce(0.0) { sum, rows in
      learner.probabilities(for: data.pool.gathered(rows: rows)).withUnsafeScalars { scalars in
        scalars.reduce(sum) { $1 > 0 ? $0 - Double($1) * log(Double($1)) : $0 }
      }
    }
    return sum / Double(indices.count)
  }

  private func remaining(in state: RunState) -> [Int] {
    let taken = Set(state.ledger.poolIndices + state.ledger.retired)
    return (0..<data.pool.shape[0]).filter { !taken.contains($0) }
  }

  private func chunks(of indices: [Int]) -> [[Int]] {
    stride(from: 0, to: indices.count, by: configuration.scoringChunk).map {
      Array(indices[$0..<min(indices.count, $0 + configuration.scoringChunk)])
    }
  }
}
