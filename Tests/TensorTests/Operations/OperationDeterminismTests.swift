import Tensor
import TestSupport
import Testing

/// The same bits for 1, 2 and 3 threads, on sizes that are cut into several units.
@Suite(.serialized) struct OperationDeterminismTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor) -> Tensor
  }

  static let cases: [Case] = [
    Case(testDescription: "sum") { $0.sum() },
    Case(testDescription: "sum of rows") { $0.sum(alongAxes: [1]) },
    Case(testDescription: "sum of columns") { $0.sum(alongAxes: [0]) },
    Case(testDescription: "sum of a long row") { $0.reshaped(to: [2, $0.count / 2]).sum(alongAxes: [1]) },
    Case(testDescription: "variance") { $0.variance(alongAxes: [0]) },
    Case(testDescription: "max") { $0.max(alongAxes: [0]) },
    Case(testDescription: "softmax") { softmax($0) },
    Case(testDescription: "logSumExp") { logSumExp($0) },
    Case(testDescription: "gelu") { $0.gelu() },
    Case(testDescription: "tanh") { $0.tanh() },
    Case(testDescription: "broadcast product") { $0 * $0.mean(alongAxes: [0]) },
    Case(testDescription: "transposition") { $0.transposed() },
    Case(testDescription: "gathering") { $0.gathered(rows: (0..<3000).map { $0 * 7 % 500 }) },
    Case(testDescription: "matmul") { matmul($0, $0, transposeA: true) },
    Case(testDescription: "crossEntropy") { x in
      crossEntropy(logits: x, labels: (0..<x.shape[0]).map { $0 * 31 % x.shape[1] })
    },
    Case(testDescription: "binaryCrossEntropy") { binaryCrossEntropy(logits: $0, target: 0.9) },
    Case(testDescription: "meanSquaredError") { meanSquaredError($0, $0.reversed(alongAxis: 1)) },
    Case(testDescription: "meanAbsoluteError") { meanAbsoluteError($0, $0.reversed(alongAxis: 1)) },
  ]

  @Test(arguments: cases) func sameBitsForAnyNumberOfThreads(operation: Case) {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    var random = RandomSource(seed: 1)
    let x = Tensor(uniform: [3001, 70], low: -3, high: 3, using: &random)
    let results = [1, 2, 3].map { threads -> [Tensor] in
      ThreadPool.threadCount = threads
      var module = Variable(x)
      let (value, gradient) = module.valueAndGradient { (operation.function($0.value).squared()).mean() }
      return [operation.function(x), Tensor(value), gradient.tensors[0]]
    }
    for other in results.dropFirst() {
      for (one, many) in zip(results[0], other) { #expect(bitMismatch(one, many) == nil) }
    }
  }
}
