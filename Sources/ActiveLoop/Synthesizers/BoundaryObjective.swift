internal import Foundation
internal import Tensor

/// The objective of one batch of starts, written as f ⊙ m with a mask m made from the values of f: sign(f) for two
/// classes, +1 and −1 at the two largest values for the top-two margin, sign(f_k) at class k for one against the rest,
/// and for the entropy its derivative p_k (log p_k + H), so that the sum has the gradient of the objective though not
/// its value.
/// That keeps the graph to one product and one sum, and each start's gradient is its own: the generator is in inference
/// mode, so rows do not see each other.
struct BoundaryObjective {
  let objective: SynthesisSettings.Objective
  /// With `oneVersusRest`, the class of each start (taken modulo the number of classes).
  let targets: [Int]

  /// The objective of each row and the mask that gives it; `values` is `[N]` or `[N, classes]`.
  func evaluated(at values: Tensor) -> (distances: [Float], mask: Tensor) {
    let rows = values.shape.first ?? 0
    precondition(rows == targets.count, "decision values of shape \(values.shape) for \(targets.count) starts")
    if objective == .entropy { return entropyGaps(of: values) }
    if values.rank == 1 {
      let signs: [Float] = values.withUnsafeScalars { $0.map { $0 < 0 ? -1 : 1 } }
      return (boundaryDistances(ofDecisionValues: values), Tensor(signs))
    }
    let classes = values.shape[1]
    var mask = [Float](repeating: 0, count: rows * classes)
    var distances: [Float] = []
    values.withUnsafeScalars { scalars in
      for row in 0..<rows {
        let slice = scalars[row * classes..<(row + 1) * classes]
        switch objective {
        case .margin:
          let (first, second) = topTwo(of: slice)
          (mask[first], mask[second]) = (1, -1)
          distances.append(scalars[first] - scalars[second])
        case .oneVersusRest:
          let place = slice.startIndex + targets[row] % classes
          mask[place] = scalars[place] < 0 ? -1 : 1
          distances.append(abs(scalars[place]))
        case .entropy: break
        }
      }
    }
    return (distances, Tensor(mask, shape: values.shape))
  }

  /// log K − H of each row, and its derivatives.
  private func entropyGaps(of values: Tensor) -> (distances: [Float], mask: Tensor) {
    let rows = values.shape[0]
    // Two classes with one value f between them: softmax(0, f).
    let isBinary = values.rank == 1
    let classes = isBinary ? 2 : values.shape[1]
    let scalars = values.scalars
    let logits = isBinary ? scalars.flatMap { [0, $0] } : scalars
    let logarithms = logSoftmax(Tensor(logits, shape: [rows, classes])).scalars
    var (distances, mask) = ([Float](), [Float]())
    for row in 0..<rows {
      let line = logarithms[row * classes..<(row + 1) * classes].map(Double.init)
      let entropy = line.reduce(0) { $0 - ($1.isFinite ? exp($1) * $1 : 0) }
      // A row that is not finite must not look like one that is as unsure as can be.
      let isKnown = line.allSatisfy { !$0.isNaN }
      distances.append(isKnown ? Float(max(0, log(Double(classes)) - entropy)) : .nan)
      let derivatives = line.map { $0.isFinite ? Float(exp($0) * ($0 + entropy)) : 0 }
      mask += isBinary ? [derivatives[1]] : derivatives
    }
    return (distances, Tensor(mask, shape: values.shape))
  }

  /// Σ over rows of the objective, differentiable with respect to `values`.
  static func total(of values: Tensor, mask: Tensor) -> Tensor { (values * mask).sum() }
}

extension SynthesisSettings {
  /// What keeps z in range and apart, one number per row of `latents` (traced): to be added to the objective; `nil` if
  /// the settings ask for neither.
  func latentTerms(of latents: Tensor, bound: Float) -> Tensor? {
    var terms: Tensor?
    if latentConstraint == .penalized {
      let excess = latents - latents.clamped(to: -bound...bound)
      terms = excess.squared().sum(alongAxes: [1]) * penaltyWeight
    }
    if diversityWeight > 0, latents.shape[0] > 1 {
      let neighbours = latents.detached.gathered(rows: nearestNeighbours(in: latents.detached))
      // The constant keeps the root's gradient finite for two equal codes.
      let distances = ((latents - neighbours).squared().sum(alongAxes: [1]) + 1e-12).squareRoot()
      let pull = distances * -diversityWeight
      terms = terms.map { $0 + pull } ?? pull
    }
    return terms
  }
}

/// For each row of `[N, z]` the index of the nearest other row. Precondition: N > 1.
private func nearestNeighbours(in latents: Tensor) -> [Int] {
  let (count, size) = (latents.shape[0], latents.shape[1])
  return latents.withUnsafeScalars { z in
    (0..<count).map { row in
      var nearest = (distance: Float.infinity, index: row == 0 ? 1 : 0)
      for other in 0..<count where other != row {
        var distance: Float = 0
        for i in 0..<size {
          let difference = z[row * size + i] - z[other * size + i]
          distance += difference * difference
        }
        if distance < nearest.distance { nearest = (distance, other) }
      }
      return nearest.index
    }
  }
}
