internal import Tensor

/// The dual of the soft-margin SVM with a free bias, over signed dual variables β = α·y:
///
///     minimise ½ βᵀKβ − yᵀβ   subject to   Σβ = 0,   0 ≤ yₜβₜ ≤ Cₜ.
///
/// v = y − Kβ is minus the gradient. With U the samples whose β may grow and L those whose β may shrink, β is optimal
/// if and only if max v over U ≤ min v over L; the difference of the two is what the tolerance bounds.
struct DualProblem {
  /// y: 1 or −1.
  let signs: [Float]
  /// Cₜ, 0 or more.
  let costs: [Double]
  /// A feasible β to start from, or `nil` for 0.
  let start: [Double]?
}

/// A solution of a dual problem.
struct DualSolution: Sendable {
  /// α·y per sample.
  var beta: [Double]
  var bias: Double
  /// ½ αᵀQα − Σα, with Q the signed kernel matrix (and the squared hinge's ridge).
  var objective: Double
  var iterations: Int
  var converged: Bool
  /// Rows of the kernel matrix that were computed.
  var kernelRows = 0
}

/// Sequential minimal optimisation: two dual variables a step, chosen by second-order information (Fan, Chen and Lin,
/// "Working set selection using second order information for training support vector machines", JMLR 2005), with
/// samples that seem settled set aside (Joachims 1999; Chang and Lin 2011, section 4).
struct SequentialMinimalOptimization {
  private let problem: DualProblem
  private let tolerance: Double
  private let maximumIterations: Int
  private(set) var matrix: KernelMatrix
  private var beta: [Double]
  private let lower: [Double]
  private let upper: [Double]

  /// The active samples, ascending; the arrays below follow their order.
  private var active: [Int32]
  /// Where an active sample stands among the matrix's columns; `nil` when they are the same.
  private var positions: [Int32]?
  private var v: [Double]
  private var up: [Float]
  private var low: [Float]
  private var diagonal: [Float]
  /// Two rows gathered by `positions`.
  private let scratch: Storage
  private var extremes: SupportVectorKernels.Extremes

  init(_ problem: DualProblem, matrix: KernelMatrix, tolerance: Double, maximumIterations: Int) {
    self.problem = problem
    self.matrix = matrix
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    let count = problem.signs.count
    upper = zip(problem.signs, problem.costs).map { $0 > 0 ? $1 : 0 }
    lower = zip(problem.signs, problem.costs).map { $0 > 0 ? 0 : -$1 }
    beta = problem.start ?? [Double](repeating: 0, count: count)
    active = (0..<Int32(count)).map { $0 }
    v = problem.signs.map(Double.init)
    (up, low) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    diagonal = matrix.points.diagonal
    scratch = Storage(count: 2 * count)
    extremes = SupportVectorKernels.update(&v, up: up, low: low)
  }

  /// Solves the problem.
  mutating func solve(shrinking: Bool) -> DualSolution {
    let count = beta.count
    let rowsBefore = matrix.computedRows
    activateAll()
    var iterations = 0
    var converged = false
    var hasWidened = false
    let shrinkInterval = min(count, 1000)
    var untilShrink = shrinkInterval
    while iterations < maximumIterations {
      untilShrink -= 1
      if shrinking, untilShrink == 0 {
        untilShrink = shrinkInterval
        // Near the end, look at every sample once more before setting the last ones aside.
        if !hasWidened, extremes.highest - extremes.lowest <= 10 * tolerance, active.count < count {
          hasWidened = true
          activateAll()
        }
        shrink()
      }
      if extremes.highest - extremes.lowest <= tolerance || !step() {
        if active.count == count {
          converged = true
          break
        }
        activateAll()
        untilShrink = 1
        if extremes.highest - extremes.lowest <= tolerance {
          converged = true
          break
        }
        continue
      }
      iterations += 1
    }
    if active.count < count { activateAll() }
    return DualSolution(
      beta: beta, bias: bias(), objective: objective(), iterations: iterations, converged: converged,
      kernelRows: matrix.computedRows - rowsBefore)
  }

  // MARK: - One step

  /// Moves two dual variables; false when no pair improves the objective.
  private mutating func step() -> Bool {
    let i = extremes.first
    guard i >= 0 else { return false }
    let rowI = row(i, partner: nil)
    guard
      let j = SupportVectorKernels.second(to: i, row: rowI, diagonal: diagonal, v: v, low: low)
    else { return false }
    let rowJ = row(j, partner: (i, rowI))
    move(i, rowI, j, rowJ)
    return true
  }

  private mutating func move(_ i: Int, _ rowI: UnsafePointer<Float>, _ j: Int, _ rowJ: UnsafePointer<Float>) {
    let (s, t) = (Int(active[i]), Int(active[j]))
    let curvature = max(1e-12, Double(diagonal[i]) + Double(diagonal[j]) - 2 * Double(rowI[j]))
    var distance = (v[i] - v[j]) / curvature
    let (roomI, roomJ) = (upper[s] - beta[s], beta[t] - lower[t])
    distance = min(distance, roomI, roomJ)
    // A bound is reached exactly, or a rest of rounding would keep the sample free.
    beta[s] = distance == roomI ? upper[s] : beta[s] + distance
    beta[t] = distance == roomJ ? lower[t] : beta[t] - distance
    setMask(i)
    setMask(j)
    extremes = SupportVectorKernels.update(&v, step: distance, rows: (rowI, rowJ), up: up, low: low)
  }

  private mutating func setMask(_ i: Int) {
    let s = Int(active[i])
    up[i] = beta[s] < upper[s] ? 0 : -.infinity
    low[i] = beta[s] > lower[s] ? 0 : .infinity
  }
}

// MARK: - Kernel rows

extension SequentialMinimalOptimization {
  /// The row of active sample `i` over the active samples. When it must be computed, so are the rows that are likely
  /// to be asked for next: of the samples that violate most, or that would have been `partner`'s next choices.
  private mutating func row(
    _ i: Int, partner: (index: Int, row: UnsafePointer<Float>)?
  ) -> UnsafePointer<Float> {
    let (v, up, low, active, diagonal) = (v, up, low, active, diagonal)
    let row = matrix.row(Int(active[i])) { limit, isHeld in
      var best = Ranking(limit: limit)
      for t in active.indices where !isHeld(Int(active[t])) {
        if let (p, row) = partner {
          let gap = v[p] - v[t]
          guard low[t] == 0, gap > 0 else { continue }
          let curvature = max(1e-12, Double(diagonal[p] + diagonal[t] - 2 * row[t]))
          best.insert(Int(active[t]), score: gap * gap / curvature)
        } else if up[t] == 0 {
          best.insert(Int(active[t]), score: v[t])
        }
      }
      return best.elements
    }
    guard let positions else { return row }
    let target = scratch.pointer + (partner == nil ? 0 : beta.count)
    SupportVectorKernels.gather(row, columns: positions, into: target)
    return UnsafePointer(target)
  }
}

// MARK: - Shrinking

extension SequentialMinimalOptimization {
  /// Sets aside samples at a bound that no violating pair can contain.
  private mutating func shrink() {
    let (highest, lowest) = (extremes.highest, extremes.lowest)
    let kept = active.indices.filter { t in
      if up[t] != 0 { return low[t] == 0 && v[t] <= highest }
      if low[t] != 0 { return v[t] >= lowest }
      return true
    }
    guard kept.count < active.count, kept.count >= 2 else { return }
    active = kept.map { active[$0] }
    v = kept.map { v[$0] }
    (up, low) = (kept.map { up[$0] }, kept.map { low[$0] })
    diagonal = kept.map { diagonal[$0] }
    if matrix.profitsFromNarrowing(to: active.count) { matrix.narrow(to: active) }
    place()
    extremes = SupportVectorKernels.update(&v, up: up, low: low)
  }

  private mutating func place() {
    if active.count == matrix.columns.indices.count {
      positions = nil
    } else if matrix.coversAll {
      positions = active
    } else {
      var place = [Int32](repeating: 0, count: beta.count)
      for (position, sample) in matrix.columns.indices.enumerated() { place[Int(sample)] = Int32(position) }
      positions = active.map { place[Int($0)] }
    }
  }

  /// Makes every sample active, with v computed anew from the support vectors' rows.
  private mutating func activateAll() {
    matrix.widen()
    active = (0..<Int32(beta.count)).map { $0 }
    diagonal = matrix.points.diagonal
    v = problem.signs.map(Double.init)
    let support = beta.indices.filter { beta[$0] != 0 }
    for first in stride(from: 0, to: support.count, by: matrix.rowsAtOnce) {
      let some = Array(support[first..<min(support.count, first + matrix.rowsAtOnce)])
      let rows = matrix.rows(some)
      SupportVectorKernels.subtract(zip(some, rows).map { (beta[$0], $1) }, from: &v)
    }
    up = [Float](repeating: 0, count: beta.count)
    low = up
    for i in active.indices { setMask(i) }
    place()
    extremes = SupportVectorKernels.update(&v, up: up, low: low)
  }
}

// MARK: - Results, with every sample active

extension SequentialMinimalOptimization {
  /// v is the bias at every free sample; without one, any number between the extremes is a bias.
  private func bias() -> Double {
    let free = v.indices.filter { up[$0] == 0 && low[$0] == 0 }
    if !free.isEmpty { return free.reduce(0) { $0 + v[$1] } / Double(free.count) }
    switch (extremes.highest.isFinite, extremes.lowest.isFinite) {
    case (true, true): return (extremes.highest + extremes.lowest) / 2
    case (true, false): return extremes.highest
    case (false, true): return extremes.lowest
    case (false, false): return 0
    }
  }

  private func objective() -> Double {
    // βᵀKβ = Σβ(y − v).
    -0.5 * beta.indices.reduce(0) { $0 + beta[$1] * (Double(problem.signs[$1]) + v[$1]) }
  }
}

/// The elements of the largest scores.
struct Ranking {
  let limit: Int
  private var ranked: [(element: Int, score: Double)] = []

  init(limit: Int) { self.limit = limit }

  /// The elements, best first.
  var elements: [Int] { ranked.map(\.element) }

  mutating func insert(_ element: Int, score: Double) {
    if ranked.count == limit {
      guard let worst = ranked.last, score > worst.score else { return }
      ranked.removeLast()
    }
    var place = ranked.count
    while place > 0, ranked[place - 1].score < score { place -= 1 }
    ranked.insert((element, score), at: place)
  }
}
