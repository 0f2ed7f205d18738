import Foundation
import Tensor
import TestSupport
import Testing

/// Pullbacks write into a cotangent that nobody else holds. Where somebody does, they must not.
@Suite("Cotangents that are overwritten")
struct OverwrittenCotangentTests {
  private struct Pair: Module {
    var a: Tensor
    var b: Tensor

    mutating func visitParameters(with visitor: inout some ParameterVisitor) {
      visitor.visit("a", &a)
      visitor.visit("b", &b)
    }
  }

  @Test("A sum gives both operands one cotangent, and each has its own gradient")
  func sharedBySum() {
    var pair = Pair(a: Tensor([1, -1, 2, -2]), b: Tensor([-1, 1, 2, -3]))
    let weights = Tensor([1, 2, 3, 4])
    let (_, gradient) = pair.valueAndGradient { (($0.a.relu() + $0.b.leakyReLU(slope: 0.5)) * weights).sum() }
    #expect(gradient.tensors[0].scalars == [1, 0, 3, 0])
    #expect(gradient.tensors[1].scalars == [0.5, 2, 3, 2])
    #expect(weights.scalars == [1, 2, 3, 4])
  }

  @Test("A shape that shares its scalars shares them with its gradient too")
  func sharedByShape() {
    var pair = Pair(a: Tensor([1, -1, 2, -2]), b: Tensor([3, 3, 3, 3]))
    let (_, gradient) = pair.valueAndGradient { pair in
      let rows = pair.a.relu().reshaped(to: [2, 2])
      return (rows.tanh() + rows.reshaped(to: [2, 2]).squared()).sum() + (pair.b.relu() * pair.a.relu()).sum()
    }
    let expected = [1.0, 2.0].map { x in 1 - tanh(x) * tanh(x) + 2 * x + 3 }
    #expect(mismatch(gradient.tensors[0], [expected[0], 0, expected[1], 0], shape: [4], tolerance: 1e-6) == nil)
    #expect(gradient.tensors[1].scalars == [1, 0, 2, 0])
  }

  /// The identity shortcut and the batch norm at the end of the branch get the same cotangent.
  @Test("Around a residual block, gradients are those of its parts computed apart")
  func residualSum() {
    var random = RandomSource(seed: 6)
    let x = Tensor(normal: [6, 4, 4, 8], using: &random)
    let y = Tensor(normal: [6, 4, 4, 8], using: &random)
    let weights = Tensor(normal: [6, 4, 4, 8], using: &random)
    let (scale, shift) = (Tensor(normal: [8], using: &random), Tensor(normal: [8], using: &random))
    var (fused, apart) = (Pair(a: x, b: y), Pair(a: x, b: y))
    let first = fused.valueAndGradient {
      (rectifiedSum(NormalizedBatch($0.a, scale: scale, shift: shift, epsilon: 1e-5, slope: 1), $0.b) * weights).sum()
    }
    let second = apart.valueAndGradient {
      let normal = batchNormalized($0.a, scale: scale, shift: shift, epsilon: 1e-5, slope: 1).output
      return ((normal + $0.b).relu() * weights).sum()
    }
    for (a, b) in zip(first.gradient.tensors, second.gradient.tensors) {
      #expect(mismatch(a, b.scalars.map(Double.init), shape: b.shape, tolerance: 1e-5) == nil)
    }
  }
}
