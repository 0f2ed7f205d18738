import Foundation
import Tensor

// Loops that memory limits, or one division or exponential per scalar. Their rate is in bytes read and written.

extension Measurement {
  private static func count(_ scale: Scale) -> Int { scale == .full ? 4 << 20 : 1 << 16 }

  /// Finite numbers of about one.
  private static func numbers(_ shape: Shape, seed: Int = 1) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(uniform: shape, low: -3, high: 3, using: &random)
  }

  /// What is wrong with the first of `found` that is not within `bound` of `expected(i)`, looking at a hundred of them.
  private static func sampled(_ found: Tensor, bound: Double, _ expected: (Int) -> Double) -> String? {
    for sample in 0..<100 {
      let index = sample * 7919 % found.count
      let (value, right) = (Double(found.pointer[index]), expected(index))
      if !(abs(value - right) <= bound * max(1, abs(right))) {
        return "number \(index) is \(value) and should be \(right)"
      }
    }
    return nil
  }

  static let elementwise: [Measurement] =
    [
      elementary("relu", .relu) { max(0, $0) }, elementary("exp", .exponential) { exp($0) },
      elementary("sigmoid", .sigmoid) { 1 / (1 + exp(-$0)) }, elementary("tanh", .tanh) { tanh($0) },
      elementary("gelu", .gelu) { $0 * 0.5 * erfc(-$0 / 2.squareRoot()) },
    ] + [
      Measurement(.elementwise, "add", "a + b") { scale in
        let (a, b) = (numbers([count(scale)]), numbers([count(scale)], seed: 2))
        var y = a
        return Work(
          operations: nil, bytes: 12 * Double(a.count), once: { y = a + b },
          problem: { sampled(y, bound: 1e-6) { Double(a.pointer[$0]) + Double(b.pointer[$0]) } })
      },
      Measurement(.elementwise, "sum", "sum of rows") { scale in
        let x = numbers([count(scale) / 256, 256])
        var y = x
        return Work(
          operations: nil, bytes: 4 * Double(x.count), once: { y = x.sum(alongAxes: [0]) },
          problem: {
            sampled(y, bound: 1e-6 * Double(x.count).squareRoot()) { column in
              (0..<x.shape[0]).reduce(0) { $0 + Double(x.pointer[$1 * 256 + column]) }
            }
          })
      },
      Measurement(.elementwise, "softmax", "softmax of rows of 10") { scale in
        let x = numbers([count(scale) / 10, 10])
        var y = x
        return Work(
          operations: nil, bytes: 8 * Double(x.count), once: { y = softmax(x) },
          problem: {
            sampled(y, bound: 1e-6) { index in
              let row = (0..<10).map { exp(Double(x.pointer[index / 10 * 10 + $0])) }
              return row[index % 10] / row.reduce(0, +)
            }
          })
      },
      Measurement(.elementwise, "uniform", "uniform random numbers") { scale in
        let shape = [count(scale)]
        var y = Tensor(0)
        return Work(
          operations: nil, bytes: 4 * Double(shape[0]),
          once: {
            var random = RandomSource(seed: 1)
            y = Tensor(uniform: shape, using: &random)
          },
          problem: {
            let mean = y.mean().scalar
            return abs(mean - 0.5) < 0.01 ? nil : "the mean is \(mean)"
          })
      },
    ]

  private static func elementary(
    _ name: String, _ function: ElementwiseFunction, _ exact: @escaping @Sendable (Double) -> Double
  ) -> Measurement {
    Measurement(.elementwise, name, "\(name), forward") { scale in
      let x = numbers([count(scale)])
      var y = x
      return Work(
        operations: nil, bytes: 8 * Double(x.count), once: { y = function.forward(x) },
        problem: { sampled(y, bound: 1e-6) { exact(Double(x.pointer[$0])) } })
    }
  }

  static let normalization: [Measurement] = [
    Measurement(.normalization, "batch-norm", "batch norm + ReLU, forward") { scale in
      let x = numbers([count(scale) / 64, 64])
      let (one, zero) = (Tensor.ones([64]), Tensor.zeros([64]))
      var y = x
      return Work(
        // Once for the statistics, once for the result.
        operations: nil, bytes: 12 * Double(x.count),
        once: { y = batchNormalized(x, scale: one, shift: zero, epsilon: 1e-5, slope: 0).output },
        problem: {
          // Half of a symmetric distribution is left, and its squares are half of the variance.
          let squares = y.squared().mean().scalar
          return abs(squares - 0.5) < 0.02 ? nil : "the mean square is \(squares), not a half"
        })
    },
    Measurement(.normalization, "batch-norm-gradient", "batch norm + ReLU, forward and backward") { scale in
      var variable = Variable(numbers([count(scale) / 64, 64]))
      let weights = numbers(variable.value.shape, seed: 3)
      let (one, zero) = (Tensor.ones([64]), Tensor.zeros([64]))
      var gradient = weights
      return Work(
        operations: nil, bytes: nil,
        once: {
          gradient =
            variable.valueAndGradient {
              (batchNormalized($0.value, scale: one, shift: zero, epsilon: 1e-5, slope: 0.2).output * weights).sum()
            }.gradient.tensors[0]
        },
        problem: {
          // The output does not change when a channel is shifted: a gradient sums to nothing along every channel.
          let sums = gradient.sum(alongAxes: [0]).absoluteValue().max().scalar
          let total = gradient.absoluteValue().sum(alongAxes: [0]).max().scalar
          return sums <= 1e-4 * total && total > 0 ? nil : "a gradient sums to \(sums) of \(total)"
        })
    },
  ]

  static let pooling: [Measurement] = [
    pool("max-pool", "2×2 maximum, forward and backward") { maxPool2D($0, size: 2) },
    pool("average-pool", "2×2 mean, forward and backward") { averagePool2D($0, size: 2) },
  ]

  private static func pool(
    _ name: String, _ title: String, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> Measurement {
    Measurement(.pooling, name, title) { scale in
      var variable = Variable(numbers([scale == .full ? 64 : 2, 32, 32, 64]))
      var gradient = variable.value
      return Work(
        operations: nil, bytes: nil,
        once: { gradient = variable.valueAndGradient { function($0.value).sum() }.gradient.tensors[0] },
        problem: {
          // Each of the windows hands on one in all.
          let (sum, windows) = (gradient.sum().scalar, Float(gradient.count / 4))
          return abs(sum - windows) <= 1e-4 * windows ? nil : "the gradient sums to \(sum), not \(windows)"
        })
    }
  }

  static let optimizers: [Measurement] = [
    optimizer("sgd", "SGD with momentum", bytes: 20, step: 0.001) { SGD(learningRate: 0.001, momentum: 0.9) },
    optimizer("adam", "Adam", bytes: 28, step: 0.001) { Adam(learningRate: 0.001) },
    optimizer("rmsprop", "RMSProp", bytes: 20, step: 0.01) { RMSProp(learningRate: 0.001, smoothing: 0.99) },
  ]

  /// `bytes` per scalar; the first step along a gradient of ones is `step` long.
  private static func optimizer<Rule: Optimizer>(
    _ name: String, _ title: String, bytes: Double, step: Float,
    _ make: @escaping @Sendable () -> Rule
  ) -> Measurement where Rule.Model == Variable {
    Measurement(.optimizer, name, "\(title), one update") { scale in
      let shape = [count(scale)]
      var model = Variable(.zeros(shape))
      let gradient = Gradient<Variable>(tensors: [.ones(shape)], names: ["value"], unused: [])
      var optimizer = make()
      return Work(
        operations: nil, bytes: bytes * Double(shape[0]), once: { optimizer.update(&model, along: gradient) },
        problem: {
          var (fresh, first) = (make(), Variable(.zeros(shape)))
          fresh.update(&first, along: gradient)
          let (least, most) = (first.value.min().scalar, first.value.max().scalar)
          guard least == most, abs(least + step) <= 1e-3 * step else {
            return "the first step is from \(least) to \(most), not -\(step)"
          }
          let value = model.value.max().scalar
          return value.isFinite && value < least ? nil : "after several steps a parameter is \(value)"
        })
    }
  }
}
