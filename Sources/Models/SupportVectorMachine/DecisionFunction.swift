internal import Tensor

/// f(x) of all the machines of a fit, in one recorded operation.
enum DecisionFunction: Sendable {
  /// Before the first fit.
  case none
  /// W·x + b: weights `[machines, D]`.
  case hyperplane(weights: Tensor, bias: [Float])
  /// Σβ·K(x, s) + b.
  case expansion(KernelExpansion)

  init(_ machines: [BinaryMachine], x: Tensor, function: KernelFunction) {
    let bias = machines.map { Float($0.solution.bias) }
    let support = Set(machines.flatMap { $0.support.map(\.sample) }).sorted()
    let place = Dictionary(uniqueKeysWithValues: support.enumerated().map { ($1, $0) })
    // A fit whose machines are all constant has no support vectors: one with no weight keeps every shape sound.
    let vectors = x.selectingRows(support.isEmpty ? [0] : support)
    let coefficients = Tensor(shape: [machines.count, vectors.shape[0]]) { target in
      target.update(repeating: 0)
      for (m, machine) in machines.enumerated() {
        for (sample, beta) in machine.support { target[m * vectors.shape[0] + (place[sample] ?? 0)] = Float(beta) }
      }
    }
    if function == .linear {
      let weights = matmul(coefficients, vectors)
      let dimension = x.shape[1]
      self = .hyperplane(
        weights: Tensor(shape: [machines.count, dimension]) { target in
          weights.withUnsafeScalars { _ = target.update(fromContentsOf: $0) }
          for (m, machine) in machines.enumerated() {
            if let own = machine.weights { for d in 0..<dimension { target[m * dimension + d] = own[d] } }
          }
        }, bias: bias)
    } else {
      self = .expansion(
        KernelExpansion(vectors: vectors, coefficients: coefficients, bias: bias, function: function))
    }
  }

  /// The features of one input.
  var dimension: Int {
    switch self {
    case .none: 0
    case .hyperplane(let weights, _): weights.shape[1]
    case .expansion(let expansion): expansion.vectors.shape[1]
    }
  }

  /// `[N, machines]`, for `x` of shape `[N, …]` with the features of the fit.
  func values(for x: Tensor) -> Tensor {
    let count = x.shape.first ?? 0
    precondition(
      x.rank >= 1 && x.count == count * dimension,
      "the SVM was fitted on \(dimension) features, not on those of an input of shape \(x.shape)")
    let flat = Tensor(storage: x.storage, offset: x.offset, shape: [count, dimension])
    switch self {
    case .none: preconditionFailure("fit the SVM before asking it for decision values")
    case .hyperplane(let weights, let bias):
      let values = matmul(flat, weights, transposeB: true).addingToRows(bias)
      return values.recorded(from: x) { cotangent, _ in
        [matmul(cotangent, weights).shaped(like: x.shape)]
      }
    case .expansion(let expansion):
      let values = expansion.values(for: flat)
      let shape = x.shape
      return values.recorded(from: x) { cotangent, _ in
        [expansion.pullback(cotangent, at: flat).shaped(like: shape)]
      }
    }
  }
}

extension Tensor {
  /// Adds `bias` to every row of a matrix that nobody else holds.
  func addingToRows(_ bias: [Float]) -> Tensor {
    var result = self
    result.withUnsafeMutableScalars { scalars in
      for i in scalars.indices { scalars[i] += bias[i % bias.count] }
    }
    return result
  }

  /// The same scalars, untraced, under another shape.
  func shaped(like shape: Shape) -> Tensor { Tensor(storage: storage, offset: offset, shape: shape) }
}
