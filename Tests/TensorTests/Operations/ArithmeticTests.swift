import Tensor
import TestSupport
import Testing

@Suite(.traced) struct ArithmeticTests {
  static let pairs: [(Shape, Shape)] = [
    ([], []), ([1], []), ([5], [5]), ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 4], [3, 1]),
    ([3, 1], [1, 4]), ([3, 4], [1, 1]), ([2, 3, 4], [3, 1]), ([2, 3, 4], [2, 1, 4]), ([2, 1, 4], [3, 1]),
    ([2, 3, 2, 3], [1, 3, 1, 3]), ([2, 1, 2, 1], [1, 3, 1, 3]), ([1, 1, 3], [2, 1, 1]), ([0, 3], [3]), ([0], [1]),
  ]

  /// The place of an operand of `shape` that is repeated to the place `place` of the result.
  private func repeated(_ place: [Int], _ shape: Shape) -> [Int] {
    zip(place.suffix(shape.count), shape).map { $1 == 1 ? 0 : $0 }
  }

  @Test func broadcastingAgreesWithTheDefinition() {
    var random = RandomSource(seed: 1)
    withEvery("shapes", in: Self.pairs) { shapes in
      let a = Tensor(uniform: shapes.0, low: -2, high: 2, using: &random)
      let b = Tensor(uniform: shapes.1, low: 1, high: 2, using: &random)
      let rank = max(a.rank, b.rank)
      let padded = [a.shape, b.shape].map { Shape(repeating: 1, count: rank - $0.count) + $0 }
      let shape = zip(padded[0], padded[1]).map { $0 == 1 ? $1 : $0 }
      func expected(_ function: (Double, Double) -> Double) -> [Double] {
        places(in: shape).map { function(a.at(repeated($0, a.shape)), b.at(repeated($0, b.shape))) }
      }
      #expect(mismatch(a + b, expected(+), shape: shape) == nil)
      #expect(mismatch(a - b, expected(-), shape: shape) == nil)
      #expect(mismatch(a * b, expected(*), shape: shape) == nil)
      #expect(mismatch(a / b, expected(/), shape: shape) == nil)
    }
  }

  /// Sizes at which the work is cut into several units, in rows, in columns and in matrices.
  @Test func broadcastingOfManyUnits() {
    var random = RandomSource(seed: 2)
    let pairs: [(Shape, Shape)] = [
      ([100_003], [100_003]), ([3, 40_001], [3, 1]), ([3, 40_001], [40_001]), ([50_001, 3], [3]),
      ([50_001, 3], [50_001, 1]), ([3, 1, 40_001], [5, 1]), ([2, 300, 2, 200], [2, 1, 2, 1]),
    ]
    withEvery("shapes", in: pairs) { shapes in
      let a = Tensor(uniform: shapes.0, low: -2, high: 2, using: &random)
      let b = Tensor(uniform: shapes.1, low: 1, high: 2, using: &random)
      let difference = a - b
      // By the identity a - b = -(b - a), and against the definition at some places.
      #expect(bitMismatch(difference, -(b - a)) == nil)
      let (scalarsA, scalarsB, scalars) = (a.scalars, b.scalars, difference.scalars)
      for offset in stride(from: 0, to: difference.count, by: 997) {
        var (place, rest) = ([Int](), offset)
        for size in difference.shape.reversed() {
          place.insert(rest % size, at: 0)
          rest /= size
        }
        let x = scalarsA[position(of: repeated(place, a.shape), in: a.shape)]
        let y = scalarsB[position(of: repeated(place, b.shape), in: b.shape)]
        #expect(scalars[offset] == x - y, "at \(place)")
      }
    }
  }

  @Test func numbersOnEitherSide() {
    let x = Tensor([1, -2, 4])
    #expect((x + 1).scalars == [2, -1, 5])
    #expect((1 + x).scalars == [2, -1, 5])
    #expect((x - 1).scalars == [0, -3, 3])
    #expect((1 - x).scalars == [0, 3, -3])
    #expect((x * 2).scalars == [2, -4, 8])
    #expect((2 * x).scalars == [2, -4, 8])
    #expect((x / 2).scalars == [0.5, -1, 2])
    #expect((2 / x).scalars == [2, -1, 0.5])
    #expect((-x).scalars == [-1, 2, -4])
    #expect(Tensor([0]).scalars[0].sign == .plus && (-Tensor([0])).scalars[0].sign == .minus)
  }

  @Test func compoundAssignmentKeepsCopiesApart() {
    var a = Tensor([1, 2, 3])
    let copy = a
    a += Tensor([10, 20, 30])
    #expect(copy.scalars == [1, 2, 3])
    a -= Tensor([1])
    a *= Tensor([1, 2, 3])
    a *= 2
    a /= 4
    #expect(a.scalars == [5, 21, 48])
  }

  @Test func broadcastRepeats() {
    let x = Tensor([-0.0, .infinity, .nan], shape: [1, 3])
    let y = x.broadcast(to: [2, 2, 3])
    #expect(y.shape == [2, 2, 3])
    for row in 0..<4 {
      let scalars = Array(y.scalars[row * 3..<row * 3 + 3])
      #expect(scalars[0].sign == .minus && scalars[1] == .infinity && scalars[2].isNaN)
    }
  }

  @Test func shapesThatDoNotBroadcastStop() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) + Tensor.zeros([2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).broadcast(to: [3]) }
  }
}
