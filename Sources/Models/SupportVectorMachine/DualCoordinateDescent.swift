internal import Tensor

/// The dual of the linear SVM whose bias is the weight of one more, constant feature:
///
///     minimise ½ αᵀ(Q + R)α − Σα   subject to   0 ≤ αₜ ≤ Uₜ,   Qₛₜ = yₛyₜ xₛ·xₜ
///
/// with U = C and R = 0 for the hinge loss, U = ∞ and R = diag(1/(2C)) for the squared hinge. One variable at a time is
/// minimised exactly, in random order, while w = Σαyx is kept up to date (Hsieh, Chang, Lin, Keerthi and Sundararajan,
/// "A dual coordinate descent method for large-scale linear SVM", ICML 2008, algorithm 3).
struct DualCoordinateDescent {
  let rows: BlockRows
  let problem: DualProblem
  let loss: SupportVectorMachine.Loss
  let biasScale: Double
  let tolerance: Double
  let maximumIterations: Int

  /// Solves the problem. Precondition for the squared hinge: no cost is 0.
  func solve(shrinking: Bool, using random: inout RandomSource) -> (solution: DualSolution, weights: [Float]) {
    let count = rows.count
    let ridge = problem.costs.map { loss == .hinge ? 0 : 0.5 / $0 }
    let upper = problem.costs.map { loss == .hinge ? $0 : .infinity }
    let diagonal = zip(rows.squaredNorms(), ridge).map { max(1e-12, $0 + biasScale * biasScale + $1) }
    var state = CoordinateDescentState(
      alpha: [Double](repeating: 0, count: count), weights: [Float](repeating: 0, count: rows.paddedDimension),
      biasWeight: 0)
    if let start = problem.start {
      state.alpha = (0..<count).map { max(0, min(upper[$0], start[$0] * Double(problem.signs[$0]))) }
      refresh(&state)
    }
    var (shrinkAbove, shrinkBelow) = (Double.infinity, -Double.infinity)
    var iterations = 0
    var converged = false
    while iterations < maximumIterations {
      iterations += 1
      let pass = state.descend(
        on: rows, signs: problem.signs, upper: upper, ridge: ridge, diagonal: diagonal, biasScale: biasScale,
        shrinkAbove: shrinkAbove, shrinkBelow: shrinkBelow, using: &random)
      if pass.highest - pass.lowest <= tolerance || state.active == 0 {
        if state.active == count {
          converged = true
          break
        }
        // Optimal without the samples set aside: now all of them, with the weights free of gathered rounding.
        state.active = count
        refresh(&state)
        (shrinkAbove, shrinkBelow) = (.infinity, -.infinity)
      } else if shrinking {
        shrinkAbove = pass.highest > 0 ? pass.highest : .infinity
        shrinkBelow = pass.lowest < 0 ? pass.lowest : -.infinity
      }
    }
    refresh(&state)
    let squared = state.weights.reduce(0.0) { $0 + Double($1) * Double($1) } + state.biasWeight * state.biasWeight
    var objective = 0.5 * squared
    for t in 0..<count { objective += (0.5 * ridge[t] * state.alpha[t] - 1) * state.alpha[t] }
    let solution = DualSolution(
      beta: zip(state.alpha, problem.signs).map { $0 * Double($1) }, bias: state.biasWeight * biasScale,
      objective: objective, iterations: iterations, converged: converged)
    return (solution, state.weights)
  }

  /// Computes w from α.
  private func refresh(_ state: inout CoordinateDescentState) {
    let beta = zip(state.alpha, problem.signs).map { $0 * Double($1) }
    rows.combine(beta, into: &state.weights)
    state.biasWeight = beta.reduce(0, +) * biasScale
  }
}
