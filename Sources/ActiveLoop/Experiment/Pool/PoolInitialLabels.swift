internal import Tensor

extension PoolExperiment {
  /// Round 0. The pool is put into an order drawn from the seed alone, and the oracle is asked from the front; a sample
  /// whose class is not wanted, or not any more, goes back into the pool and is not counted, because setting the
  /// experiment up is no part of it. What the oracle cannot recognise is retired.
  nonisolated(nonsending) func firstExchange(
    seeds: ExperimentSeeds, oracle: some Oracle, state: inout RunState, stopwatch: inout Stopwatch
  ) async throws -> Exchange {
    try ExperimentError.checkCancellation(afterRound: nil)
    let initial = configuration.initial
    var random = seeds.initialSource
    var quota = [Int](repeating: initial.count, count: data.classCount)
    switch initial.method {
    case .random: break
    case .stratified:
      let share = initial.count.quotientAndRemainder(dividingBy: data.classCount)
      quota = quota.map { _ in share.quotient }
      // Who gets one more is drawn.
      var extra = random.stream("extra")
      for place in extra.permutation(of: data.classCount).prefix(share.remainder) { quota[place] += 1 }
    case .biased:
      var drawn = random.stream("missing")
      let absent =
        initial.missing.isEmpty
        ? Array(drawn.permutation(of: data.classCount).prefix(initial.missingCount)) : initial.missing
      for label in absent { quota[label] = 0 }
    }
    let order = random.permutation(of: data.pool.shape[0])
    var (indices, answers, found, position) = ([Int](), [Answer](), 0, 0)
    while found < initial.count, position < order.count {
      let chunk = Array(order[position..<min(order.count, position + initial.count - found)])
      position += chunk.count
      let given = try await data.answers(to: .pool(chunk), from: oracle, stopwatch: &stopwatch)
      for (index, answer) in zip(chunk, given) {
        if let label = answer.label {
          guard quota[label] > 0 else { continue }
          quota[label] -= 1
          found += 1
        }
        indices.append(index)
        answers.append(answer)
      }
    }
    guard found == initial.count else {
      throw ExperimentError.poolTooSmall(needed: initial.count, found: found)
    }
    state.add(poolIndices: indices, answers: answers)
    return Exchange(queries: .pool(indices), answers: answers)
  }
}
