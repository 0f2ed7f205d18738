internal import Tensor

/// One binary question: which of the training samples take part, on which side, at what cost.
struct BinaryTask: Sendable {
  /// Indices of the training samples, ascending.
  var samples: [Int]
  /// 1 for the positive side, −1 for the other.
  var signs: [Float]
  var costs: [Double]
  /// The dual variables to start from.
  var start: [Double]?

  /// Whether both sides have samples.
  var hasBothSides: Bool { signs.contains(1) && signs.contains(-1) }

  /// The part of the task that `keep` selects by position.
  func filtered(_ keep: (Int) -> Bool) -> BinaryTask {
    let kept = samples.indices.filter(keep)
    return BinaryTask(
      samples: kept.map { samples[$0] }, signs: kept.map { signs[$0] }, costs: kept.map { costs[$0] },
      start: start.map { start in kept.map { start[$0] } })
  }
}

/// A binary machine after training.
struct BinaryMachine: Sendable {
  /// Indices of the training samples that were given.
  var samples: [Int]
  var solution: DualSolution
  /// The weights of a linear machine, when the solver keeps them.
  var weights: [Float]?
  var sigmoid: PlattSigmoid?

  /// A machine that says `value` to everything: for a class without samples.
  static func constant(_ value: Double) -> BinaryMachine {
    BinaryMachine(
      samples: [], solution: DualSolution(beta: [], bias: value, objective: 0, iterations: 0, converged: true),
      weights: nil, sigmoid: nil)
  }

  /// The training samples with a dual variable that is not 0, and that variable times the label.
  var support: [(sample: Int, beta: Double)] {
    zip(samples, solution.beta).filter { $0.1 != 0 }.map { ($0.0, $0.1) }
  }
}

/// Trains binary machines on one set of inputs.
struct BinaryTrainer: Sendable {
  /// `[N, D]`
  let x: Tensor
  let parameters: SupportVectorMachine.Parameters
  let function: KernelFunction
  let cacheBytes: Int

  /// Solves one task.
  func machine(for task: BinaryTask, using random: inout RandomSource) -> BinaryMachine {
    switch parameters.method {
    case .automatic, .dualCoordinateDescent:
      return descended(task, on: BlockRows(x.selectingRows(task.samples)), using: &random)
    case .sequentialMinimalOptimization:
      var matrix = KernelMatrix(
        KernelPoints(x, rows: task.samples, function: function), cacheBytes: cacheBytes)
      return optimized(task, on: &matrix)
    }
  }

  /// Solves several tasks over the same samples, which then share the samples' preparation.
  func machines(for tasks: [BinaryTask], using random: RandomSource) -> [BinaryMachine] {
    guard let samples = tasks.first?.samples else { return [] }
    switch parameters.method {
    case .automatic, .dualCoordinateDescent:
      let rows = BlockRows(x.selectingRows(samples))
      return parallelMap(tasks.count) { index in
        var own = random.stream("machine", index)
        return descended(tasks[index], on: rows, using: &own)
      }
    case .sequentialMinimalOptimization:
      var matrix = KernelMatrix(KernelPoints(x, rows: samples, function: function), cacheBytes: cacheBytes)
      return tasks.map { optimized($0, on: &matrix) }
    }
  }

  private func descended(_ task: BinaryTask, on rows: BlockRows, using random: inout RandomSource) -> BinaryMachine {
    let descent = DualCoordinateDescent(
      rows: rows, problem: DualProblem(signs: task.signs, costs: task.costs, start: task.start),
      loss: parameters.loss, biasScale: Double(parameters.biasScale), tolerance: Double(parameters.tolerance),
      maximumIterations: parameters.maximumIterations ?? 1000)
    let (solution, weights) = descent.solve(shrinking: parameters.shrinking, using: &random)
    return BinaryMachine(
      samples: task.samples, solution: solution, weights: Array(weights.prefix(x.shape[1])), sigmoid: nil)
  }

  private func optimized(_ task: BinaryTask, on matrix: inout KernelMatrix) -> BinaryMachine {
    let problem = DualProblem(signs: task.signs, costs: task.costs, start: task.start.map { task.feasible($0) })
    var optimization = SequentialMinimalOptimization(
      problem, matrix: matrix, tolerance: Double(parameters.tolerance),
      maximumIterations: parameters.maximumIterations ?? max(10_000_000, 100 * task.samples.count))
    let solution = optimization.solve(shrinking: parameters.shrinking)
    matrix = optimization.matrix
    return BinaryMachine(samples: task.samples, solution: solution, weights: nil, sigmoid: nil)
  }
}

extension BinaryTask {
  /// The nearest thing to `start` that is feasible: inside the bounds, and the larger side scaled down to the smaller.
  func feasible(_ start: [Double]) -> [Double] {
    let bounded = start.indices.map { max(0, min(costs[$0], start[$0] * Double(signs[$0]))) }
    var (positive, negative) = (0.0, 0.0)
    for (alpha, sign) in zip(bounded, signs) { if sign > 0 { positive += alpha } else { negative += alpha } }
    let common = min(positive, negative)
    guard common > 0 else { return [Double](repeating: 0, count: start.count) }
    return zip(bounded, signs).map { alpha, sign in
      sign > 0 ? alpha * (common / positive) : -alpha * (common / negative)
    }
  }
}

/// The results of `body` for `0..<count`, computed on the pool, in order.
func parallelMap<Result: Sendable>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
  var results = [Result?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { results in
    parallel(count) { results[$0] = body($0) }
  }
  return results.compactMap { $0 }
}
