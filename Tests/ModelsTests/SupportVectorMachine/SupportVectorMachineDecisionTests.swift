import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM: decision values, classes and their gradients")
struct SupportVectorMachineDecisionTests {
  static let kernels: [SupportVectorMachine.Kernel] = [
    .linear, .radialBasis(gamma: .value(0.3)), .polynomial(degree: 3, gamma: .value(0.2), coefficient0: 1),
    .polynomial(degree: 1, gamma: .value(0.5), coefficient0: 0), .sigmoid(gamma: .value(0.1), coefficient0: -0.2),
  ]

  @Test(arguments: kernels)
  func decisionValuesByDefinition(_ kernel: SupportVectorMachine.Kernel) throws {
    let samples = Samples(70, features: 5, seed: 30)
    let machine = try SupportVectorMachine.fitted(samples) {
      $0.kernel = kernel
      $0.solver = .sequentialMinimalOptimization
    }
    let unseen = Samples(401, features: 5, seed: 31)
    let beta = machine.beta(count: 70)
    func row(_ x: Tensor, _ n: Int) -> [Double] { (0..<5).map { x.at([n, $0]) } }
    let support = (0..<70).filter { beta[$0] != 0 }.map { (beta[$0], row(samples.x, $0)) }
    let expected = (0..<401).map { n in
      let x = row(unseen.x, n)
      return support.reduce(Double(machine.reports[0].bias)) { $0 + $1.0 * naiveKernel(kernel, $1.1, x) }
    }
    #expect(mismatch(machine.decisionValues(for: unseen.x), expected, shape: [401], tolerance: 1e-5) == nil)
  }

  @Test(arguments: kernels, [2, 3])
  func gradients(_ kernel: SupportVectorMachine.Kernel, _ classes: Int) throws {
    let samples = Samples(60, features: 4, classes: classes, seed: 32)
    for multiclass in [SupportVectorMachine.Multiclass.oneVersusRest, .oneVersusOne] {
      let machine = try SupportVectorMachine.fitted(samples, classes: classes) {
        $0.kernel = kernel
        $0.multiclass = multiclass
      }
      var random = RandomSource(seed: 33)
      // Inputs of any shape, as a generator makes them.
      let x = Tensor(normal: [3, 2, 2, 1], using: &random)
      #expect(gradientMismatch(of: { machine.decisionValues(for: $0[0]) }, at: [x]) == nil)
      if classes == 2 { #expect(gradientMismatch(of: { machine.classDecisionValues(for: $0[0]) }, at: [x]) == nil) }
    }
  }

  @Test func hyperplaneIsTheDecision() throws {
    for (classes, solver) in [(2, SupportVectorMachine.Solver.automatic), (3, .sequentialMinimalOptimization)] {
      let samples = Samples(60, features: 4, classes: classes, seed: 34)
      let machine = try SupportVectorMachine.fitted(samples, classes: classes) { $0.solver = solver }
      let plane = try #require(machine.hyperplane)
      #expect(plane.weights.shape == (classes == 2 ? [4] : [3, 4]))
      #expect(plane.bias.shape == (classes == 2 ? [] : [3]))
      let machines = classes == 2 ? 1 : 3
      let expected = (0..<60).flatMap { n in
        (0..<machines).map { m in
          (0..<4).reduce(Double(plane.bias.scalars[m])) {
            $0 + Double(plane.weights.scalars[m * 4 + $1]) * samples.x.at([n, $1])
          }
        }
      }
      #expect(mismatch(machine.decisionValues(for: samples.x).scalars, expected) == nil)
    }
    let curved = try SupportVectorMachine.fitted(Samples(20, seed: 1)) { $0.kernel = .radialBasis }
    #expect(curved.hyperplane == nil)
  }

  @Test(arguments: [SupportVectorMachine.Multiclass.oneVersusRest, .oneVersusOne])
  func missingClasses(_ multiclass: SupportVectorMachine.Multiclass) throws {
    // Classes 1 and 4 of five have samples.
    var samples = Samples(50, features: 3, spread: 0.4, seed: 35)
    samples.labels = samples.labels.map { $0 == 0 ? 1 : 4 }
    for kernel in [SupportVectorMachine.Kernel.linear, .radialBasis] {
      let machine = try SupportVectorMachine.fitted(samples, classes: 5) {
        $0.kernel = kernel
        $0.multiclass = multiclass
        $0.probability = true
      }
      let predictions = machine.predictions(for: samples.x)
      #expect(Set(predictions) == [1, 4])
      #expect(zip(predictions, samples.labels).filter { $0 == $1 }.count >= 45)
      #expect(machine.classDecisionValues(for: samples.x).shape == [50, 5])
      let probabilities = machine.probabilities(for: samples.x)
      for n in 0..<50 {
        for k in [0, 2, 3] { #expect(probabilities.at([n, k]) == 0) }
        #expect(abs(probabilities.at([n, 1]) + probabilities.at([n, 4]) - 1) <= 1e-5)
      }
    }
  }

  @Test func unfittedOrWrongSizeStops() async {
    await #expect(processExitsWith: .failure) {
      _ = SupportVectorMachine().predictions(for: Tensor.zeros([2, 3]))
    }
    await #expect(processExitsWith: .failure) {
      let machine = try SupportVectorMachine.fitted(Samples(10, features: 2, seed: 1)) { _ in }
      _ = machine.decisionValues(for: Tensor.zeros([2, 3]))
    }
    await #expect(processExitsWith: .failure) {
      let machine = try SupportVectorMachine.fitted(Samples(10, features: 2, seed: 1)) { _ in }
      _ = machine.probabilities(for: Tensor.zeros([2, 2]))
    }
  }
}
