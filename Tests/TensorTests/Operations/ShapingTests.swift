import Tensor
import TestSupport
import Testing

@Suite(.traced) struct ShapingTests {
  private func counted(_ shape: Shape) -> Tensor { Tensor((0..<shape.scalarCount).map(Float.init), shape: shape) }

  private func permutations(_ count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return permutations(count - 1).flatMap { shorter in
      (0..<count).map { place in Array(shorter[..<place]) + [count - 1] + Array(shorter[place...]) }
    }
  }

  @Test func transpositionsAgreeWithTheDefinition() {
    withEvery("shape", in: [[], [3], [3, 4], [1, 5], [2, 3, 4], [2, 1, 3], [2, 3, 4, 5], [17, 1, 18]] as [Shape]) {
      shape in
      let x = counted(shape)
      withEvery("permutation", in: permutations(shape.count)) { permutation in
        let y = x.transposed(permutation: permutation)
        let target = permutation.map { shape[$0] }
        let expected = places(in: target).map { place -> Double in
          var source = place
          for (axis, from) in permutation.enumerated() { source[from] = place[axis] }
          return x.at(source)
        }
        #expect(mismatch(y, expected, shape: target, tolerance: 0) == nil)
      }
    }
  }

  /// Sizes at which the work is cut into several units.
  @Test func transpositionsOfManyUnits() {
    withEvery("shape", in: [[300, 401], [40_001, 3], [3, 40_001], [7, 130, 131]] as [Shape]) { shape in
      let x = counted(shape)
      let order = Array(shape.indices.reversed())
      let y = x.transposed(permutation: order)
      #expect(bitMismatch(y.transposed(permutation: order), x) == nil)
      let scalars = y.scalars
      for place in [shape.map { _ in 0 }, shape.map { $0 - 1 }, shape.map { $0 / 2 }, shape.map { $0 * 2 / 3 }] {
        let moved = Array(place.reversed())
        #expect(scalars[position(of: moved, in: y.shape)] == Float(position(of: place, in: shape)), "at \(place)")
      }
    }
  }

  @Test func reshapedAndRowsShareTheStorage() {
    let x = counted([4, 3])
    let address = x.withUnsafeScalars { $0.baseAddress }
    #expect(x.reshaped(to: [2, 6]).withUnsafeScalars { $0.baseAddress } == address)
    #expect(x.flattened().withUnsafeScalars { $0.baseAddress } == address)
    #expect(x.rows(2..<4).withUnsafeScalars { $0.baseAddress } == address.map { $0 + 6 })
    #expect(x.rows(2..<4).scalars == [6, 7, 8, 9, 10, 11])
    #expect(x.rows(1..<1).shape == [0, 3])
  }

  @Test func writingToASliceLeavesTheWholeAlone() {
    let x = counted([4, 3])
    var slice = x.rows(1..<2)
    slice.withUnsafeMutableScalars { $0[0] = 100 }
    #expect(slice.scalars == [100, 4, 5])
    #expect(x.scalars == (0..<12).map(Float.init))
  }

  @Test func concatenationAndSplittingAreInverse() {
    withEvery("axis", in: 0..<3) { axis in
      withEvery("sizes", in: [[1, 2], [3], [2, 0, 2]]) { sizes in
        let parts = sizes.enumerated().map { index, size -> Tensor in
          var shape = [2, 3, 2]
          shape[axis] = size
          return counted(shape) + Float(index * 100)
        }
        let whole = concatenate(parts, alongAxis: axis)
        #expect(whole.shape[axis] == sizes.reduce(0, +))
        for (part, again) in zip(parts, whole.split(sizes: sizes, alongAxis: axis)) {
          #expect(bitMismatch(part, again) == nil)
        }
      }
    }
  }

  @Test func concatenationPutsPartsSideBySide() {
    let (a, b) = (Tensor([1, 2, 3, 4], shape: [2, 2]), Tensor([5, 6], shape: [2, 1]))
    #expect(concatenate([a, b], alongAxis: 1).scalars == [1, 2, 5, 3, 4, 6])
    #expect(concatenate([a, a]).scalars == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(stacked([a, a]).shape == [2, 2, 2])
    #expect(stacked([Tensor(1), Tensor(2)]).scalars == [1, 2])
  }

  @Test func gatheringTakesRows() {
    let x = counted([4, 3])
    #expect(x.gathered(rows: [3, 0, 3]).scalars == [9, 10, 11, 0, 1, 2, 9, 10, 11])
    #expect(x.gathered(rows: []).shape == [0, 3])
    #expect(counted([4]).gathered(rows: [2, 2]).scalars == [2, 2])
    var module = Variable(x)
    let gradient = module.valueAndGradient { ($0.value.gathered(rows: [1, 1, 2]) * 2).sum() }.gradient
    #expect(gradient.tensors[0].scalars == [0, 0, 0, 4, 4, 4, 2, 2, 2, 0, 0, 0])
  }

  @Test func reversalMirrors() {
    let x = counted([2, 3, 2])
    #expect(x.reversed(alongAxis: 0).scalars == [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5])
    #expect(x.reversed(alongAxis: 1).scalars == [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7])
    #expect(x.reversed(alongAxis: 2).scalars == [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10])
  }

  @Test func oneHotRows() {
    #expect(Tensor.oneHot([2, 0], classes: 3).scalars == [0, 0, 1, 1, 0, 0])
    #expect(Tensor.oneHot([], classes: 3).shape == [0, 3])
  }

  @Test func wrongShapesStop() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).reshaped(to: [5]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).rows(1..<3) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).gathered(rows: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).transposed(permutation: [0, 0]) }
    await #expect(processExitsWith: .failure) { _ = concatenate([Tensor.zeros([2, 3]), Tensor.zeros([2, 2])]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.oneHot([3], classes: 3) }
  }
}
