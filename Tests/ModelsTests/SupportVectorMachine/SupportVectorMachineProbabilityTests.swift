import Foundation
import Models
import Tensor
import TestSupport
import Testing

@Suite("SVM: probabilities")
struct SupportVectorMachineProbabilityTests {
  struct SigmoidCase: Decodable {
    var values: [Double]
    var positive: [Bool]
    var slope: Double
    var offset: Double
  }

  @Test func sigmoidFit() throws {
    for reference in try fixture("sigmoids.json", as: [SigmoidCase].self) {
      let sigmoid = PlattSigmoid(decisionValues: reference.values, isPositive: reference.positive)
      #expect(abs(sigmoid.slope - reference.slope) <= 1e-3 * max(1, abs(reference.slope)))
      #expect(abs(sigmoid.offset - reference.offset) <= 1e-3)
    }
  }

  @Test func sigmoidOfDegenerateValues() {
    let same = PlattSigmoid(decisionValues: [1, 1, 1, 1], isPositive: [true, true, true, false])
    #expect(abs(same.probability(at: 1) - 0.69) < 0.06)
    let apart = PlattSigmoid(decisionValues: [-5, -4, 4, 5], isPositive: [false, false, true, true])
    #expect(apart.probability(at: 1e6) > 0.7 && apart.probability(at: 1e6) <= 1)
    #expect(apart.probability(at: -1e6) < 0.3 && apart.probability(at: -1e6) >= 0)
  }

  struct CouplingCase: Decodable {
    var classes: Int
    var pairs: [Double]
    var probabilities: [Double]
  }

  @Test func coupling() throws {
    for reference in try fixture("couplings.json", as: [CouplingCase].self) {
      let k = reference.classes
      let pairs = (0..<k).map { Array(reference.pairs[$0 * k..<($0 + 1) * k]) }
      for (p, expected) in zip(coupledProbabilities(pairs), reference.probabilities) {
        #expect(abs(p - expected) <= 1e-5)
      }
    }
  }

  @Test(arguments: [SupportVectorMachine.Multiclass.oneVersusRest, .oneVersusOne], [2, 3])
  func calibration(_ multiclass: SupportVectorMachine.Multiclass, _ classes: Int) throws {
    let samples = Samples(900, features: 3, classes: classes, spread: 1.2, seed: 41)
    let bayes = bayesLoss(of: samples, classes: classes, spread: 1.2, from: 450)
    let training = samples.prefix(450)
    for kernel in [SupportVectorMachine.Kernel.linear, .radialBasis] {
      let machine = try SupportVectorMachine.fitted(training, classes: classes) {
        $0.kernel = kernel
        $0.multiclass = multiclass
        $0.probability = true
      }
      let probabilities = machine.probabilities(for: samples.x)
      #expect(probabilities.shape == [900, classes])
      var loss = 0.0
      for n in 0..<900 {
        let row = (0..<classes).map { probabilities.at([n, $0]) }
        #expect(abs(row.reduce(0, +) - 1) <= 1e-5)
        #expect(row.allSatisfy { $0 >= 0 })
        if n >= 450 { loss -= log(max(1e-12, row[samples.labels[n]])) / 450 }
      }
      // On samples never seen, nearly as good as knowing where the samples came from; one line against the rest, which
      // cannot cut out a class in the middle, somewhat less.
      #expect(loss < bayes + (multiclass == .oneVersusOne ? 0.06 : 0.12))
      // As right on average as it says.
      let sure = (450..<900).map { n in (0..<classes).map { probabilities.at([n, $0]) }.max() ?? 0 }
      let right = (450..<900).filter { n in
        (0..<classes).max { probabilities.at([n, $0]) < probabilities.at([n, $1]) } == samples.labels[n]
      }
      let (claimed, observed) = (sure.reduce(0, +) / 450, Double(right.count) / 450)
      #expect(abs(claimed - observed) < 0.08)
    }
  }

  /// The cross entropy of the true posterior on the samples from `first` on: round clouds of one spread.
  private func bayesLoss(of samples: Samples, classes: Int, spread: Double, from first: Int) -> Double {
    let count = samples.labels.count
    let centres = (0..<classes).map { k -> [Double] in
      let members = (0..<count).filter { samples.labels[$0] == k }
      return (0..<3).map { d in members.reduce(0) { $0 + samples.x.at([$1, d]) } / Double(members.count) }
    }
    var loss = 0.0
    for n in first..<count {
      let weights = centres.map { centre -> Double in
        let distance = (0..<3).reduce(0) { $0 + pow(samples.x.at([n, $1]) - centre[$1], 2) }
        return exp(-distance / (2 * spread * spread))
      }
      loss -= log(weights[samples.labels[n]] / weights.reduce(0, +))
    }
    return loss / Double(count - first)
  }

  @Test func fewSamples() throws {
    let samples = Samples(4, features: 2, seed: 42)
    let machine = try SupportVectorMachine.fitted(samples) { $0.probability = true }
    let probabilities = machine.probabilities(for: samples.x)
    #expect(probabilities.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
  }
}
