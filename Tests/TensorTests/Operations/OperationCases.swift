import Tensor
import TestSupport

extension OperationCase {
  /// Every case: one array per family. Add yours here.
  static let all: [OperationCase] = [
    arithmetic, unary, activations, reductions, shaping, softmaxes, products, losses, convolutions,
    groupedConvolutions, pooling, normalizations,
  ].flatMap { $0 }

  static let arithmetic: [OperationCase] = {
    let files = ["Arithmetic", "Broadcasting"]
    let shapes: [(Shape, Shape)] = [
      ([3, 4], [3, 4]), ([3, 4], [4]), ([3, 4], [3, 1]), ([3, 4], []), ([], [3, 4]), ([2, 1, 3], [4, 1]),
      ([2, 3, 2, 3], [1, 3, 1, 3]), ([1], [2, 3]),
    ]
    let operators: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
      ("+", { $0 + $1 }), ("-", { $0 - $1 }), ("*", { $0 * $1 }), ("/", { $0 / $1 }),
    ]
    let broadcasting = operators.flatMap { name, function in
      shapes.map { a, b in
        OperationCase(
          binary: "\(a) \(name) \(b)", files: files, .uniform(a), .uniform(b, in: 1...3), function: function)
      }
    }
    return broadcasting + [
      OperationCase(unary: "x + 2", files: files) { $0 + 2 },
      OperationCase(unary: "2 + x", files: files) { 2 + $0 },
      OperationCase(unary: "x - 2", files: files) { $0 - 2 },
      OperationCase(unary: "2 - x", files: files) { 2 - $0 },
      OperationCase(unary: "x * 3", files: files) { $0 * 3 },
      OperationCase(unary: "3 * x", files: files) { 3 * $0 },
      OperationCase(unary: "x / 3", files: files) { $0 / 3 },
      OperationCase(unary: "3 / x", files: files, .uniform([3, 5], in: 1...3)) { 3 / $0 },
      OperationCase(unary: "-x", files: files) { -$0 },
      OperationCase(unary: "x * x", files: files) { $0 * $0 },
      OperationCase(binary: "compound assignment", files: files, .uniform([2, 3]), .uniform([2, 3])) { a, b in
        var sum = a
        sum += b
        sum -= b * a
        sum *= b
        sum *= 2
        sum /= 3
        return sum
      },
      OperationCase(unary: "broadcast", files: files, .uniform([2, 1, 3])) { $0.broadcast(to: [2, 2, 4, 3]) },
    ]
  }()

  static let unary: [OperationCase] = {
    let files = ["Unary", "ElementwiseFunction"]
    return [
      OperationCase(unary: "squared", files: files) { $0.squared() },
      OperationCase(unary: "squareRoot", files: files, .uniform([3, 5], in: 0.5...3)) { $0.squareRoot() },
      OperationCase(unary: "exponential", files: files) { $0.exponential() },
      OperationCase(unary: "logarithm", files: files, .uniform([3, 5], in: 0.5...3)) { $0.logarithm() },
      OperationCase(unary: "absoluteValue", files: files, .uniform([3, 5], awayFrom: [0])) { $0.absoluteValue() },
      OperationCase(unary: "power 1", files: files) { $0.power(1) },
      OperationCase(unary: "power 2", files: files) { $0.power(2) },
      OperationCase(unary: "power 3", files: files) { $0.power(3) },
      OperationCase(unary: "power -1", files: files, .uniform([3, 5], in: 1...3)) { $0.power(-1) },
      OperationCase(unary: "power 1/2", files: files, .uniform([3, 5], in: 0.5...3)) { $0.power(0.5) },
      OperationCase(unary: "power 1.7", files: files, .uniform([3, 5], in: 0.5...3)) { $0.power(1.7) },
      OperationCase(unary: "clamped", files: files, .uniform([4, 5], awayFrom: [-0.5, 1])) {
        $0.clamped(to: -0.5...1)
      },
    ]
  }()

  static let activations: [OperationCase] = {
    let files = ["Activations", "ElementwiseFunction"]
    let awayFromZero = Operand.uniform([4, 5], in: -3...3, awayFrom: [0])
    let everywhere = Operand.uniform([4, 5], in: -4...4)
    return [
      OperationCase(unary: "relu", files: files, awayFromZero) { $0.relu() },
      OperationCase(unary: "leakyReLU", files: files, awayFromZero) { $0.leakyReLU(slope: 0.1) },
      OperationCase(unary: "elu", files: files, awayFromZero) { $0.elu() },
      OperationCase(unary: "elu, alpha 0.5", files: files, awayFromZero) { $0.elu(alpha: 0.5) },
      OperationCase(unary: "softplus", files: files, everywhere) { $0.softplus() },
      OperationCase(unary: "tanh", files: files, everywhere) { $0.tanh() },
      OperationCase(unary: "sigmoid", files: files, everywhere) { $0.sigmoid() },
      OperationCase(unary: "gelu", files: files, everywhere) { $0.gelu() },
      OperationCase(unary: "gelu, approximate", files: files, everywhere) { $0.gelu(approximate: true) },
    ]
  }()

  static let reductions: [OperationCase] = {
    let files = ["Reductions", "ReductionKernel"]
    let axes = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], []]
    let alongAxes = axes.flatMap { axes in
      [false, true].flatMap { keeping in
        let label = "along \(axes)\(keeping ? ", kept" : "")"
        return [
          OperationCase(unary: "sum \(label)", files: files, .uniform([2, 3, 4])) {
            $0.sum(alongAxes: axes, keepingAxes: keeping)
          },
          OperationCase(unary: "mean \(label)", files: files, .uniform([2, 3, 4])) {
            $0.mean(alongAxes: axes, keepingAxes: keeping)
          },
          OperationCase(unary: "variance \(label)", files: files, .uniform([2, 3, 4])) {
            $0.variance(alongAxes: axes, keepingAxes: keeping)
          },
          OperationCase(unary: "max \(label)", files: files, .distinct([2, 3, 4])) {
            $0.max(alongAxes: axes, keepingAxes: keeping)
          },
          OperationCase(unary: "min \(label)", files: files, .distinct([2, 3, 4])) {
            $0.min(alongAxes: axes, keepingAxes: keeping)
          },
        ]
      }
    }
    return alongAxes + [
      OperationCase(unary: "sum", files: files) { $0.sum() },
      OperationCase(unary: "mean", files: files) { $0.mean() },
      OperationCase(unary: "variance", files: files) { $0.variance() },
      OperationCase(unary: "max", files: files, .distinct([3, 4])) { $0.max() },
      OperationCase(unary: "min", files: files, .distinct([3, 4])) { $0.min() },
    ]
  }()
}
