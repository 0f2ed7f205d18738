import Tensor
import TestSupport
import Testing

/// Σ curvatureᵢ·(xᵢ − i)²/2, rotated so that the axes are not the coordinates.
private func quadratic(_ x: Tensor, curvatures: [Float]) -> Tensor {
  let count = curvatures.count
  // A reflection is orthogonal: I − 2vvᵀ/‖v‖² with v = 1.
  let centre = Tensor((0..<count).map { Float($0) })
  let moved = (x - centre).reshaped(to: [1, count])
  let rotated = moved - moved.sum() * (2 / Float(count))
  return (rotated.squared() * Tensor(curvatures) * 0.5).sum()
}

/// 100·(y − x²)² + (1 − x)², summed over pairs.
private func rosenbrock(_ points: Tensor) -> Tensor {
  let parts = points.split(sizes: [1, 1], alongAxis: 1)
  return ((parts[1] - parts[0].squared()).squared() * 100 + (1 - parts[0]).squared()).sum()
}

@Suite("L-BFGS")
struct LBFGSTests {
  @Test("Rosenbrock's valley is followed to its end")
  func valley() throws {
    var variable = Variable(Tensor([-1.2, 1], shape: [1, 2]))
    var values: [Float] = []
    var settings = LBFGS()
    settings.gradientTolerance = 1e-3
    let result = try settings.minimize(&variable) {
      values.append($0.value)
      return true
    } objective: {
      rosenbrock($0.value)
    }
    #expect(result.reason == .gradientIsSmall && result.gradientNorm < 2e-3)
    // Floats near 1 are 6e-8 apart, which 100 times their square makes 1e-12; the valley is flat along (1, 2).
    #expect(result.value < 1e-7)
    #expect(mismatch(variable.value.scalars, [1, 1], tolerance: 1e-3) == nil)
    #expect(result.iterations < 60 && result.evaluations < 90 && result.evaluations > result.iterations)
    #expect(values.count == result.iterations && zip(values, values.dropFirst()).allSatisfy { $1 <= $0 })
  }

  @Test("With exact line searches a quadratic of n variables takes n steps", arguments: [2, 5, 8])
  func quadratics(count: Int) throws {
    let curvatures = (0..<count).map { Float(1 + 2 * $0) }
    var variable = Variable(Tensor(repeating: 3, shape: [count]))
    var settings = LBFGS()
    (settings.memory, settings.maximumIterations, settings.gradientTolerance) = (count, count, 0)
    settings.curvature = 1e-3
    let start = quadratic(variable.value, curvatures: curvatures).scalar
    let result = try settings.minimize(&variable) { quadratic($0.value, curvatures: curvatures) }
    #expect(result.iterations <= count)
    // Exact but for a line search to a thousandth and for floats.
    #expect(result.value < 1e-6 * start, "\(result)")
    // One step less is not enough: the test would not notice a method that needs none.
    var short = Variable(Tensor(repeating: 3, shape: [count]))
    settings.maximumIterations = 1
    #expect(try settings.minimize(&short) { quadratic($0.value, curvatures: curvatures) }.value > 1e-3 * start)
  }

  private func logisticLoss(_ model: TwoParameters, _ inputs: Tensor, _ labels: Tensor) -> Tensor {
    let weight = model.weight
    let logits = matmul(inputs, weight.reshaped(to: [6, 1])).reshaped(to: [80]) + model.inner.value
    return (logits.softplus() - logits * labels).mean() + weight.squared().sum() * 0.005
  }

  @Test("Logistic regression ends where scipy's L-BFGS does")
  func logisticRegression() throws {
    let file = try SafeTensors.read(fixturePath("LBFGS/lbfgs.safetensors"))
    let inputs = try #require(file["inputs"])
    let labels = try #require(file["labels"])
    let expected = try #require(file["value"])
    var model = TwoParameters(weight: .zeros([6]), bias: .zeros([1]))
    let result = try LBFGS().minimize(&model) { logisticLoss($0, inputs, labels) }
    // Evaluated in double precision at the parameters that were found.
    let (x, y, w) = (inputs.scalars.map(Double.init), labels.scalars.map(Double.init), model.weight.scalars)
    var value = 0.005 * w.reduce(0) { $0 + Double($1) * Double($1) }
    for row in 0..<80 {
      var logit = Double(model.inner.value.scalars[0])
      for column in 0..<6 { logit += x[row * 6 + column] * Double(w[column]) }
      value += (logarithmOfOnePlusExponential(logit) - y[row] * logit) / 80
    }
    let best = expected.scalars.reduce(0) { $0 + Double($1) }
    #expect(abs(value - best) < 1e-6, "\(value) instead of \(best)")
    #expect(abs(Double(result.value) - best) < 1e-6)
    let weights = try #require(file["weights"]).scalars.map(Double.init)
    #expect(mismatch(model.weight.scalars, weights, tolerance: 1e-3) == nil)
    #expect(model.count.scalars == [7], "state is none of its business")
  }

  @Test("The same start gives the same bits")
  func determinism() throws {
    func run() throws -> (LBFGS.Result, Tensor) {
      var random = RandomSource(seed: 3)
      var variable = Variable(Tensor(normal: [20, 2], using: &random))
      let result = try LBFGS().minimize(&variable) { rosenbrock($0.value) }
      return (result, variable.value)
    }
    let (first, second) = (try run(), try run())
    #expect(first.0 == second.0)
    #expect(bitMismatch(first.1, second.1) == nil)
  }

  @Test("Limits, an observer and a value that settles end it")
  func reasons() throws {
    let start = Variable(Tensor([-1.2, 1], shape: [1, 2]))
    var settings = LBFGS()
    settings.maximumIterations = 3
    var variable = start
    #expect(try settings.minimize(&variable) { rosenbrock($0.value) }.reason == .iterationLimit)
    let three = variable.value
    var seen = 0
    variable = start
    let stopped = try LBFGS().minimize(&variable) { progress in
      seen += 1
      #expect(progress.iteration == seen && progress.evaluations >= seen)
      return seen < 3
    } objective: {
      rosenbrock($0.value)
    }
    #expect(stopped.reason == .interrupted && stopped.iterations == 3)
    #expect(bitMismatch(variable.value, three) == nil)
    settings = LBFGS()
    (settings.valueTolerance, settings.gradientTolerance) = (0.5, 0)
    variable = start
    #expect(try settings.minimize(&variable) { rosenbrock($0.value) }.reason == .valueHasSettled)
    // At the minimum there is nothing to do.
    variable = Variable(Tensor([1, 1], shape: [1, 2]))
    let there = try LBFGS().minimize(&variable) { rosenbrock($0.value) }
    #expect(there.reason == .gradientIsSmall && there.iterations == 0 && there.evaluations == 1)
  }

  @Test("Rounding is told from progress")
  func rounding() throws {
    // A large constant leaves the value 1e-3 coarse; the gradient still leads on.
    var variable = Variable(Tensor([5, 5]))
    var settings = LBFGS()
    (settings.gradientTolerance, settings.maximumIterations) = (0, 200)
    let result = try settings.minimize(&variable) { $0.value.squared().sum() + 10_000 }
    #expect(result.iterations < 200)
    #expect(variable.value.absoluteValue().max().scalar < 0.05)
  }

  @Test("A value that is not finite at the start is an error, farther out a step too far")
  func notFinite() throws {
    var variable = Variable(Tensor([-1]))
    let before = variable.value
    #expect(throws: LBFGSError.notFiniteAtStart) {
      try LBFGS().minimize(&variable) { $0.value.logarithm().sum() }
    }
    #expect(bitMismatch(variable.value, before) == nil)
    // −log x + x² has no value left of 0, where the first step leads.
    variable = Variable(Tensor([0.999]))
    var tried: [Float] = []
    let result = try LBFGS().minimize(&variable) { model in
      tried.append(model.value.detached.scalars[0])
      return (model.value.squared() * 40 - model.value.logarithm()).sum()
    }
    #expect(tried.contains { $0 < 0 }, "no step led out of the domain: \(tried)")
    #expect(result.reason == .gradientIsSmall || result.reason == .noFurtherProgress)
    #expect(abs(variable.value.scalars[0] - Float(1.0 / 80).squareRoot()) < 1e-3)
    // Finite at the start alone: nowhere to go.
    var calls = 0
    variable = Variable(Tensor([1]))
    #expect(throws: LBFGSError.notFinite(iteration: 0)) {
      try LBFGS().minimize(&variable) { model in
        calls += 1
        return calls == 1 ? model.value.sum() : (model.value * .infinity).sum()
      }
    }
    #expect(variable.value.scalars == [1])
  }

  @Test("A line without curvature is not remembered")
  func curvature() throws {
    var variable = Variable(Tensor([0]))
    var settings = LBFGS()
    settings.maximumIterations = 3
    let result = try settings.minimize(&variable) { -$0.value.sum() }
    #expect(result.skippedPairs == result.iterations && result.iterations > 0)
    #expect(variable.value.scalars[0] > 0)
  }

  @Test("Settings that make no sense are named")
  func settings() {
    #expect(LBFGS().problem() == nil)
    func problem(_ change: (inout LBFGS) -> Void) -> String {
      var settings = LBFGS()
      change(&settings)
      return settings.problem() ?? ""
    }
    #expect(problem { $0.memory = 0 }.hasPrefix("memory is 0"))
    #expect(problem { $0.maximumIterations = 0 }.hasPrefix("maximumIterations"))
    #expect(problem { $0.gradientTolerance = .nan }.hasPrefix("gradientTolerance"))
    #expect(problem { $0.valueTolerance = -1 }.hasPrefix("valueTolerance"))
    #expect(problem { $0.sufficientDecrease = 0.5 }.hasPrefix("sufficientDecrease"))
    #expect(problem { $0.curvature = 1e-5 }.hasPrefix("curvature"))
    #expect(problem { $0.maximumLineSearchEvaluations = 1 }.hasPrefix("maximumLineSearchEvaluations"))
  }
}

private func logarithmOfOnePlusExponential(_ x: Double) -> Double {
  // By the series of 2·artanh: enough for a test, and no library is needed.
  let magnitude = abs(x)
  let small = exponential(-magnitude)
  let z = small / (2 + small)
  let square = z * z
  var (term, sum) = (z, 0.0)
  for k in 0..<60 {
    sum += term / Double(2 * k + 1)
    term *= square
  }
  return 2 * sum + max(x, 0)
}

private func exponential(_ x: Double) -> Double {
  // e^x = (e^(x/1024))^1024.
  let small = x / 1024
  var (term, sum) = (1.0, 1.0)
  for k in 1..<20 {
    term *= small / Double(k)
    sum += term
  }
  for _ in 0..<10 { sum *= sum }
  return sum
}
