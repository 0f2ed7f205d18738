import Foundation
import Tensor
import TestSupport
import Testing

@Suite(.traced) struct LossTests {
  @Test func crossEntropyAgreesWithTheDefinition() {
    var random = RandomSource(seed: 1)
    withEvery("shape", in: [[1, 1], [3, 4], [64, 10], [7, 1000], [20_001, 5]] as [Shape]) { shape in
      let x = Tensor(uniform: shape, low: -10, high: 10, using: &random)
      let labels = (0..<shape[0]).map { _ in random.integer(below: shape[1]) }
      let scalars = x.scalars.map(Double.init)
      var loss = 0.0
      var gradient = [Double](repeating: 0, count: x.count)
      for (row, label) in labels.enumerated() {
        let start = row * shape[1]
        let sum = scalars[start..<start + shape[1]].reduce(0) { $0 + exp($1) }
        loss += (log(sum) - scalars[start + label]) / Double(labels.count)
        for column in 0..<shape[1] {
          let probability = exp(scalars[start + column]) / sum
          gradient[start + column] = (probability - (column == label ? 1 : 0)) / Double(labels.count) * 3
        }
      }
      #expect(mismatch(crossEntropy(logits: x, labels: labels), [loss], shape: [], tolerance: 3e-7) == nil)
      var module = Variable(x)
      let traced = module.valueAndGradient { crossEntropy(logits: $0.value, labels: labels) * 3 }
      #expect(mismatch([traced.value], [3 * loss], tolerance: 3e-7) == nil)
      let scale = Double(labels.count)
      #expect(
        mismatch(traced.gradient.tensors[0] * Float(scale), gradient.map { $0 * scale }, shape: shape, tolerance: 2e-6)
          == nil)
    }
  }

  @Test func binaryCrossEntropyAgreesWithTheDefinition() {
    var random = RandomSource(seed: 2)
    withEvery("shape", in: [[1], [3, 4], [70_001]] as [Shape]) { shape in
      let x = Tensor(uniform: shape, low: -10, high: 10, using: &random)
      let t = Tensor(uniform: shape, using: &random)
      func loss(_ targets: [Double]) -> Double {
        zip(x.scalars, targets).reduce(0) { $0 + log1p(exp(Double($1.0))) - Double($1.0) * $1.1 } / Double(x.count)
      }
      let constant = [Double](repeating: Double(Float(0.9)), count: x.count)
      #expect(
        mismatch(
          binaryCrossEntropy(logits: x, target: t), [loss(t.scalars.map(Double.init))], shape: [], tolerance: 3e-7)
          == nil)
      #expect(mismatch(binaryCrossEntropy(logits: x, target: 0.9), [loss(constant)], shape: [], tolerance: 3e-7) == nil)
      #expect(
        binaryCrossEntropy(logits: x, target: 0.25).scalar
          == binaryCrossEntropy(logits: x, target: Tensor(repeating: 0.25, shape: shape)).scalar)
    }
  }

  @Test func regressionErrorsAgreeWithTheDefinition() {
    var random = RandomSource(seed: 3)
    withEvery("shape", in: [[1], [3, 4], [70_001]] as [Shape]) { shape in
      let a = Tensor(uniform: shape, low: -10, high: 10, using: &random)
      let b = Tensor(uniform: shape, low: -10, high: 10, using: &random)
      let differences = zip(a.scalars, b.scalars).map { Double($0) - Double($1) }
      let count = Double(differences.count)
      let squared = differences.reduce(0) { $0 + $1 * $1 } / count
      let absolute = differences.reduce(0) { $0 + abs($1) } / count
      #expect(mismatch(meanSquaredError(a, b), [squared], shape: [], tolerance: 3e-7) == nil)
      #expect(mismatch(meanAbsoluteError(a, b), [absolute], shape: [], tolerance: 3e-7) == nil)
    }
    #expect(meanSquaredError(Tensor([1, 2]), Tensor([3, 2])).scalar == 2)
    #expect(meanAbsoluteError(Tensor([1, 2]), Tensor([3, 2])).scalar == 1)
  }

  @Test func extremeLogitsStayFinite() {
    var module = Variable(Tensor([1e4, -1e4, -1e4, 1e4], shape: [2, 2]))
    let cross = module.valueAndGradient { crossEntropy(logits: $0.value, labels: [1, 1]) }
    #expect(cross.value == 1e4)
    #expect(cross.gradient.tensors[0].scalars == [0.5, -0.5, 0, 0])
    let binary = module.valueAndGradient { binaryCrossEntropy(logits: $0.value, target: 1) }
    #expect(binary.value == 5e3)
    #expect(binary.gradient.tensors[0].scalars == [0, -0.25, -0.25, 0])
  }

  @Test func equalOperandsHaveNoAbsoluteGradient() {
    var module = Variable(Tensor([1, 2, 4]))
    let error = module.valueAndGradient { meanAbsoluteError($0.value, Tensor([1, 3, 3])) }
    #expect(error.gradient.tensors[0].scalars == [0, -1 / 3, 1 / 3])
  }

  @Test func notANumberIsSeen() {
    #expect(crossEntropy(logits: Tensor([1, .nan], shape: [1, 2]), labels: [0]).scalar.isNaN)
    #expect(binaryCrossEntropy(logits: Tensor([1, .nan]), target: 1).scalar.isNaN)
    #expect(meanSquaredError(Tensor([1, .nan]), Tensor([1, 1])).scalar.isNaN)
    #expect(meanAbsoluteError(Tensor([1, .nan]), Tensor([1, 1])).scalar.isNaN)
  }

  @Test func wrongShapesStop() async {
    await #expect(processExitsWith: .failure) { _ = crossEntropy(logits: .zeros([2, 3]), labels: [0]) }
    await #expect(processExitsWith: .failure) { _ = crossEntropy(logits: .zeros([2, 3]), labels: [0, 3]) }
    await #expect(processExitsWith: .failure) { _ = crossEntropy(logits: .zeros([0, 3]), labels: []) }
    await #expect(processExitsWith: .failure) { _ = meanSquaredError(.zeros([2, 1]), .zeros([2])) }
    await #expect(processExitsWith: .failure) { _ = binaryCrossEntropy(logits: .zeros([2]), target: .zeros([1])) }
  }
}
