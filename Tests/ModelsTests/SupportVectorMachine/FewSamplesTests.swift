import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM of few samples and many features", .traced)
struct FewSamplesTests {
  struct Reference: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var samples: Int
    var features: Int
    var tests: Int
    var shift: Float
    var cost: Float
    var dualObjective: Double
    var bias: Double
    var supportVectors: Int
    var trained: [Int]
    var decisionValues: [Double]
    var testDescription: String { name }

    /// See `few_samples_cases` in `scripts/fixtures/generate_svm.py`.
    func drawn() -> (training: Tensor, test: Tensor, labels: [Int]) {
      let rows = Tensor(shape: [samples + tests, features]) { target in
        for index in target.indices {
          let isShifted = index / features % 2 == 1 && index % features < 64
          target[index] = Float(FewSamplesTests.mixed(UInt64(index)) >> 48) / 65536 + (isShifted ? shift : 0)
        }
      }
      return (rows.rows(0..<samples), rows.rows(samples..<samples + tests), (0..<samples).map { $0 % 2 })
    }
  }

  private static func mixed(_ index: UInt64) -> UInt64 {
    var z = (index + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The linear machine with a free bias is scikit-learn's `SVC(kernel="linear")`, at its default tolerance.
  @Test(arguments: try fixture("few-samples.json", as: [Reference].self))
  func agreesWithSVC(_ reference: Reference) throws {
    let (x, test, labels) = reference.drawn()
    var parameters = SupportVectorMachine.Parameters()
    parameters.solver = .sequentialMinimalOptimization
    parameters.cost = reference.cost
    var machine = SupportVectorMachine(parameters)
    var random = RandomSource(seed: 1)
    try machine.fit(x, labels: labels, classCount: 2, using: &random)
    let report = machine.reports[0]
    #expect(report.converged)
    #expect(abs(report.dualObjective - reference.dualObjective) <= 1e-4 * abs(reference.dualObjective))
    #expect(abs(Double(report.bias) - reference.bias) <= 2e-3 * max(1, abs(reference.bias)))
    #expect(abs(report.supportVectorCount - reference.supportVectors) <= 2)
    #expect(machine.predictions(for: x) == reference.trained)
    #expect(machine.predictions(for: test) == reference.decisionValues.map { $0 > 0 ? 1 : 0 })
    #expect(mismatch(machine.decisionValues(for: test), reference.decisionValues, shape: [100], tolerance: 5e-3) == nil)
    // Every kernel value was computed once.
    #expect(report.kernelRows == reference.samples)
  }

  /// LIBLINEAR's objective, the default for the linear kernel, regularises the bias: its dual has no constraint and its
  /// optimum is not above.
  @Test func theRegularisedBiasIsAnotherProblem() throws {
    let samples = Samples(120, features: 200, spread: 2, seed: 61)
    let free = try SupportVectorMachine.fitted(samples) { $0.solver = .sequentialMinimalOptimization }
    let regularised = try SupportVectorMachine.fitted(samples) { $0.tolerance = 1e-6 }
    let sum = free.dualCoefficients[0].values.reduce(0, +)
    #expect(abs(sum) <= 1e-9)
    #expect(abs(regularised.dualCoefficients[0].values.reduce(0, +)) > 1e-6)
    #expect(regularised.reports[0].dualObjective < free.reports[0].dualObjective)
  }

  /// The whole matrix at once gives the machine that row after row gives, for counts around the sides of its tiles.
  @Test func theWholeMatrixIsItsRows() throws {
    let kernels: [SupportVectorMachine.Kernel] = [
      .linear, .radialBasis, .polynomial(degree: 2, gamma: .scale, coefficient0: 1),
    ]
    try withEvery("kernel", in: kernels) { kernel in
      try withEvery("samples", in: [2, 95, 96, 97, 193, 350]) { count in
        let samples = Samples(count, features: 60, spread: 3, seed: 62)
        let fits = try [1 << 30, 0].map { cacheBytes in
          try SupportVectorMachine.fitted(samples) {
            $0.kernel = kernel
            $0.solver = .sequentialMinimalOptimization
            $0.tolerance = 1e-5
            $0.cacheBytes = cacheBytes
          }
        }
        #expect(fits[0].reports[0].kernelRows == count)
        let (whole, rows) = (fits[0].reports[0].dualObjective, fits[1].reports[0].dualObjective)
        #expect(abs(whole - rows) <= 1e-5 * abs(rows))
        let values = fits[1].decisionValues(for: samples.x).scalars.map(Double.init)
        #expect(mismatch(fits[0].decisionValues(for: samples.x), values, shape: [count], tolerance: 1e-3) == nil)
      }
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let samples = Samples(300, features: 100, spread: 3, seed: 63)
    try withEvery("kernel", in: [SupportVectorMachine.Kernel.linear, .radialBasis]) { kernel in
      let values = try [1, 2, 3].map { threads in
        ThreadPool.threadCount = threads
        return try SupportVectorMachine.fitted(samples) {
          $0.kernel = kernel
          $0.solver = .sequentialMinimalOptimization
        }.decisionValues(for: samples.x)
      }
      for other in values.dropFirst() { #expect(bitMismatch(other, values[0]) == nil) }
    }
  }
}
