import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM: optimality of the dual solutions")
struct SupportVectorMachineOptimalityTests {
  static let kernels: [SupportVectorMachine.Kernel] = [
    .linear, .radialBasis(gamma: .value(0.5)), .polynomial(degree: 2, gamma: .value(0.3), coefficient0: 1),
  ]

  /// The machine's matrix has float entries: its solution may be off by their rounding.
  static let rounding = 2e-4

  @Test(arguments: kernels, [Float(0.1), 1, 100])
  func optimalityConditions(_ kernel: SupportVectorMachine.Kernel, _ cost: Float) throws {
    for (count, features) in [(7, 2), (60, 3), (301, 5)] {
      let samples = Samples(count, features: features, seed: count)
      let machine = try SupportVectorMachine.fitted(samples) {
        $0.kernel = kernel
        $0.solver = .sequentialMinimalOptimization
        $0.cost = cost
      }
      #expect(machine.converged)
      let gram = naiveGram(kernel, samples.x)
      let scale = gram.flatMap { $0 }.reduce(1) { max($0, abs($1)) }
      let found = kktViolation(
        gram: gram, signs: samples.labels.map { $0 == 1 ? 1 : -1 },
        costs: samples.labels.map { _ in Double(cost) }, beta: machine.beta(count: count))
      #expect(found.broken == nil)
      #expect(found.gap <= 1e-3 + Self.rounding * scale * Double(max(1, cost)), "\(count) samples")
    }
  }

  @Test(arguments: kernels)
  func againstBruteForce(_ kernel: SupportVectorMachine.Kernel) throws {
    for seed in 1...4 {
      let samples = Samples(12, features: 2, seed: seed)
      var random = RandomSource(seed: seed)
      let weights = (0..<12).map { _ in random.uniform(in: 0.5..<2) }
      let machine = try SupportVectorMachine.fitted(samples, weights: weights) {
        $0.kernel = kernel
        $0.solver = .sequentialMinimalOptimization
        $0.tolerance = 1e-5
      }
      let best = bruteForceMinimum(
        gram: naiveGram(kernel, samples.x), signs: samples.labels.map { $0 == 1 ? 1 : -1 },
        costs: weights.map(Double.init))
      #expect(abs(machine.reports[0].dualObjective - best) <= 1e-4 * max(1, abs(best)), "seed \(seed)")
    }
  }

  @Test(arguments: [SupportVectorMachine.Loss.hinge, .squaredHinge])
  func coordinateDescentConditions(_ loss: SupportVectorMachine.Loss) throws {
    for (count, features) in [(9, 2), (80, 13), (400, 8)] {
      let samples = Samples(count, features: features, seed: count)
      let machine = try SupportVectorMachine.fitted(samples) {
        $0.loss = loss
        $0.tolerance = 1e-4
        $0.cost = 0.5
        $0.biasScale = 2
        $0.maximumIterations = 100_000
      }
      #expect(machine.converged)
      let plane = try #require(machine.hyperplane)
      let beta = machine.beta(count: count)
      // The weights are what the dual variables say.
      for d in 0..<features {
        let sum = (0..<count).reduce(0.0) { $0 + beta[$1] * samples.x.at([$1, d]) }
        #expect(abs(Double(plane.weights.scalars[d]) - sum) <= 1e-5 * max(1, abs(sum)))
      }
      #expect(abs(Double(plane.bias.scalar) - 4 * beta.reduce(0, +)) <= 1e-5)
      // The projected gradients vanish up to the tolerance.
      let ridge = loss == .hinge ? 0 : 1.0
      var (highest, lowest) = (-Double.infinity, Double.infinity)
      for i in 0..<count {
        let sign = samples.labels[i] == 1 ? 1.0 : -1
        let decision =
          (0..<features).reduce(Double(plane.bias.scalar)) {
            $0 + Double(plane.weights.scalars[$1]) * samples.x.at([i, $1])
          }
        let alpha = beta[i] * sign
        let gradient = sign * decision - 1 + ridge * alpha
        let isAtTop = loss == .hinge && alpha >= 0.5
        let projected = alpha <= 0 ? min(0, gradient) : isAtTop ? max(0, gradient) : gradient
        (highest, lowest) = (max(highest, projected), min(lowest, projected))
        #expect(alpha >= 0 && (loss == .squaredHinge || alpha <= 0.5))
      }
      #expect(highest - lowest <= 3e-4)
    }
  }

  @Test func shrinkingChangesNothing() throws {
    for kernel in Self.kernels {
      let samples = Samples(700, features: 3, spread: 1.2, seed: 5)
      let objectives = try [true, false].map { shrinking in
        let machine = try SupportVectorMachine.fitted(samples) {
          $0.kernel = kernel
          $0.solver = .sequentialMinimalOptimization
          $0.cost = 20
          $0.tolerance = 1e-4
          $0.shrinking = shrinking
        }
        #expect(machine.converged)
        return machine.reports[0].dualObjective
      }
      #expect(abs(objectives[0] - objectives[1]) <= 1e-5 * abs(objectives[1]))
    }
    for loss in [SupportVectorMachine.Loss.hinge, .squaredHinge] {
      let samples = Samples(500, features: 10, seed: 6)
      let objectives = try [true, false].map { shrinking in
        let machine = try SupportVectorMachine.fitted(samples) {
          $0.loss = loss
          $0.tolerance = 1e-4
          $0.shrinking = shrinking
          $0.maximumIterations = 1_000_000
        }
        #expect(machine.converged)
        return machine.reports[0].dualObjective
      }
      #expect(abs(objectives[0] - objectives[1]) <= 1e-6 * abs(objectives[1]))
    }
  }

  /// A cache of four rows, of some, of half of them (where rows are narrowed to the active samples), of all.
  @Test(arguments: [0, 40 * 600 * 4, 200 * 600 * 4, 1 << 30])
  func cacheSizeChangesNothing(_ bytes: Int) throws {
    let samples = Samples(600, features: 4, spread: 1.3, seed: 9)
    let kernel = SupportVectorMachine.Kernel.radialBasis(gamma: .value(0.4))
    let machine = try SupportVectorMachine.fitted(samples) {
      $0.kernel = kernel
      $0.cost = 30
      $0.cacheBytes = bytes
    }
    #expect(machine.converged)
    let found = kktViolation(
      gram: naiveGram(kernel, samples.x), signs: samples.labels.map { $0 == 1 ? 1 : -1 },
      costs: samples.labels.map { _ in 30 }, beta: machine.beta(count: 600))
    #expect(found.broken == nil)
    #expect(found.gap <= 5e-3)
  }

  /// The same samples with many zeros, whose products are formed by non-zeros, and moved away from zero, where they
  /// are formed densely: distances do not change.
  @Test func sparseAndDenseRowsAgree() throws {
    var sparse = Samples(300, features: 40, seed: 21)
    sparse.x.withUnsafeMutableScalars { scalars in
      for i in scalars.indices where i % 40 > 1 && (i * 7919) % 5 != 0 { scalars[i] = 0 }
    }
    var dense = sparse
    dense.x.withUnsafeMutableScalars { scalars in for i in scalars.indices { scalars[i] += 100 } }
    let results = try [sparse, dense].map { samples in
      try SupportVectorMachine.fitted(samples) {
        $0.kernel = .radialBasis(gamma: .value(0.05))
        $0.tolerance = 1e-4
      }
    }
    let (a, b) = (results[0].reports[0].dualObjective, results[1].reports[0].dualObjective)
    #expect(abs(a - b) <= 1e-4 * abs(a))
    let values = results[0].decisionValues(for: sparse.x)
    #expect(
      mismatch(
        results[1].decisionValues(for: dense.x), values.scalars.map(Double.init), shape: [300], tolerance: 2e-3)
        == nil)
  }

  @Test(arguments: [SupportVectorMachine.Solver.dualCoordinateDescent, .sequentialMinimalOptimization])
  func warmStart(_ solver: SupportVectorMachine.Solver) throws {
    let all = Samples(240, features: 6, seed: 4)
    func change(_ parameters: inout SupportVectorMachine.Parameters) {
      parameters.solver = solver
      parameters.tolerance = 1e-4
      parameters.warmStart = true
      parameters.maximumIterations = 1_000_000
    }
    let cold = try SupportVectorMachine.fitted(all, change)
    var warm = try SupportVectorMachine.fitted(all.prefix(230), change)
    var random = RandomSource(seed: 2)
    try warm.fit(all.x, labels: all.labels, classCount: 2, using: &random)
    let (a, b) = (warm.reports[0], cold.reports[0])
    #expect(abs(a.dualObjective - b.dualObjective) <= 1e-5 * abs(b.dualObjective))
    #expect(a.iterations < b.iterations)
    // The same samples again: there is hardly anything left to do.
    try warm.fit(all.x, labels: all.labels, classCount: 2, using: &random)
    #expect(warm.reports[0].iterations <= max(2, b.iterations / 5))
    // Other samples in their place: the past is no help, and no harm.
    let other = Samples(240, features: 6, seed: 8)
    try warm.fit(other.x, labels: other.labels, classCount: 2, using: &random)
    let fresh = try SupportVectorMachine.fitted(other, change)
    #expect(
      abs(warm.reports[0].dualObjective - fresh.reports[0].dualObjective) <= 1e-5 * abs(fresh.reports[0].dualObjective))
  }

  @Test func lowerCostAfterWarmStart() throws {
    let samples = Samples(120, features: 3, spread: 2, seed: 14)
    var machine = try SupportVectorMachine.fitted(samples) {
      $0.kernel = .radialBasis(gamma: .value(0.5))
      $0.warmStart = true
    }
    machine.parameters.cost = 0.2
    var random = RandomSource(seed: 2)
    try machine.fit(samples.x, labels: samples.labels, classCount: 2, using: &random)
    let found = kktViolation(
      gram: naiveGram(machine.parameters.kernel, samples.x), signs: samples.labels.map { $0 == 1 ? 1 : -1 },
      costs: samples.labels.map { _ in Double(Float(0.2)) }, beta: machine.beta(count: 120))
    #expect(found.broken == nil)
    #expect(found.gap <= 2e-3)
  }

  @Test func iterationLimit() throws {
    let samples = Samples(200, features: 3, seed: 3)
    for kernel in [SupportVectorMachine.Kernel.linear, .radialBasis] {
      let machine = try SupportVectorMachine.fitted(samples) {
        $0.kernel = kernel
        $0.cost = 100
        $0.tolerance = 1e-6
        $0.maximumIterations = 3
      }
      #expect(!machine.converged)
      #expect(machine.reports[0].iterations == 3)
    }
  }
}
