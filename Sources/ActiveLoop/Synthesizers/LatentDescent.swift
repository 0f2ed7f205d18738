internal import Tensor

/// One batch of starts on their way down: all rows of z at once, each with its own gradient and its own best place.
struct LatentDescent {
  /// The best z of each start so far, `[N, z]`.
  private(set) var best: Tensor
  /// What was minimised, at the start.
  private(set) var initial: [Float] = []
  /// The smallest sum of the objective and the latent terms so far, and the first.
  private(set) var bestTotals: [Float]
  private(set) var initialTotals: [Float] = []
  /// Starts that stay where they are: they reached the tolerance, or are not finite.
  private(set) var isFrozen: [Bool]

  private var current: Variable
  private var optimizer: Adam<Variable>
  private let settings: SynthesisSettings
  private let bound: Float

  init(from starts: Tensor, settings: SynthesisSettings, bound: Float) {
    let count = starts.shape[0]
    best = starts
    bestTotals = [Float](repeating: .infinity, count: count)
    isFrozen = [Bool](repeating: false, count: count)
    current = Variable(starts)
    optimizer = Adam(learningRate: settings.learningRate, beta1: settings.beta1, beta2: settings.beta2)
    self.settings = settings
    self.bound = bound
  }

  /// Takes all steps. `decisionValues` is f(G(z)), `[N, z]` to `[N]` or `[N, classes]`.
  mutating func run(objective: BoundaryObjective, decisionValues: (Tensor) -> Tensor) {
    switch settings.method {
    case .adam: runByAdam(objective: objective, decisionValues: decisionValues)
    case .lbfgs: runByLBFGS(objective: objective, decisionValues: decisionValues)
    }
  }

  private mutating func runByAdam(objective: BoundaryObjective, decisionValues: (Tensor) -> Tensor) {
    for _ in 0..<settings.steps {
      var seen: (distances: [Float], terms: [Float]?) = ([], nil)
      let (settings, bound) = (settings, bound)
      let (_, gradient) = current.valueAndGradient { variable in
        let values = decisionValues(variable.value)
        let (distances, mask) = objective.evaluated(at: values)
        let terms = settings.latentTerms(of: variable.value, bound: bound)
        seen = (distances, terms?.scalars)
        let boundary = BoundaryObjective.total(of: values, mask: mask)
        return terms.map { boundary + $0.sum() } ?? boundary
      }
      note(seen.distances, terms: seen.terms)
      if !isFrozen.contains(false) { return }
      optimizer.update(&current, along: gradient)
      constrain()
    }
    // Where the last step led is a candidate too; this pass records nothing.
    let (distances, _) = objective.evaluated(at: decisionValues(current.value))
    note(distances, terms: latentTerms(of: current.value))
  }

  /// A start at a time. A start from where nothing can be computed stays where it is.
  private mutating func runByLBFGS(objective: BoundaryObjective, decisionValues: (Tensor) -> Tensor) {
    let (settings, bound) = (settings, bound)
    let starts = current.value
    note(objective.evaluated(at: decisionValues(starts)).distances, terms: latentTerms(of: starts))
    var method = LBFGS()
    (method.maximumIterations, method.gradientTolerance) = (settings.steps, 0)
    // |f| has a kink where it is 0: near it no step satisfies the second Wolfe condition, and looking on is wasted.
    method.maximumLineSearchEvaluations = 8
    var ends: [Tensor] = []
    for row in 0..<starts.shape[0] {
      var start = Variable(starts.rows(row..<row + 1))
      let alone = BoundaryObjective(objective: objective.objective, targets: [objective.targets[row]])
      if !isFrozen[row] {
        _ = try? method.minimize(&start) { progress in
          progress.value > settings.tolerance
        } objective: { variable in
          let z = settings.latentConstraint == .clamped ? variable.value.clamped(to: -bound...bound) : variable.value
          let values = decisionValues(z)
          let boundary = BoundaryObjective.total(of: values, mask: alone.evaluated(at: values).mask)
          return settings.latentTerms(of: z, bound: bound).map { boundary + $0.sum() } ?? boundary
        }
      }
      ends.append(start.value)
    }
    current.value = concatenate(ends)
    constrain()
    note(
      objective.evaluated(at: decisionValues(current.value)).distances, terms: latentTerms(of: current.value))
  }

  private func latentTerms(of latents: Tensor) -> [Float]? {
    settings.latentTerms(of: latents, bound: bound)?.scalars
  }

  /// Remembers the rows that are better than before, and freezes those that are done.
  private mutating func note(_ distances: [Float], terms: [Float]?) {
    let totals = terms.map { zip(distances, $0).map { $0 + $1 } } ?? distances
    if initial.isEmpty { (initial, initialTotals) = (distances, totals) }
    let size = best.shape[1]
    let (isDone, tolerance) = (isFrozen, settings.tolerance)
    let better = totals.indices.filter { !isDone[$0] && totals[$0] < bestTotals[$0] }
    if !better.isEmpty {
      let current = current.value
      best.withUnsafeMutableScalars { target in
        current.withUnsafeScalars { source in
          for row in better {
            for i in row * size..<(row + 1) * size { target[i] = source[i] }
          }
        }
      }
    }
    for row in better { bestTotals[row] = totals[row] }
    for row in totals.indices where !totals[row].isFinite { isFrozen[row] = true }
    for row in better where distances[row] <= tolerance { isFrozen[row] = true }
  }

  /// Puts entries back into the range of the prior, and frozen rows back where they were.
  private mutating func constrain() {
    let size = best.shape[1]
    let (isFrozen, bound, best) = (isFrozen, bound, best)
    let isClamped = settings.latentConstraint == .clamped
    guard isClamped || isFrozen.contains(true) else { return }
    current.value.withUnsafeMutableScalars { z in
      if isClamped {
        for i in z.indices { z[i] = min(max(z[i], -bound), bound) }
      }
      best.withUnsafeScalars { kept in
        for row in isFrozen.indices where isFrozen[row] {
          for i in row * size..<(row + 1) * size { z[i] = kept[i] }
        }
      }
    }
  }
}
