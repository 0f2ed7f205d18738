import Tensor
import TestSupport
import Testing

@Suite(.traced) struct ReductionTests {
  /// Every subset of the axes of a tensor.
  private func subsets(of axes: Range<Int>) -> [[Int]] {
    (0..<(1 << axes.count)).map { bits in axes.filter { bits >> $0 & 1 == 1 } }
  }

  /// The scalars that go into each element, in double precision.
  private func groups(_ x: Tensor, _ axes: [Int]) -> [[Double]] {
    let kept = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    var groups = [[Double]](repeating: [], count: kept.scalarCount)
    let scalars = x.scalars
    for (offset, place) in places(in: x.shape).enumerated() {
      let target = place.indices.map { axes.contains($0) ? 0 : place[$0] }
      groups[position(of: target, in: kept)].append(Double(scalars[offset]))
    }
    return groups
  }

  private func check(_ x: Tensor, _ axes: [Int], tolerance: Double = 1e-5) {
    let dropped = x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] }
    let kept = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    let groups = groups(x, axes)
    func mean(_ group: [Double]) -> Double { group.reduce(0, +) / Double(group.count) }
    withEvery("keepingAxes", in: [false, true]) { keeping in
      let shape = keeping ? kept : dropped
      let sums = groups.map { $0.reduce(0, +) }
      // Relative to what was added up, which may cancel.
      let added = groups.reduce(1) { max($0, $1.reduce(0) { $0 + abs($1) }) }
      let allowed = tolerance * added / sums.reduce(1) { max($0, abs($1)) }
      #expect(mismatch(x.sum(alongAxes: axes, keepingAxes: keeping), sums, shape: shape, tolerance: allowed) == nil)
      #expect(mismatch(x.mean(alongAxes: axes, keepingAxes: keeping), groups.map(mean), shape: shape) == nil)
      let variances = groups.map { group in
        let centre = mean(group)
        return mean(group.map { ($0 - centre) * ($0 - centre) })
      }
      #expect(mismatch(x.variance(alongAxes: axes, keepingAxes: keeping), variances, shape: shape) == nil)
      let largest = groups.map { $0.max() ?? .nan }
      #expect(mismatch(x.max(alongAxes: axes, keepingAxes: keeping), largest, shape: shape, tolerance: 0) == nil)
      let smallest = groups.map { $0.min() ?? .nan }
      #expect(mismatch(x.min(alongAxes: axes, keepingAxes: keeping), smallest, shape: shape, tolerance: 0) == nil)
    }
  }

  @Test func reductionsAgreeWithTheDefinition() {
    var random = RandomSource(seed: 1)
    withEvery(
      "shape", in: [[], [1], [7], [40], [3, 5], [5, 33], [2, 3, 4], [2, 1, 3, 5], [2, 3, 2, 2, 3]] as [Shape]
    ) {
      shape in
      let x = Tensor(uniform: shape, low: -2, high: 2, using: &random)
      withEvery("axes", in: subsets(of: 0..<shape.count)) { axes in check(x, axes) }
    }
  }

  /// Sizes at which the work is cut into several units and partial results are combined.
  @Test func reductionsOfManyUnits() {
    var random = RandomSource(seed: 2)
    let shapes: [Shape] = [
      [100_003], [40_001, 3], [3, 40_001], [30, 5000], [700, 2, 65], [2, 9000, 5], [33, 2, 33, 33],
    ]
    withEvery("shape", in: shapes) { shape in
      let x = Tensor(uniform: shape, low: -2, high: 2, using: &random)
      withEvery("axes", in: subsets(of: 0..<shape.count)) { axes in check(x, axes) }
    }
  }

  @Test func aSharedSliceIsReducedWhereItStarts() {
    let x = Tensor((0..<12).map(Float.init), shape: [4, 3]).rows(1..<3)
    #expect(x.sum().scalar == 33)
    #expect(x.sum(alongAxes: [0]).scalars == [9, 11, 13])
    #expect(x.sum(alongAxes: [1]).scalars == [12, 21])
    #expect(x.argmax() == [2, 2])
  }

  @Test func variancesSurviveALargeMean() {
    let x = Tensor([10_000, 10_001, 10_002, 10_003])
    #expect(x.variance().scalar == 1.25)
  }

  @Test func sumsOfNothingAreZero() {
    #expect(Tensor.zeros([0]).sum().scalar == 0)
    #expect(Tensor.zeros([0, 3]).sum(alongAxes: [0]).scalars == [0, 0, 0])
    #expect(Tensor.zeros([3, 0]).sum(alongAxes: [1]).scalars == [0, 0, 0])
    #expect(Tensor.zeros([0, 3]).sum(alongAxes: [1]).shape == [0])
  }

  @Test func notANumberPropagates() {
    withEvery("count", in: [3, 40, 50_000]) { count in
      withEvery("place", in: [0, 1, count - 1]) { place in
        var scalars = [Float](repeating: 1, count: count)
        scalars[place] = .nan
        let x = Tensor(scalars)
        #expect(x.sum().scalar.isNaN && x.max().scalar.isNaN && x.min().scalar.isNaN && x.mean().scalar.isNaN)
        #expect(x.argmax() == [place])
        let column = x.reshaped(to: [count, 1]).broadcast(to: [count, 2])
        #expect(column.max(alongAxes: [0]).scalars.allSatisfy { $0.isNaN })
      }
    }
  }

  @Test func argmaxTakesTheFirstOfEqualOnes() {
    let x = Tensor([1, 3, 3, 0, -.infinity, -.infinity, -1, -1, -2, .nan, 5, .nan], shape: [3, 4])
    #expect(x.argmax() == [1, 2, 1])
    #expect(Tensor([-.infinity, -.infinity]).argmax() == [0])
    #expect(Tensor.zeros([2, 2, 3]).argmax() == [0, 0, 0, 0])
  }

  @Test func equalExtremaShareTheGradient() {
    var module = Variable(Tensor([2, 5, 5, 1]))
    #expect(module.valueAndGradient { $0.value.max() }.gradient.tensors[0].scalars == [0, 0.5, 0.5, 0])
    #expect(module.valueAndGradient { $0.value.min() }.gradient.tensors[0].scalars == [0, 0, 0, 1])
  }

  @Test func axesThatDoNotExistStop() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).sum(alongAxes: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).sum(alongAxes: [0, 0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([0, 3]).mean(alongAxes: [0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([0, 3]).max(alongAxes: [0]) }
  }
}
