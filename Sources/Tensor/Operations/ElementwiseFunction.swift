internal import CKernels

/// A differentiable function of one scalar, applied to every element in one pass: forward, and backward.
package enum ElementwiseFunction: Sendable, Hashable {
  case relu
  case leakyReLU(slope: Float)
  case elu(alpha: Float)
  case softplus
  case tanh
  case sigmoid
  case gelu
  case geluTanh
  case square
  case squareRoot
  case exponential
  case logarithm
  case absoluteValue
  case power(Float)
  case clamp(low: Float, high: Float)

  /// The kernel and its two parameters.
  private var kernel: (function: ladle_unary_function, p: Float, q: Float) {
    switch self {
    case .relu: (LADLE_RELU, 0, 0)
    case .leakyReLU(let slope): (LADLE_LEAKY_RELU, slope, 0)
    case .elu(let alpha): (LADLE_ELU, alpha, 0)
    case .softplus: (LADLE_SOFTPLUS, 0, 0)
    case .tanh: (LADLE_TANH, 0, 0)
    case .sigmoid: (LADLE_SIGMOID, 0, 0)
    case .gelu: (LADLE_GELU, 0, 0)
    case .geluTanh: (LADLE_GELU_TANH, 0, 0)
    case .square: (LADLE_SQUARE, 0, 0)
    case .squareRoot: (LADLE_SQUARE_ROOT, 0, 0)
    case .exponential: (LADLE_EXPONENTIAL, 0, 0)
    case .logarithm: (LADLE_LOGARITHM, 0, 0)
    case .absoluteValue: (LADLE_ABSOLUTE, 0, 0)
    case .power(let exponent): (LADLE_POWER, exponent, 0)
    case .clamp(let low, let high): (LADLE_CLAMP, low, high)
    }
  }

  /// Whether the derivative is computed from the output, which the next operation usually keeps anyway; otherwise
  /// from the input.
  package var differentiatesFromOutput: Bool {
    switch self {
    case .relu, .leakyReLU, .elu, .tanh, .sigmoid, .squareRoot, .exponential: true
    case .softplus, .gelu, .geluTanh, .square, .logarithm, .absoluteValue, .power, .clamp: false
    }
  }

  /// f(x), untraced.
  package func forward(_ x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: x.shape)
    let (kernel, source, target) = (self.kernel, x.pointer, y.freshPointer)
    parallelChunks(x.count, of: elementwiseChunk) { range in
      ladle_unary(
        kernel.function, kernel.p, kernel.q, source + range.lowerBound, target + range.lowerBound, range.count)
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// The gradient with respect to x from `saved`, the output or the input, and the gradient with respect to f(x).
  package func backward(_ cotangent: Tensor, saved: Tensor) -> Tensor {
    var gradient = cotangent
    pullBack(&gradient, saved: saved)
    return gradient
  }

  /// The same in place, if nobody else holds the gradient.
  func pullBack(_ cotangent: inout Tensor, saved: Tensor) {
    precondition(cotangent.shape == saved.shape, "a gradient of shape \(cotangent.shape) for \(saved.shape)")
    let gradient = cotangent.overwritable()
    let (kernel, source, dy, target) = (self.kernel, saved.pointer, cotangent.pointer, gradient.freshPointer)
    parallelChunks(saved.count, of: elementwiseChunk) { range in
      ladle_unary_backward(
        kernel.function, kernel.p, kernel.q, source + range.lowerBound, dy + range.lowerBound,
        target + range.lowerBound, range.count)
    }
    withExtendedLifetime((saved, cotangent)) {}
    cotangent = gradient
  }
}

extension Tensor {
  /// `function` of every element.
  package func mapped(by function: ElementwiseFunction) -> Tensor {
    let y = function.forward(self)
    let saved = function.differentiatesFromOutput ? y : detached
    return y.recorded(from: self) { cotangent, _ in
      function.pullBack(&cotangent, saved: saved)
      return [cotangent]
    }
  }
}
