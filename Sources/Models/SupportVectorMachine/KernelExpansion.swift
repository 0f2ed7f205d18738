internal import Tensor

/// f(x) = Σₛ βₛ·K(x, s) + b for several machines over the same support vectors.
///
/// Gradient: with the cotangent c of f, A = c·β (one number per input and support vector) and K′ the derivative by the
/// product x·s, dx = (A ⊙ K′)·S; for the radial basis function dx = 2γ((A ⊙ K)·S − rowsums(A ⊙ K)·x).
struct KernelExpansion: Sendable {
  /// `[S, D]`
  let vectors: Tensor
  /// `[machines, S]`
  let coefficients: Tensor
  let bias: [Float]
  let function: KernelFunction
  /// The mean of the support vectors, subtracted from both sides of a shift-invariant kernel; else `nil`.
  private let centre: [Float]?
  private let centredVectors: Tensor
  private let norms: [Float]

  init(vectors: Tensor, coefficients: Tensor, bias: [Float], function: KernelFunction) {
    self.vectors = vectors
    self.coefficients = coefficients
    self.bias = bias
    self.function = function
    centre = function.isShiftInvariant ? vectors.columnMeans() : nil
    centredVectors = centre.map { vectors.subtractingFromRows($0) } ?? vectors
    norms = centredVectors.squaredRowNorms()
  }

  /// Inputs per block: their kernel values stay in cache until they are summed.
  private static let block = 192

  /// `[N, machines]`
  func values(for x: Tensor) -> Tensor {
    let machines = bias.count
    let result = Tensor(uninitialized: [x.shape[0], machines])
    let target = result.freshPointer
    let inputs = centre.map { x.subtractingFromRows($0) } ?? x
    let inputNorms = inputs.squaredRowNorms()
    let support = vectors.shape[0]
    prepareBLAS()
    parallelChunks(x.shape[0], of: KernelExpansion.block) { range in
      let kernel = kernelValues(inputs, inputNorms, range)
      gemm(
        transposeB: true, rows: range.count, columns: machines, inner: support, kernel.pointer, stride: support,
        coefficients.pointer, stride: support, into: target + range.lowerBound * machines, stride: machines)
      withExtendedLifetime(kernel) {}
    }
    withExtendedLifetime(coefficients) {}
    return result.addingToRows(bias)
  }

  /// K(x, s), `[rows, S]`, for some rows of centred inputs.
  private func kernelValues(_ inputs: Tensor, _ inputNorms: [Float], _ range: Range<Int>) -> Tensor {
    let (support, dimension) = (vectors.shape[0], vectors.shape[1])
    let kernel = Tensor(uninitialized: [range.count, support])
    let (rows, values) = (inputs.pointer + range.lowerBound * dimension, kernel.freshPointer)
    gemm(
      transposeB: true, rows: range.count, columns: support, inner: dimension, rows, stride: dimension,
      centredVectors.pointer, stride: dimension, into: values, stride: support)
    for row in 0..<range.count {
      function.apply(
        count: support, norm: inputNorms[range.lowerBound + row], norms: norms, dots: values + row * support,
        into: values + row * support)
    }
    withExtendedLifetime((inputs, centredVectors)) {}
    return kernel
  }

  /// The cotangent of `x`, `[N, D]`, from that of the values.
  func pullback(_ cotangent: Tensor, at x: Tensor) -> Tensor {
    var slopes = matmul(cotangent, coefficients)
    let (count, support, dimension) = (x.shape[0], vectors.shape[0], vectors.shape[1])
    let inputs = centre.map { x.subtractingFromRows($0) } ?? x
    let derivative = derivatives(inputs)
    var sums = [Float](repeating: 0, count: count)
    slopes.withUnsafeMutableScalars { slopes in
      derivative.withUnsafeScalars { derivative in
        for row in 0..<count {
          for s in row * support..<(row + 1) * support {
            slopes[s] *= derivative[s]
            sums[row] += slopes[s]
          }
        }
      }
    }
    var gradient = matmul(slopes, centredVectors)
    if function.isShiftInvariant {
      gradient.withUnsafeMutableScalars { gradient in
        inputs.withUnsafeScalars { inputs in
          for i in gradient.indices { gradient[i] -= sums[i / dimension] * inputs[i] }
        }
      }
    }
    return gradient
  }

  /// K′ by the product x·s; for the radial basis function 2γK.
  private func derivatives(_ inputs: Tensor) -> Tensor {
    let all = 0..<inputs.shape[0]
    let inputNorms = inputs.squaredRowNorms()
    switch function {
    case .linear: return Tensor(repeating: 1, shape: [all.count, vectors.shape[0]])
    case .radialBasis(let gamma): return kernelValues(inputs, inputNorms, all).mapped { 2 * gamma * $0 }
    case .sigmoid(let gamma, _): return kernelValues(inputs, inputNorms, all).mapped { gamma * (1 - $0 * $0) }
    case .polynomial(let degree, let gamma, let coefficient0):
      // The derivative of a power is the same kernel of one degree less.
      let lower = KernelExpansion(
        vectors: vectors, coefficients: coefficients, bias: bias,
        function: .polynomial(degree: degree - 1, gamma: gamma, coefficient0: coefficient0))
      return lower.kernelValues(inputs, inputNorms, all).mapped { Float(degree) * gamma * $0 }
    }
  }
}

extension Tensor {
  fileprivate func mapped(_ body: (Float) -> Float) -> Tensor {
    Tensor(shape: shape) { target in
      withUnsafeScalars { source in for i in source.indices { target[i] = body(source[i]) } }
    }
  }
}
