import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM against LIBSVM and LIBLINEAR")
struct SupportVectorMachineParityTests {
  struct KernelCase: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var kernel: String
    var gamma: Float?
    var cost: Float
    var features: Int
    var x: [Float]
    var y: [Int]
    var test: [Float]
    var balanced: Bool
    var class1Weight: Float?
    var sampleWeights: [Float]?
    var dualObjective: Double
    var decisionValues: [Double]
    var predictions: [Int]
    var supportVectors: Int
    var testDescription: String { name }
  }

  @Test(arguments: try fixture("kernels.json", as: [KernelCase].self))
  func kernelMachine(_ reference: KernelCase) throws {
    var parameters = SupportVectorMachine.Parameters()
    let gamma = reference.gamma.map { SupportVectorMachine.Gamma.value($0) } ?? .scale
    switch reference.kernel {
    case "rbf": parameters.kernel = .radialBasis(gamma: gamma)
    case "poly": parameters.kernel = .polynomial(degree: 3, gamma: gamma, coefficient0: 1)
    default: parameters.kernel = .linear
    }
    parameters.solver = .sequentialMinimalOptimization
    parameters.cost = reference.cost
    parameters.tolerance = 1e-5
    if reference.balanced { parameters.classWeights = .balanced }
    if let weight = reference.class1Weight { parameters.classWeights = .perClass([1: weight]) }
    var machine = SupportVectorMachine(parameters)
    var random = RandomSource(seed: 1)
    try machine.fit(
      Tensor(reference.x, shape: [reference.y.count, reference.features]), labels: reference.y, classCount: 2,
      sampleWeights: reference.sampleWeights, using: &random)
    let report = machine.reports[0]
    #expect(report.converged)
    #expect(abs(report.dualObjective - reference.dualObjective) <= 1e-5 * abs(reference.dualObjective))
    #expect(abs(report.supportVectorCount - reference.supportVectors) <= 1)
    let test = Tensor(reference.test, shape: [reference.test.count / reference.features, reference.features])
    let values = machine.decisionValues(for: test)
    #expect(mismatch(values, reference.decisionValues, shape: [test.shape[0]], tolerance: 1e-3) == nil)
    #expect(machine.predictions(for: test) == reference.predictions)
  }

  struct LinearCase: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var loss: String
    var classes: Int
    var cost: Float
    var features: Int
    var x: [Float]
    var y: [Int]
    var test: [Float]
    var weights: [Double]
    var bias: [Double]
    var decisionValues: [Double]
    var predictions: [Int]
    var testDescription: String { name }
  }

  @Test(arguments: try fixture("linear.json", as: [LinearCase].self))
  func linearMachine(_ reference: LinearCase) throws {
    var parameters = SupportVectorMachine.Parameters()
    parameters.loss = reference.loss == "hinge" ? .hinge : .squaredHinge
    parameters.cost = reference.cost
    parameters.tolerance = 1e-5
    parameters.maximumIterations = 100_000
    var machine = SupportVectorMachine(parameters)
    var random = RandomSource(seed: 1)
    try machine.fit(
      Tensor(reference.x, shape: [reference.y.count, reference.features]), labels: reference.y,
      classCount: reference.classes, using: &random)
    #expect(machine.converged)
    let plane = try #require(machine.hyperplane)
    #expect(mismatch(plane.weights.scalars, reference.weights, tolerance: 2e-4) == nil)
    #expect(mismatch(plane.bias.scalars, reference.bias, tolerance: 2e-4) == nil)
    let test = Tensor(reference.test, shape: [reference.test.count / reference.features, reference.features])
    let values = machine.decisionValues(for: test)
    #expect(values.shape == (reference.classes == 2 ? [test.shape[0]] : [test.shape[0], reference.classes]))
    #expect(mismatch(values.scalars, reference.decisionValues, tolerance: 1e-3) == nil)
    #expect(machine.predictions(for: test) == reference.predictions)
  }

  struct PairCase: Decodable {
    var features: Int
    var x: [Float]
    var y: [Int]
    var test: [Float]
    var pairValues: [Double]
    var classValues: [Double]
    var predictions: [Int]
  }

  @Test func oneVersusOne() throws {
    let reference = try fixture("one-versus-one.json", as: PairCase.self)
    var samples = Samples(1, seed: 1)
    samples.x = Tensor(reference.x, shape: [reference.y.count, reference.features])
    samples.labels = reference.y
    let machine = try SupportVectorMachine.fitted(samples, classes: 3) {
      $0.kernel = .radialBasis
      $0.multiclass = .oneVersusOne
      $0.tolerance = 1e-5
    }
    let test = Tensor(reference.test, shape: [reference.test.count / reference.features, reference.features])
    let values = machine.decisionValues(for: test)
    // Ours are positive for the second class of a pair, LIBSVM's for the first.
    #expect(mismatch(values, reference.pairValues.map { -$0 }, shape: [test.shape[0], 3], tolerance: 1e-3) == nil)
    #expect(
      mismatch(
        machine.classDecisionValues(for: test), reference.classValues, shape: [test.shape[0], 3], tolerance: 1e-3)
        == nil)
    #expect(machine.predictions(for: test) == reference.predictions)
    #expect(machine.reports.map(\.positive) == [1, 2, 2])
    #expect(machine.reports.map(\.negative) == [0, 0, 1])
  }
}
