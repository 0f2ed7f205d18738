public import Tensor

// MARK: - Deciding

extension SupportVectorMachine {
  /// Signed distances from the boundary up to a positive factor, for `x` of shape `[N, …]`.
  ///
  /// Two classes: `[N]`, positive for class 1. More: `[N, classes]` one-versus-rest, or one-versus-one
  /// `[N, classes·(classes − 1)/2]` with a column per pair (0, 1), (0, 2), … (1, 2), …, positive for the second of the
  /// pair. Differentiable with respect to a traced `x` (once).
  ///
  /// - Precondition: the machine was fitted, on inputs of this size.
  public func decisionValues(for x: Tensor) -> Tensor {
    let values = decision.values(for: x)
    guard case .binary = layout else { return values }
    let flat = Tensor(storage: values.storage, offset: values.offset, shape: [values.count])
    let shape = values.shape
    return flat.recorded(from: values) { cotangent, _ in [cotangent.shaped(like: shape)] }
  }

  /// One value per class, `[N, classes]`: the larger, the likelier. One-versus-one machines give their votes, and to
  /// those a fraction below one half from the summed decision values, which orders classes of equal votes. Not
  /// differentiable for one-versus-one.
  public func classDecisionValues(for x: Tensor) -> Tensor {
    switch layout {
    case .none, .oneVersusRest: return decisionValues(for: x)
    case .binary:
      let values = decisionValues(for: x)
      let opposed = Tensor(shape: [values.count, 2]) { target in
        values.withUnsafeScalars {
          for (n, value) in $0.enumerated() { (target[2 * n], target[2 * n + 1]) = (-value, value) }
        }
      }
      return opposed.recorded(from: values) { cotangent, _ in
        [
          Tensor(shape: [cotangent.shape[0]]) { target in
            cotangent.withUnsafeScalars { for n in target.indices { target[n] = $0[2 * n + 1] - $0[2 * n] } }
          }
        ]
      }
    case .oneVersusOne:
      let tally = votes(for: x)
      return Tensor(
        zip(tally.votes, tally.sums).map { votes, sum in Float(votes) + sum / (3 * (sum.magnitude + 1)) },
        shape: [tally.votes.count / max(1, classCount), classCount])
    }
  }

  /// The class of each row of `x`, in `0..<classCount`. One-versus-one: the most votes, and of equals the lowest class.
  public func predictions(for x: Tensor) -> [Int] {
    switch layout {
    case .none, .binary: return decisionValues(for: x).scalars.map { $0 > 0 ? 1 : 0 }
    case .oneVersusRest: return decisionValues(for: x).largestPerRow(of: classCount)
    case .oneVersusOne:
      return Tensor(votes(for: x).votes.map(Float.init), shape: [x.shape[0], classCount])
        .largestPerRow(of: classCount)
    }
  }

  private func votes(for x: Tensor) -> (votes: [Int], sums: [Float]) {
    let values = decisionValues(for: x).scalars
    let sides = layout.sides
    let count = x.shape[0]
    var votes = [Int](repeating: 0, count: count * classCount)
    var sums = [Float](repeating: 0, count: count * classCount)
    for n in 0..<count {
      for (m, (positive, negative)) in sides.enumerated() {
        let value = values[n * sides.count + m]
        guard let negative, !machines[m].isSilent else { continue }
        votes[n * classCount + (value > 0 ? positive : negative)] += 1
        sums[n * classCount + positive] += value
        sums[n * classCount + negative] -= value
      }
    }
    return (votes, sums)
  }
}

extension BinaryMachine {
  /// Whether neither of the two classes had samples, so that there is nothing to vote for.
  var isSilent: Bool { samples.isEmpty && solution.bias == 0 }
}

extension Tensor {
  fileprivate func largestPerRow(of width: Int) -> [Int] {
    withUnsafeScalars { scalars in
      (0..<shape[0]).map { n in
        (0..<width).reduce(0) { scalars[n * width + $1] > scalars[n * width + $0] ? $1 : $0 }
      }
    }
  }
}

// MARK: - The hyperplane

extension SupportVectorMachine {
  /// The boundary w·x + b = 0 of a linear machine: `[D]` and `[]` for two classes; else `[machines, D]` and
  /// `[machines]`. `nil` for other kernels and before the first fit.
  public var hyperplane: (weights: Tensor, bias: Tensor)? {
    guard case .hyperplane(let weights, let bias) = decision else { return nil }
    if case .binary = layout { return (weights.shaped(like: [weights.count]), Tensor(bias[0])) }
    return (weights, Tensor(bias))
  }
}
