internal import Tensor

/// A kernel with its numbers resolved: what turns products x·z into kernel values.
enum KernelFunction: Sendable, Hashable {
  case linear
  case radialBasis(gamma: Float)
  case polynomial(degree: Int, gamma: Float, coefficient0: Float)
  case sigmoid(gamma: Float, coefficient0: Float)

  /// The function that `kernel` means on the training inputs `x`, `[N, D]`.
  init(_ kernel: SupportVectorMachine.Kernel, on x: Tensor) {
    func resolved(_ gamma: SupportVectorMachine.Gamma) -> Float {
      switch gamma {
      case .value(let value): return value
      case .scale:
        let variance = x.moments().variance
        // Constant inputs have no scale; any width will do.
        return variance > 0 ? Float(1 / (Double(x.shape[1]) * variance)) : 1
      }
    }
    switch kernel {
    case .linear: self = .linear
    case .radialBasis(let gamma): self = .radialBasis(gamma: resolved(gamma))
    case .polynomial(let degree, let gamma, let coefficient0):
      self = .polynomial(degree: degree, gamma: resolved(gamma), coefficient0: coefficient0)
    case .sigmoid(let gamma, let coefficient0):
      self = .sigmoid(gamma: resolved(gamma), coefficient0: coefficient0)
    }
  }

  /// Whether K depends on x − z alone, so that both may be moved by the same vector.
  var isShiftInvariant: Bool {
    if case .radialBasis = self { true } else { false }
  }

  /// Kernel values from products: `norm` is ‖x‖², `norms[t]` is ‖z‖² and `dots[t]` is x·z. In place is allowed.
  func apply(
    count: Int, norm: Float, norms: UnsafePointer<Float>, dots: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .linear:
      if dots != UnsafePointer(output) { output.update(from: dots, count: count) }
    case .radialBasis(let gamma):
      SupportVectorKernels.radialBasis(
        count: count, gamma: gamma, norm: norm, norms: norms, dots: dots, into: output)
    case .polynomial(let degree, let gamma, let coefficient0):
      SupportVectorKernels.polynomial(
        count: count, gamma: gamma, constant: coefficient0, degree: degree, dots: dots, into: output)
    case .sigmoid(let gamma, let coefficient0):
      SupportVectorKernels.sigmoid(
        count: count, gamma: gamma, constant: coefficient0, dots: dots, into: output)
    }
  }

  /// K(x, x) from ‖x‖².
  func diagonal(norm: Float) -> Float {
    if case .radialBasis = self { return 1 }
    var value = norm
    withUnsafePointer(to: norm) { apply(count: 1, norm: norm, norms: $0, dots: $0, into: &value) }
    return value
  }
}
