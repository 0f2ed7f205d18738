import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM: the same bits for any number of threads", .serialized)
struct SupportVectorMachineDeterminismTests {
  @Test func threads() throws {
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let samples = Samples(700, features: 30, classes: 3, spread: 1.5, seed: 50)
    var settings: [SupportVectorMachine.Parameters] = []
    for kernel in [SupportVectorMachine.Kernel.linear, .radialBasis] {
      for multiclass in [SupportVectorMachine.Multiclass.oneVersusRest, .oneVersusOne] {
        var parameters = SupportVectorMachine.Parameters()
        parameters.kernel = kernel
        parameters.multiclass = multiclass
        parameters.probability = true
        parameters.cacheBytes = 4 << 20
        settings.append(parameters)
      }
    }
    for parameters in settings {
      var results: [(values: Tensor, probabilities: Tensor)] = []
      for threads in [1, 2, 3] {
        ThreadPool.threadCount = threads
        let machine = try SupportVectorMachine.fitted(samples, classes: 3) { $0 = parameters }
        results.append((machine.decisionValues(for: samples.x), machine.probabilities(for: samples.x)))
      }
      for other in results.dropFirst() {
        #expect(bitMismatch(other.values, results[0].values) == nil)
        #expect(bitMismatch(other.probabilities, results[0].probabilities) == nil)
      }
    }
  }

  @Test func sameSeedSameBits() throws {
    let samples = Samples(200, features: 8, seed: 51)
    let runs = try [7, 7, 8].map { seed in
      try SupportVectorMachine.fitted(samples, seed: seed) { $0.maximumIterations = 3 }.decisionValues(for: samples.x)
    }
    #expect(bitMismatch(runs[0], runs[1]) == nil)
    // Another seed, another order of descent: after three passes it shows.
    #expect(bitMismatch(runs[0], runs[2]) != nil)
  }
}
