import Tensor
import TestSupport
import Testing

/// The check itself must notice what it is there for.
@Suite struct GradientCheckTests {
  private let operands = [Tensor([0.5, -1, 2]), Tensor([1, 1.5, -0.5])]

  /// x·y with the gradients replaced.
  private func product(
    _ operands: [Tensor], _ pullback: @escaping @Sendable (Tensor, [Bool], Tensor, Tensor) -> [Tensor?]
  ) -> Tensor {
    let (x, y) = (operands[0].detached, operands[1].detached)
    return (x * y).recorded(from: operands[0], operands[1]) { pullback($0, $1, x, y) }
  }

  @Test func rightGradientsPass() {
    let result = gradientMismatch(of: { self.product($0) { c, _, x, y in [c * y, c * x] } }, at: operands)
    #expect(result == nil)
  }

  @Test func wrongScaleIsNoticed() {
    let result = gradientMismatch(of: { self.product($0) { c, _, x, y in [c * y, c * x * 1.01] } }, at: operands)
    #expect(result?.contains("operand 1") == true)
  }

  @Test func anIgnoredCotangentIsNoticed() {
    let result = gradientMismatch(of: { self.product($0) { _, _, x, y in [y, x] } }, at: operands)
    #expect(result?.contains("operand 0") == true)
  }

  @Test func dependenceOnWhatElseIsTracedIsNoticed() {
    let result = gradientMismatch(
      of: { self.product($0) { c, wanted, x, y in [wanted[1] ? c * y : c, c * x] } }, at: operands)
    #expect(result?.contains("not traced") == true)
  }

  @Test func aSwappedElementIsNoticed() {
    let result = gradientMismatch(
      of: { self.product($0) { c, _, x, y in [(c * y).reversed(alongAxis: 0), c * x] } }, at: operands)
    #expect(result?.contains("operand 0") == true)
  }

  @Test func tracesNest() {
    var seen: [String] = []
    withEvery("a", in: 1...2) { _ in
      withEvery("b", in: ["x"]) { _ in seen.append(Trace.description) }
    }
    #expect(seen == ["a = 1, b = x", "a = 2, b = x"])
  }
}
