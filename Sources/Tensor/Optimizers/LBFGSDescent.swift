/// ``LBFGS`` under way: the last accepted point, its gradient, and the memory.
struct LBFGSDescent {
  private struct Pair {
    let step: [Double]
    let change: [Double]
    /// stepᵀ·change, positive.
    let curvature: Double
  }

  private let settings: LBFGS
  private var point: [Double]
  private var gradient: [Double] = []
  private var value = Double.infinity
  /// Oldest first.
  private var pairs: [Pair] = []
  private var iteration = 0
  private var evaluations = 0
  private var skipped = 0
  /// Of the last point that was evaluated: its coordinates as floats hold them, and its gradient.
  private var tried: (point: [Double], gradient: [Double]) = ([], [])

  init(settings: LBFGS, model: some Module) {
    self.settings = settings
    point = FlatParameters.read(model)
  }

  /// The last accepted point.
  func restore(into model: inout some Module) { FlatParameters.write(point, into: &model) }

  var progress: LBFGS.Progress {
    LBFGS.Progress(
      iteration: iteration, evaluations: evaluations, value: Float(value),
      gradientNorm: Float(dot(gradient, gradient).squareRoot()))
  }

  func result(_ reason: LBFGS.StopReason) -> LBFGS.Result {
    LBFGS.Result(
      value: Float(value), gradientNorm: Float(dot(gradient, gradient).squareRoot()), iterations: iteration,
      evaluations: evaluations, skippedPairs: skipped, reason: reason)
  }

  mutating func start<Model: Module>(
    _ model: inout Model, _ objective: (inout Model) -> Tensor
  ) throws(LBFGSError) {
    guard let first = evaluate(at: point, &model, objective) else { throw .notFiniteAtStart }
    (value, gradient) = (first, tried.gradient)
  }

  /// One step, or why there is none.
  mutating func step<Model: Module>(
    _ model: inout Model, _ objective: (inout Model) -> Tensor
  ) throws(LBFGSError) -> LBFGS.StopReason? {
    if gradient.allSatisfy({ abs($0) <= settings.gradientTolerance }) { return .gradientIsSmall }
    if iteration == settings.maximumIterations { return .iterationLimit }
    let before = value
    while true {
      let direction = direction()
      let slope = dot(direction, gradient)
      let isSteepest = pairs.isEmpty
      if slope < 0, slope.isFinite {
        // Without a memory nothing says how far: the first trial moves all coordinates together by at most 1.
        let length = isSteepest ? min(1, 1 / gradient.reduce(0) { $0 + abs($1) }) : 1
        let (found, sawFinite) = search(along: direction, slope: slope, first: length, &model, objective)
        if let found {
          accept(found)
          break
        }
        if isSteepest, !sawFinite { throw .notFinite(iteration: iteration) }
      }
      if isSteepest { return .noFurtherProgress }
      // The memory misleads; begin again with the steepest descent.
      pairs = []
    }
    iteration += 1
    let isSettled = before - value <= settings.valueTolerance * max(1, abs(value))
    return settings.valueTolerance > 0 && isSettled ? .valueHasSettled : nil
  }

  // MARK: - Parts

  /// −H·gradient by the two-loop recursion (Algorithm 7.4).
  private func direction() -> [Double] {
    var q = gradient.map { -$0 }
    var shares = [Double](repeating: 0, count: pairs.count)
    for index in pairs.indices.reversed() {
      shares[index] = dot(pairs[index].step, q) / pairs[index].curvature
      add(-shares[index], pairs[index].change, to: &q)
    }
    guard let last = pairs.last else { return q }
    let scale = last.curvature / dot(last.change, last.change)
    for i in q.indices { q[i] *= scale }
    for index in pairs.indices {
      let share = shares[index] - dot(pairs[index].change, q) / pairs[index].curvature
      add(share, pairs[index].step, to: &q)
    }
    return q
  }

  /// The value at the point that was found; `tried` is then that point.
  private mutating func search<Model: Module>(
    along direction: [Double], slope: Double, first: Double, _ model: inout Model,
    _ objective: (inout Model) -> Tensor
  ) -> (value: Double?, sawFinite: Bool) {
    let origin = point
    var sawFinite = false
    var search = WolfeLineSearch(settings: settings, value: value, slope: slope)
    let found = search.run(first: first) { length in
      var trial = origin
      add(length, direction, to: &trial)
      guard let value = evaluate(at: trial, &model, objective) else { return nil }
      sawFinite = true
      return (value, dot(tried.gradient, direction))
    }
    guard let found else { return (nil, sawFinite) }
    if found.isLastTried { return (found.value, true) }
    var trial = origin
    add(found.length, direction, to: &trial)
    return (evaluate(at: trial, &model, objective), true)
  }

  /// Moves to `tried`, and remembers the pair if its curvature is positive beyond rounding.
  private mutating func accept(_ newValue: Double) {
    let step = zip(tried.point, point).map { $0 - $1 }
    let change = zip(tried.gradient, gradient).map { $0 - $1 }
    let curvature = dot(step, change)
    if curvature > 1e-10 * (dot(step, step) * dot(change, change)).squareRoot() {
      if pairs.count == settings.memory { pairs.removeFirst() }
      pairs.append(Pair(step: step, change: change, curvature: curvature))
    } else {
      skipped += 1
    }
    (point, gradient, value) = (tried.point, tried.gradient, newValue)
  }

  /// The objective at `coordinates`, or nil if it or its gradient is not finite; both are kept in `tried`.
  private mutating func evaluate<Model: Module>(
    at coordinates: [Double], _ model: inout Model, _ objective: (inout Model) -> Tensor
  ) -> Double? {
    evaluations += 1
    FlatParameters.write(coordinates, into: &model)
    // What floats make of the coordinates: differences of points are exact then.
    let rounded = coordinates.map { Double(Float($0)) }
    let (value, slope) = model.valueAndGradient(of: objective)
    guard value.isFinite, slope.firstNonFinite() == nil else { return nil }
    tried = (rounded, FlatParameters.joined(slope.tensors))
    return Double(value)
  }
}

/// The parameters of a module as one vector, in visiting order.
enum FlatParameters {
  static func read(_ model: some Module) -> [Double] { joined(model.parameters().map(\.tensor)) }

  static func joined(_ tensors: [Tensor]) -> [Double] {
    var joined: [Double] = []
    joined.reserveCapacity(tensors.reduce(0) { $0 + $1.count })
    for tensor in tensors {
      tensor.withUnsafeScalars { joined.append(contentsOf: $0.lazy.map(Double.init)) }
    }
    return joined
  }

  static func write(_ scalars: [Double], into model: inout some Module) {
    var writer = Writer(source: Source(scalars))
    model.visitParameters(with: &writer)
    precondition(writer.source.place == scalars.count, "the model's parameters have changed")
  }

  /// A class, because nested modules are shown copies of the visitor.
  private final class Source {
    let scalars: [Double]
    var place = 0

    init(_ scalars: [Double]) { self.scalars = scalars }
  }

  private struct Writer: ParameterVisitor {
    let source: Source

    mutating func visit(_ name: String, _ parameter: inout Tensor) {
      let start = source.place
      source.place += parameter.count
      precondition(source.place <= source.scalars.count, "the model's parameters have changed")
      parameter.withUnsafeMutableScalars { target in
        for i in target.indices { target[i] = Float(source.scalars[start + i]) }
      }
    }
  }
}

/// Σ aᵢ·bᵢ, from the first to the last.
private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

/// target += factor · vector.
private func add(_ factor: Double, _ vector: [Double], to target: inout [Double]) {
  for i in target.indices { target[i] += factor * vector[i] }
}
