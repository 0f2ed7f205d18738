import Foundation
import Tensor
import TestSupport
import Testing

@Suite(.traced) struct SoftmaxTests {
  @Test func agreesWithTheDefinition() {
    var random = RandomSource(seed: 1)
    withEvery("shape", in: [[1], [7], [3, 10], [2, 3, 33], [5, 1000], [40_001, 2]] as [Shape]) { shape in
      let x = Tensor(uniform: shape, low: -20, high: 20, using: &random)
      let columns = shape[shape.count - 1]
      let rows = x.count / columns
      let scalars = x.scalars.map(Double.init)
      let sums = (0..<rows).map { row in
        log((0..<columns).reduce(0) { $0 + exp(scalars[row * columns + $1]) })
      }
      let logarithms = scalars.indices.map { scalars[$0] - sums[$0 / columns] }
      #expect(mismatch(softmax(x), logarithms.map { exp($0) }, shape: shape, tolerance: 2e-6) == nil)
      #expect(mismatch(logSoftmax(x), logarithms, shape: shape, tolerance: 4e-7) == nil)
      #expect(mismatch(logSumExp(x), sums, shape: shape.dropLast(), tolerance: 4e-7) == nil)
    }
  }

  @Test func largeLogitsDoNotOverflow() {
    let x = Tensor([1e4, -1e4, 0, -1e30, 3e38, -3e38], shape: [2, 3])
    #expect(softmax(x).scalars == [1, 0, 0, 0, 1, 0])
    #expect(logSumExp(x).scalars == [1e4, 3e38])
    #expect(logSoftmax(x).scalars.prefix(3) == [0, -2e4, -1e4])
  }

  @Test func minusInfinityIsAnImpossibleClass() {
    let x = Tensor([0, -.infinity, 0, -.infinity, -.infinity, -.infinity], shape: [2, 3])
    #expect(Array(softmax(x).scalars.prefix(3)) == [0.5, 0, 0.5])
    #expect(logSoftmax(x).scalars[1] == -.infinity)
    #expect(logSumExp(x).scalars[1] == -.infinity)
    #expect(logSumExp(Tensor([1, .infinity])).scalar == .infinity)
    #expect(logSumExp(Tensor([1, .nan])).scalar.isNaN)
  }

  /// Adding a number to a row changes nothing, or only the result of logSumExp.
  @Test func shiftsCancel() {
    var random = RandomSource(seed: 2)
    let x = Tensor(uniform: [4, 9], low: -3, high: 3, using: &random)
    #expect(mismatch(softmax(x + 64), softmax(x).scalars.map(Double.init), shape: [4, 9], tolerance: 1e-5) == nil)
    #expect(mismatch(softmax(x).sum(alongAxes: [1]), [1, 1, 1, 1], shape: [4], tolerance: 4e-7) == nil)
  }
}
