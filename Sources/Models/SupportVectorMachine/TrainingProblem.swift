internal import Tensor

/// Checked training samples.
struct TrainingProblem {
  /// `[N, D]`, untraced, with the samples of weight 0.
  let x: Tensor
  let labels: [Int]
  let classCount: Int
  /// Cₜ per sample: cost · class weight · sample weight.
  let costs: [Double]
  let parameters: SupportVectorMachine.Parameters
  let function: KernelFunction

  init(
    _ x: Tensor, labels: [Int], classCount: Int, sampleWeights: [Float]?,
    parameters: SupportVectorMachine.Parameters
  ) throws(SupportVectorMachineError) {
    if let reason = parameters.problem() { throw .invalidParameters(reason: reason) }
    guard let count = x.shape.first, count > 0, x.count > 0 else { throw .noSamples }
    guard labels.count == count else { throw .labelCountDiffers(labels: labels.count, samples: count) }
    if let (sample, label) = labels.enumerated().first(where: { !(0..<classCount).contains($1) }) {
      throw .labelOutOfRange(label: label, sample: sample, classCount: classCount)
    }
    let weights = sampleWeights ?? [Float](repeating: 1, count: count)
    guard weights.count == count else { throw .weightCountDiffers(weights: weights.count, samples: count) }
    if let (sample, weight) = weights.enumerated().first(where: { !($1 >= 0 && $1.isFinite) }) {
      throw .invalidSampleWeight(weight: weight, sample: sample)
    }
    let present = Set(zip(labels, weights).filter { $0.1 > 0 }.map(\.0))
    guard let label = present.first else { throw .noSamples }
    guard present.count > 1 else { throw .oneClassOnly(label: label) }
    let dimension = x.count / count
    let matrix = Tensor(storage: x.storage, offset: x.offset, shape: [count, dimension])
    if let place = matrix.firstNonFinite() {
      throw .featureNotFinite(sample: place / dimension, feature: place % dimension)
    }
    let classWeights = TrainingProblem.classWeights(parameters.classWeights, labels, weights)
    self.x = matrix
    self.labels = labels
    self.classCount = classCount
    self.parameters = parameters
    costs = zip(labels, weights).map {
      Double(parameters.cost) * classWeights[$0, default: 1] * Double($1)
    }
    function = KernelFunction(parameters.kernel, on: matrix)
  }

  private static func classWeights(
    _ weights: SupportVectorMachine.ClassWeights, _ labels: [Int], _ sampleWeights: [Float]
  ) -> [Int: Double] {
    switch weights {
    case .uniform: return [:]
    case .perClass(let given): return given.mapValues(Double.init)
    case .balanced:
      let counted = zip(labels, sampleWeights).filter { $0.1 > 0 }.map(\.0)
      let counts = counted.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
      return counts.mapValues { Double(counted.count) / Double(counts.count * $0) }
    }
  }
}

// MARK: - Training

extension TrainingProblem {
  /// The machines of `layout`; `start` holds dual variables α·y of an earlier fit, per machine and sample.
  func machines(
    _ layout: MachineLayout, start: [[Int: Double]]?, using random: inout RandomSource
  ) -> [BinaryMachine] {
    // One word of the caller's generator; all else comes from streams, so that the order of work does not matter.
    let source = RandomSource(seed: Int(truncatingIfNeeded: random.next()))
    let sides = layout.sides
    let tasks = sides.enumerated().map { index, sides in
      task(positive: sides.positive, negative: sides.negative, start: start?[index])
    }
    var trained: [BinaryMachine]
    if case .oneVersusRest = layout {
      let solvable = tasks.indices.filter { tasks[$0].hasBothSides }
      let trainer = trainer(machines: 1)
      let solved = trainer.machines(for: solvable.map { tasks[$0] }, using: source)
      trained = tasks.map { _ in .constant(-1) }
      for (index, machine) in zip(solvable, solved) { trained[index] = machine }
    } else {
      let trainer = trainer(machines: tasks.count)
      trained = parallelMap(tasks.count) { index in
        var own = source.stream("machine", index)
        return tasks[index].hasBothSides
          ? trainer.machine(for: tasks[index], using: &own) : .constant(Double(tasks[index].signs.first ?? 0))
      }
    }
    if parameters.probability {
      let trainer = trainer(machines: tasks.count * 5)
      let sigmoids = parallelMap(tasks.count) { index -> PlattSigmoid? in
        var own = source.stream("probability", index)
        return tasks[index].hasBothSides ? trainer.sigmoid(for: tasks[index], using: &own) : nil
      }
      for (index, sigmoid) in sigmoids.enumerated() { trained[index].sigmoid = sigmoid }
    }
    return trained
  }

  /// Machines that train side by side share the cache's budget; how many that may be does not depend on the threads,
  /// because what is cached decides which rows are computed together.
  private func trainer(machines: Int) -> BinaryTrainer {
    BinaryTrainer(
      x: x, parameters: parameters, function: function, cacheBytes: parameters.cacheBytes / min(max(machines, 1), 8))
  }

  private func task(positive: Int, negative: Int?, start: [Int: Double]?) -> BinaryTask {
    let taking = labels.indices.filter {
      costs[$0] > 0 && (labels[$0] == positive || negative == nil || labels[$0] == negative)
    }
    return BinaryTask(
      samples: taking, signs: taking.map { labels[$0] == positive ? 1 : -1 }, costs: taking.map { costs[$0] },
      start: start.map { start in taking.map { start[$0, default: 0] } })
  }
}

// MARK: - Warm start

/// What a fit leaves for the next one to start from.
struct TrainingHistory: Sendable {
  private let x: Tensor
  private let labels: [Int]
  private let parameters: SupportVectorMachine.Parameters
  private let layout: MachineLayout
  private let coefficients: [[Int: Double]]

  init(
    _ problem: TrainingProblem, _ parameters: SupportVectorMachine.Parameters, _ layout: MachineLayout,
    _ machines: [BinaryMachine]
  ) {
    (x, labels) = (problem.x, problem.labels)
    self.parameters = parameters
    self.layout = layout
    coefficients = machines.map { Dictionary($0.support.map { ($0.sample, $0.beta) }, uniquingKeysWith: { $1 }) }
  }

  /// The dual variables per machine, if `problem` begins with the very samples of this fit; else `nil`.
  func continued(
    by problem: TrainingProblem, _ parameters: SupportVectorMachine.Parameters
  ) -> [[Int: Double]]? {
    guard layout == MachineLayout(classCount: problem.classCount, multiclass: parameters.multiclass),
      self.parameters.kernel == parameters.kernel, self.parameters.loss == parameters.loss,
      x.shape[1] == problem.x.shape[1], problem.labels.starts(with: labels)
    else { return nil }
    let same = x.withUnsafeScalars { old in
      problem.x.withUnsafeScalars { new in new.prefix(old.count).elementsEqual(old) }
    }
    return same ? coefficients : nil
  }
}
