import Foundation
import Models
import Tensor
import Testing

@Suite("SVM: errors")
struct SupportVectorMachineErrorTests {
  private func fit(
    _ x: Tensor, _ labels: [Int], classes: Int = 2, weights: [Float]? = nil,
    parameters: SupportVectorMachine.Parameters = .init()
  ) throws(SupportVectorMachineError) {
    var machine = SupportVectorMachine(parameters)
    var random = RandomSource(seed: 1)
    try machine.fit(x, labels: labels, classCount: classes, sampleWeights: weights, using: &random)
  }

  @Test func samplesAndLabels() {
    let x = Tensor([0, 1, 2, 3], shape: [2, 2])
    #expect(throws: SupportVectorMachineError.noSamples) { try fit(Tensor([], shape: [0, 2]), []) }
    #expect(throws: SupportVectorMachineError.noSamples) { try fit(Tensor([], shape: [2, 0]), [0, 1]) }
    #expect(throws: SupportVectorMachineError.noSamples) { try fit(x, [0, 1], weights: [0, 0]) }
    #expect(throws: SupportVectorMachineError.labelCountDiffers(labels: 3, samples: 2)) { try fit(x, [0, 1, 0]) }
    #expect(throws: SupportVectorMachineError.labelOutOfRange(label: 2, sample: 1, classCount: 2)) {
      try fit(x, [0, 2])
    }
    #expect(throws: SupportVectorMachineError.labelOutOfRange(label: -1, sample: 0, classCount: 2)) {
      try fit(x, [-1, 0])
    }
    #expect(throws: SupportVectorMachineError.oneClassOnly(label: 1)) { try fit(x, [1, 1]) }
    #expect(throws: SupportVectorMachineError.oneClassOnly(label: 1)) { try fit(x, [0, 1], weights: [0, 1]) }
    #expect(throws: SupportVectorMachineError.weightCountDiffers(weights: 1, samples: 2)) {
      try fit(x, [0, 1], weights: [1])
    }
    #expect(throws: SupportVectorMachineError.invalidSampleWeight(weight: -1, sample: 1)) {
      try fit(x, [0, 1], weights: [1, -1])
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 7, 39])
  func featuresNotFinite(_ value: Float, _ place: Int) {
    var x = Tensor.ones([4, 10])
    x.withUnsafeMutableScalars { $0[place] = value }
    #expect(throws: SupportVectorMachineError.featureNotFinite(sample: place / 10, feature: place % 10)) {
      try fit(x, [0, 1, 0, 1])
    }
  }

  @Test func parameters() {
    typealias Parameters = SupportVectorMachine.Parameters
    let changes: [(inout Parameters) -> Void] = [
      { $0.cost = 0 }, { $0.cost = .nan }, { $0.tolerance = 0 }, { $0.tolerance = .infinity },
      { $0.maximumIterations = 0 }, { $0.biasScale = -1 }, { $0.cacheBytes = -1 },
      { $0.classWeights = .perClass([0: 1, 1: 0]) }, { $0.classWeights = .perClass([1: .nan]) },
      { $0.kernel = .radialBasis(gamma: .value(0)) }, { $0.kernel = .sigmoid(gamma: .value(1), coefficient0: .nan) },
      { $0.kernel = .polynomial(degree: 0, gamma: .scale, coefficient0: 0) },
      { $0.kernel = .polynomial(degree: 3, gamma: .scale, coefficient0: .infinity) },
      {
        $0.kernel = .radialBasis
        $0.solver = .dualCoordinateDescent
      },
      {
        $0.loss = .squaredHinge
        $0.solver = .sequentialMinimalOptimization
      },
    ]
    #expect(Parameters().problem() == nil)
    for (index, change) in changes.enumerated() {
      var parameters = Parameters()
      change(&parameters)
      guard let reason = parameters.problem() else {
        Issue.record("change \(index) was accepted")
        continue
      }
      #expect(throws: SupportVectorMachineError.invalidParameters(reason: reason)) {
        try fit(Tensor([0, 1], shape: [2, 1]), [0, 1], parameters: parameters)
      }
    }
  }

  @Test func errorLeavesTheMachineAlone() throws {
    let samples = Samples(20, seed: 2)
    var machine = try SupportVectorMachine.fitted(samples) { _ in }
    let before = machine.decisionValues(for: samples.x).scalars
    var random = RandomSource(seed: 1)
    #expect(throws: SupportVectorMachineError.oneClassOnly(label: 0)) {
      try machine.fit(samples.x, labels: samples.labels.map { _ in 0 }, classCount: 2, using: &random)
    }
    #expect(machine.decisionValues(for: samples.x).scalars == before)
  }

  @Test func parametersSurviveJSON() throws {
    var parameters = SupportVectorMachine.Parameters()
    parameters.kernel = .polynomial(degree: 2, gamma: .scale, coefficient0: 0.5)
    parameters.classWeights = .perClass([1: 4])
    parameters.maximumIterations = 12
    parameters.multiclass = .oneVersusOne
    let copy = try JSONDecoder().decode(
      SupportVectorMachine.Parameters.self, from: JSONEncoder().encode(parameters))
    #expect(copy == parameters)
  }
}
