import Tensor
import TestSupport

extension OperationCase {
  static let shaping: [OperationCase] = {
    let cube = Operand.uniform([2, 3, 4])
    return [
      OperationCase(unary: "reshaped", files: ["Shaping"], cube) { $0.reshaped(to: [6, 4]) },
      OperationCase(unary: "flattened", files: ["Shaping"], cube) { $0.flattened() },
      OperationCase(unary: "rows", files: ["Shaping"], .uniform([5, 3])) { $0.rows(1..<4) },
      OperationCase(unary: "overlapping rows", files: ["Shaping"], .uniform([5, 3])) {
        $0.rows(1..<4) * $0.rows(2..<5)
      },
      OperationCase(unary: "transposed", files: ["Transposition"], .uniform([3, 4])) { $0.transposed() },
      OperationCase(unary: "transposed [2, 0, 1]", files: ["Transposition"], cube) {
        $0.transposed(permutation: [2, 0, 1])
      },
      OperationCase(unary: "transposed [0, 3, 1, 2]", files: ["Transposition"], .uniform([2, 3, 2, 2])) {
        $0.transposed(permutation: [0, 3, 1, 2])
      },
      OperationCase(binary: "concatenate 0", files: ["Joining"], .uniform([2, 3]), .uniform([1, 3])) {
        concatenate([$0, $1])
      },
      OperationCase(binary: "concatenate 1", files: ["Joining"], .uniform([2, 3, 2]), .uniform([2, 1, 2])) {
        concatenate([$0, $1, $0], alongAxis: 1)
      },
      OperationCase(binary: "stacked", files: ["Joining"], .uniform([2, 3]), .uniform([2, 3])) { stacked([$0, $1]) },
      OperationCase(unary: "split 0", files: ["Joining"], .uniform([5, 2])) { x in
        let parts = x.split(sizes: [2, 1, 2])
        return parts[0] * parts[2] + parts[1]
      },
      OperationCase(unary: "split 1", files: ["Joining"], .uniform([2, 5, 2])) { x in
        let parts = x.split(sizes: [2, 1, 2], alongAxis: 1)
        return parts[0] * parts[2] + parts[1]
      },
      OperationCase(unary: "reversed", files: ["Joining"], cube) { $0.reversed(alongAxis: 1) },
      OperationCase(unary: "gathered", files: ["Gathering"], .uniform([4, 3])) { $0.gathered(rows: [2, 0, 2, 3, 2]) },
    ]
  }()

  static let softmaxes: [OperationCase] = [
    OperationCase(unary: "softmax", files: ["Softmax"]) { softmax($0) },
    OperationCase(unary: "softmax of [2, 2, 3]", files: ["Softmax"], .uniform([2, 2, 3])) { softmax($0) },
    OperationCase(unary: "logSoftmax", files: ["Softmax"]) { logSoftmax($0) },
    OperationCase(unary: "logSumExp", files: ["Softmax"]) { logSumExp($0) },
    OperationCase(unary: "logSumExp of a vector", files: ["Softmax"], .uniform([5])) { logSumExp($0) },
  ]

  static let products: [OperationCase] = [
    OperationCase(binary: "matmul", files: ["Matmul"], .uniform([3, 4]), .uniform([4, 2])) { matmul($0, $1) },
    OperationCase(binary: "matmul, a transposed", files: ["Matmul"], .uniform([4, 3]), .uniform([4, 2])) {
      matmul($0, $1, transposeA: true)
    },
    OperationCase(binary: "matmul, b transposed", files: ["Matmul"], .uniform([3, 4]), .uniform([2, 4])) {
      matmul($0, $1, transposeB: true)
    },
    OperationCase(binary: "matmul, both transposed", files: ["Matmul"], .uniform([4, 3]), .uniform([2, 4])) {
      matmul($0, $1, transposeA: true, transposeB: true)
    },
  ]

  static let losses: [OperationCase] = [
    OperationCase(unary: "crossEntropy", files: ["CrossEntropy", "LossValue"], .uniform([3, 4])) {
      crossEntropy(logits: $0, labels: [1, 3, 0])
    },
    OperationCase(
      binary: "binaryCrossEntropy", files: ["BinaryCrossEntropy"], .uniform([3, 2]), .uniform([3, 2], in: 0...1)
    ) { binaryCrossEntropy(logits: $0, target: $1) },
    OperationCase(unary: "binaryCrossEntropy, one target", files: ["BinaryCrossEntropy"], .uniform([3, 2])) {
      binaryCrossEntropy(logits: $0, target: 0.9)
    },
    OperationCase(binary: "meanSquaredError", files: ["Regression"], .uniform([3, 2]), .uniform([3, 2])) {
      meanSquaredError($0, $1)
    },
    OperationCase(
      binary: "meanAbsoluteError", files: ["Regression"], .uniform([3, 2], in: -2...0), .uniform([3, 2], in: 0.2...2)
    ) { meanAbsoluteError($0, $1) },
  ]
}
