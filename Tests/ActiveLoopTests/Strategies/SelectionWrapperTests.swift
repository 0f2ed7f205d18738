import ActiveLoop
import Foundation
import Tensor
import Testing

/// Wants the largest first pixel.
private struct LargestPixel: ScoringStrategy {
  typealias Subject = ToyCommittee
  func scores(of inputs: Tensor, learner: ToyCommittee) -> Tensor {
    let rows = inputs.flattened()
    return Tensor((0..<rows.shape[0]).map { rows.scalars[$0 * rows.shape[1]] })
  }
}

/// Says what it was asked, by throwing it.
private struct Witness: QueryStrategy, Error {
  var count = 0
  var pool = UnlabelledPool(inputs: .zeros([0, 1]))

  func query(
    _ count: Int, from pool: UnlabelledPool, learner: ToyCommittee, using random: inout RandomSource
  ) throws -> [Int] {
    throw Witness(count: count, pool: pool)
  }
}

/// Wants the largest first pixel that is not a labelled one's, and says how many are labelled.
private struct Reporter: ReportingStrategy {
  typealias Subject = ToyCommittee
  func selection(
    of count: Int, from pool: UnlabelledPool, learner: ToyCommittee, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    let wanted = try LargestPixel().query(count, from: pool, learner: learner, using: &random)
    return QuerySelection(
      indices: wanted, figures: ["labelled": Double(context.labels.count), "offered": Double(pool.count)],
      warnings: ["looked"])
  }
}

@Suite("Wrappers of strategies that must know what was labelled")
struct ReportingWrapperTests {
  private func answer(_ strategy: some QueryStrategy<ToyCommittee>) throws -> QuerySelection {
    var line = pool((0..<50).map { Float($0) })
    line.remove([0, 49])
    var random = RandomSource(seed: 1)
    return try strategy.selection(
      of: 8, from: line, learner: ToyCommittee(),
      context: QueryContext(round: 1, labelledIndices: [0, 49], labels: [0, 1], classCount: 3), using: &random)
  }

  @Test("are asked with what is known, and heard")
  func context() throws {
    let subset = try answer(RandomSubset(of: .count(10), Reporter()))
    #expect(subset.figures == ["labelled": 2, "offered": 10] && subset.warnings == ["looked"])
    #expect(subset.indices.count == 8)
    let mixed = try answer(EpsilonRandom(share: 0.25, Reporter()))
    #expect(mixed.figures["labelled"] == 2 && Array(mixed.indices.prefix(6)) == (43..<49).reversed())
    #expect(Set(mixed.indices).count == 8)
    let distinct = try answer(Deduplicating(Reporter(), pixelDistance: 1.5))
    #expect(distinct.warnings == ["looked"])
    // 48 is near the labelled 49.
    #expect(distinct.indices == stride(from: 47, to: 31, by: -2).map { $0 })
  }

  @Test("cannot be asked plainly")
  func plain() {
    var random = RandomSource(seed: 1)
    #expect(throws: ContextMissing.self) {
      try RandomSubset(of: .count(10), Reporter()).query(
        3, from: pool([1, 2, 3, 4]), learner: ToyCommittee(), using: &random)
    }
  }
}

/// Images of one pixel, and of another that is 0.
private func pool(_ pixels: [Float]) -> UnlabelledPool {
  UnlabelledPool(inputs: Tensor(pixels.flatMap { [$0, 0] }, shape: [pixels.count, 1, 2, 1]))
}

@Suite("RandomSubset")
struct RandomSubsetTests {
  private func seen(_ size: RandomSubset<Witness>.Size, count: Int, seed: Int = 1) throws -> Witness {
    var large = pool((0..<100).map { Float($0) })
    large.remove([5, 6, 7])
    var random = RandomSource(seed: seed)
    let subset = RandomSubset(of: size, Witness())
    return try #require(
      #expect(throws: Witness.self) {
        try subset.query(count, from: large, learner: ToyCommittee(), using: &random)
      })
  }

  @Test("a share, a number, and never fewer than are asked for")
  func sizes() throws {
    #expect(try seen(.fraction(0.1), count: 4).pool.count == 10)
    #expect(try seen(.fraction(1), count: 4).pool.count == 97)
    #expect(try seen(.count(30), count: 4).pool.count == 30)
    #expect(try seen(.count(30), count: 44).pool.count == 44)
    #expect(try seen(.count(1000), count: 4).pool.count == 97)
    #expect(try seen(.count(30), count: 1000).count == 1000)
  }

  @Test("what is not drawn is not taken for labelled; parts differ")
  func untaken() throws {
    let witness = try seen(.count(30), count: 4)
    #expect(witness.pool.takenIndices == [5, 6, 7])
    #expect(try Set((0..<8).map { try seen(.count(30), count: 4, seed: $0).pool.indices }).count == 8)
  }

  @Test("a pool that offers a part of itself")
  func offering() {
    var whole = pool((0..<10).map { Float($0) })
    whole.remove([2])
    var part = whole.offering(only: [9, 3, 4])
    #expect(part.indices == [3, 4, 9])
    #expect(part.takenIndices == [2])
    part.remove([4])
    #expect(part.takenIndices == [2, 4])
    #expect(part.offering(only: [9]).takenIndices == [2, 4])
    #expect(whole.indices == [0, 1, 3, 4, 5, 6, 7, 8, 9])
  }
}

@Suite("EpsilonRandom")
struct EpsilonRandomTests {
  private let thousand = pool((0..<1000).map { Float($0) })

  private func answer(_ share: Double, _ count: Int, seed: Int) throws -> [Int] {
    var random = RandomSource(seed: seed)
    return try EpsilonRandom(share: share, LargestPixel()).query(
      count, from: thousand, learner: ToyCommittee(), using: &random)
  }

  @Test("the strategy's samples come first, then random ones")
  func shares() throws {
    var random: Set<[Int]> = []
    for seed in 0..<8 {
      let answer = try answer(0.25, 20, seed: seed)
      #expect(Array(answer.prefix(15)) == (985..<1000).reversed())
      #expect(answer.suffix(5).allSatisfy { $0 < 985 })
      random.insert(Array(answer.suffix(5)))
    }
    #expect(random.count == 8)
  }

  @Test("a share that is no whole number is right on average")
  func rounding() throws {
    // One sample in ten is random: 100 of 1,000, give or take five standard deviations, 47.
    let random = try (0..<1000).count { try answer(0.1, 1, seed: $0) != [999] }
    #expect(abs(random - 100) < 47)
    // 2.5 of 10: 2 or 3. Five standard deviations of a half of 200 are 35.
    let chosen = try (0..<200).map { seed in try answer(0.25, 10, seed: seed).prefix { $0 >= 992 }.count }
    #expect(Set(chosen).isSubset(of: [7, 8]))
    #expect(abs(chosen.count { $0 == 7 } - 100) < 36)
  }
}

@Suite("Deduplicating")
struct DeduplicatingTests {
  private func answer(
    _ count: Int, _ pool: UnlabelledPool, _ distance: Float, comparesTaken: Bool = true
  ) throws -> [Int] {
    var random = RandomSource(seed: 1)
    let strategy = Deduplicating(
      LargestPixel(), pixelDistance: distance, comparesTaken: comparesTaken, batchSize: 3)
    return try strategy.query(count, from: pool, learner: ToyCommittee(), using: &random)
  }

  @Test("within a batch: no two within the distance")
  func batch() throws {
    let line = pool([9, 8.95, 8.9, 8.5, 8.45, 8, 1, 0.9])
    #expect(try answer(4, line, 0.2) == [0, 3, 5, 6])
    #expect(try answer(4, line, 0.01) == [0, 1, 2, 3])
    // 8.9 is near 8.95, which was passed over, and not near 9.
    #expect(try answer(3, line, 0.075) == [0, 2, 3])
  }

  @Test("against what was taken, if wanted")
  func taken() throws {
    var line = pool([9, 8.95, 8.5, 8, 1])
    line.remove([0])
    #expect(try answer(2, line, 0.2) == [2, 3])
    #expect(try answer(2, line, 0.2, comparesTaken: false) == [1, 2])
  }

  @Test("a distance of 0 passes over copies; where there is nothing else, they fill the batch")
  func copies() throws {
    var threes = pool([3, 1, 3, 3, 2, 1, 3])
    let batch = try answer(3, threes, 0)
    #expect(batch.map { [3, 1, 3, 3, 2, 1, 3][$0] } == [3, 2, 1])
    let all = try answer(7, threes, 0)
    #expect(all.map { [3, 1, 3, 3, 2, 1, 3][$0] } == [3, 2, 1, 3, 3, 3, 1])
    threes.remove([0])
    #expect(try answer(2, threes, 0).map { [3, 1, 3, 3, 2, 1, 3][$0] } == [2, 1])
  }

  @Test("no near pair in a batch from clouds, by pixels and by features")
  func clouds() throws {
    let inputs = Clouds().samples(300, seed: 3).inputs
    let scalars = inputs.scalars
    var crowd = UnlabelledPool(inputs: inputs)
    crowd.remove(Array(0..<40))
    func gap(_ a: Int, _ b: Int) -> Float {
      hypot(scalars[2 * a] - scalars[2 * b], scalars[2 * a + 1] - scalars[2 * b + 1])
    }
    let byPixel = Deduplicating(LargestPixel(), pixelDistance: 0.05)
    // The toy's features are three times the pixels.
    let byFeature = Deduplicating(LargestPixel(), featureDistance: 0.15)
    for seed in 0..<3 {
      var (first, second) = (RandomSource(seed: seed), RandomSource(seed: seed))
      let answer = try byPixel.query(12, from: crowd, learner: ToyCommittee(), using: &first)
      #expect(try byFeature.query(12, from: crowd, learner: ToyCommittee(), using: &second) == answer)
      for (place, sample) in answer.enumerated() {
        #expect((Array(0..<40) + answer.prefix(place)).allSatisfy { gap(sample, $0) > 0.05 })
      }
    }
  }

  @Test("what is not finite is near to nothing")
  func notFinite() throws {
    let line = pool([.infinity, 2, .nan, .infinity, 2, 1])
    #expect(try Set(answer(4, line, 1e20)).isSuperset(of: [0, 3]))
    #expect(try Set(answer(6, line, 0.1)).count == 6)
  }
}
