public import Tensor

/// An oracle that errs: each label of another oracle is replaced, with probability `rate`, by another class of the same
/// group, drawn uniformly (with groups for super-classes, the noise of VAAL, section 4.4). A class alone in its group
/// is never confused.
///
/// The same sample gets the same answer whenever it is asked about, in any batch and after any number of other
/// questions: the noise is drawn from a stream named by the sample (its index, or its bits).
public struct NoisyOracle<Base: Oracle>: Oracle {
  /// The probability that a label is replaced, in [0, 1].
  public let rate: Float
  private let base: Base
  /// For each class, the other classes of its group, ascending.
  private let confusions: [[Int]]
  private let random: RandomSource

  /// - Parameters:
  ///   - base: knows better.
  ///   - rate: the probability that a label is replaced.
  ///   - classCount: the number of classes there can be.
  ///   - groups: disjoint sets of classes that are confused among themselves; a class in none is never confused. By
  ///     default all classes are one group.
  ///   - random: a stream of its own.
  public init(
    _ base: Base, rate: Float, classCount: Int, groups: [[Int]]? = nil, using random: RandomSource
  ) {
    precondition((0...1).contains(rate), "a rate of \(rate) is not in [0, 1]")
    var confusions = [[Int]](repeating: [], count: classCount)
    var seen: Set<Int> = []
    for group in groups ?? [Array(0..<classCount)] {
      for member in group {
        precondition((0..<classCount).contains(member), "class \(member) is not in 0..<\(classCount)")
        precondition(seen.insert(member).inserted, "class \(member) is in two groups")
        confusions[member] = group.filter { $0 != member }.sorted()
      }
    }
    self.base = base
    self.rate = rate
    self.confusions = confusions
    self.random = random
  }

  /// The base oracle's answers, some of them confused. Throws what it throws, and ``OracleError``.
  public func answer(_ query: Query) async throws -> [Answer] {
    let answers = try await base.answer(query)
    guard answers.count == query.count else {
      throw OracleError.wrongAnswerCount(expected: query.count, found: answers.count)
    }
    switch query {
    case .pool(let indices):
      return try zip(answers, indices).map { try confused($0, by: random.stream("pool", $1)) }
    case .synthesized(let inputs):
      let size = inputs.count / max(1, inputs.shape[0])
      let names = inputs.withUnsafeScalars { scalars in
        answers.indices.map { fingerprint(of: scalars[$0 * size..<($0 + 1) * size]) }
      }
      return try zip(answers, names).map { try confused($0, by: random.stream("synthesized", $1)) }
    }
  }

  private func confused(_ answer: Answer, by random: RandomSource) throws(OracleError) -> Answer {
    guard case .label(let label) = answer else { return answer }
    guard confusions.indices.contains(label) else {
      throw .labelOutOfRange(label: label, classCount: confusions.count)
    }
    var random = random
    let others = confusions[label]
    guard !others.isEmpty, random.uniform() < rate else { return answer }
    return .label(others[random.integer(below: others.count)])
  }
}

/// FNV-1a over the bits of the scalars.
private func fingerprint(of scalars: Slice<UnsafeBufferPointer<Float>>) -> Int {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for scalar in scalars { hash = (hash ^ UInt64(scalar.bitPattern)) &* 0x0000_0100_0000_01B3 }
  return Int(bitPattern: UInt(truncatingIfNeeded: hash))
}
