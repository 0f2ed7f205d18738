internal import Tensor

extension GenerativeExperiment {
  /// Round 0: the initial labels, or the whole pool for the supervised scheme.
  ///
  /// The pool is put into an order drawn from the seed alone, and the oracle is asked from the front until it has given
  /// `initialLabels` labels: the same samples for every scheme. If a class has none by then, the order is read on, and
  /// the first sample of each missing class takes the place of the last sample of the most frequent class. What was
  /// looked at for that alone goes back into the pool and is not counted: a fit needs every class, and setting the
  /// experiment up is no part of it.
  nonisolated(nonsending) func firstExchange(
    scheme: Scheme, seed: Int, oracle: some Oracle, stopwatch: inout Stopwatch
  ) async throws -> (state: RunState, exchange: Exchange) {
    try ExperimentError.checkCancellation(afterRound: nil)
    guard configuration.initialLabels >= data.classCount else {
      throw ExperimentError.badConfiguration(
        "initialLabels is \(configuration.initialLabels), and \(data.classCount) classes need at least one each")
    }
    let poolCount = data.pool.shape[0]
    var (indices, answers): ([Int], [Answer])
    if scheme == .supervised {
      indices = Array(0..<poolCount)
      answers = try await data.answers(to: .pool(indices), from: oracle, stopwatch: &stopwatch)
      if let missing = missingClasses(in: answers).first {
        throw ExperimentError.classMissing(name: data.classNames[missing], looked: answers.count)
      }
    } else {
      var random = RandomSource(seed: seed).stream("initial")
      let order = random.permutation(of: poolCount)
      (indices, answers) = try await initialLabels(in: order, oracle: oracle, stopwatch: &stopwatch)
    }
    var state = RunState(scheme: scheme.rawValue, seed: seed)
    state.add(poolIndices: indices, answers: answers)
    return (state, Exchange(queries: .pool(indices), answers: answers))
  }

  nonisolated(nonsending) private func initialLabels(
    in order: [Int], oracle: some Oracle, stopwatch: inout Stopwatch
  ) async throws -> (indices: [Int], answers: [Answer]) {
    let needed = configuration.initialLabels
    var (indices, answers, found) = ([Int](), [Answer](), 0)
    while found < needed, indices.count < order.count {
      let chunk = Array(order[indices.count..<min(indices.count + needed - found, order.count)])
      let given = try await data.answers(to: .pool(chunk), from: oracle, stopwatch: &stopwatch)
      indices += chunk
      answers += given
      found = answers.count { $0.label != nil }
    }
    guard found == needed else { throw ExperimentError.poolTooSmall(needed: needed, found: found) }
    var (position, missing) = (indices.count, missingClasses(in: answers))
    while let wanted = missing.first {
      guard position < order.count else {
        throw ExperimentError.classMissing(name: data.classNames[wanted], looked: position)
      }
      let chunk = Array(order[position..<min(position + needed, order.count)])
      let given = try await data.answers(to: .pool(chunk), from: oracle, stopwatch: &stopwatch)
      position += chunk.count
      for (index, answer) in zip(chunk, given) {
        guard let label = answer.label, let place = missing.firstIndex(of: label) else { continue }
        missing.remove(at: place)
        let replaced = lastOfMostFrequentClass(in: answers)
        (indices[replaced], answers[replaced]) = (index, answer)
      }
    }
    return (indices, answers)
  }

  private func counts(in answers: [Answer]) -> [Int] {
    answers.reduce(into: [Int](repeating: 0, count: data.classCount)) { counts, answer in
      if let label = answer.label { counts[label] += 1 }
    }
  }

  private func missingClasses(in answers: [Answer]) -> [Int] {
    counts(in: answers).enumerated().filter { $0.element == 0 }.map(\.offset)
  }

  private func lastOfMostFrequentClass(in answers: [Answer]) -> Int {
    let counts = counts(in: answers)
    let largest = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    return answers.lastIndex(of: .label(largest)) ?? answers.endIndex - 1
  }
}
