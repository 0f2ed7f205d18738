import Foundation
import Tensor
import TestSupport
import Testing

/// Elementary functions against double precision over their whole range, and at the values where such code breaks.
@Suite(.traced) struct ElementwiseFunctionTests {
  struct Reference: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Float>
    let relative: Double
    let absolute: Double
    let function: @Sendable (Tensor) -> Tensor
    let reference: @Sendable (Double) -> Double
  }

  static func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  static let references: [Reference] = [
    Reference(
      testDescription: "exponential", range: -87...88.7, relative: 2e-7, absolute: 0, function: { $0.exponential() },
      reference: exp),
    Reference(
      testDescription: "exponential of tiny results", range: -104...(-87), relative: 2e-7, absolute: 1.5e-45,
      function: { $0.exponential() }, reference: exp),
    Reference(
      testDescription: "logarithm", range: 1e-30...4, relative: 2e-7, absolute: 1e-30, function: { $0.logarithm() },
      reference: log),
    Reference(
      testDescription: "logarithm of large numbers", range: 4...3e38, relative: 2e-7, absolute: 0,
      function: { $0.logarithm() }, reference: log),
    Reference(
      testDescription: "tanh", range: -12...12, relative: 4e-7, absolute: 0, function: { $0.tanh() }, reference: tanh),
    Reference(
      testDescription: "sigmoid", range: -87...30, relative: 4e-7, absolute: 0, function: { $0.sigmoid() },
      reference: { 1 / (1 + exp(-$0)) }),
    Reference(
      testDescription: "softplus", range: -86...100, relative: 4e-7, absolute: 0, function: { $0.softplus() },
      reference: { max($0, 0) + log1p(exp(-abs($0))) }),
    Reference(
      testDescription: "elu", range: -100...3, relative: 3e-7, absolute: 0, function: { $0.elu() },
      reference: { $0 > 0 ? $0 : expm1($0) }),
    Reference(
      testDescription: "gelu", range: -5...12, relative: 4e-6, absolute: 2e-7, function: { $0.gelu() },
      reference: { $0 * normalDistribution($0) }),
    Reference(
      testDescription: "gelu, approximate", range: -5...12, relative: 4e-6, absolute: 2e-7,
      function: { $0.gelu(approximate: true) },
      reference: { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }),
    Reference(
      testDescription: "power 2.5", range: 0...100, relative: 3e-7, absolute: 0, function: { $0.power(2.5) },
      reference: { pow($0, 2.5) }),
    Reference(
      testDescription: "power 3", range: -100...100, relative: 3e-7, absolute: 0, function: { $0.power(3) },
      reference: { $0 * $0 * $0 }),
    Reference(
      testDescription: "squareRoot", range: 0...100, relative: 1.2e-7, absolute: 0, function: { $0.squareRoot() },
      reference: { $0.squareRoot() }),
  ]

  @Test(arguments: references) func accuracy(of function: Reference) {
    let count = 300_000
    let (low, high) = (function.range.lowerBound, function.range.upperBound)
    let inputs = (0...count).map { low + (high - low) * (Float($0) / Float(count)) }
    let outputs = function.function(Tensor(inputs)).scalars
    var (worst, place) = (0.0, 0.0)
    for (input, output) in zip(inputs, outputs) {
      let expected = function.reference(Double(input))
      let excess = abs(Double(output) - expected) / (function.relative * abs(expected) + function.absolute)
      if output.isNaN || excess > worst { (worst, place) = (output.isNaN ? .infinity : excess, Double(input)) }
    }
    #expect(worst <= 1, "the worst error is \(worst) times the allowed one, at \(place)")
  }

  /// Small arguments, where one minus something close to one would lose everything.
  @Test(arguments: references.filter { ["tanh", "elu"].contains($0.testDescription) })
  func accuracyNearZero(of function: Reference) {
    for exponent in -40 ... -1 {
      for mantissa in [1, 1.3, 1.9] {
        for sign in [-1.0, 1.0] {
          let input = Float(sign * mantissa * exp2(Double(exponent)))
          let expected = function.reference(Double(input))
          let output = Double(function.function(Tensor(input)).scalar)
          #expect(abs(output - expected) <= 2e-7 * abs(expected), "at \(input)")
        }
      }
    }
  }

  struct Special: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor) -> Tensor
    /// At -∞, -1e4, -0, 0, 1e4, ∞.
    let values: [Float]
  }

  static let specials: [Special] = [
    Special(testDescription: "relu", function: { $0.relu() }, values: [0, 0, 0, 0, 1e4, .infinity]),
    Special(
      testDescription: "leakyReLU", function: { $0.leakyReLU(slope: 0.5) },
      values: [-.infinity, -5e3, -0.0, 0, 1e4, .infinity]),
    Special(testDescription: "elu", function: { $0.elu() }, values: [-1, -1, -0.0, 0, 1e4, .infinity]),
    Special(
      testDescription: "softplus", function: { $0.softplus() },
      values: [0, 0, 0.693147180559945, 0.693147180559945, 1e4, .infinity]),
    Special(testDescription: "tanh", function: { $0.tanh() }, values: [-1, -1, -0.0, 0, 1, 1]),
    Special(testDescription: "sigmoid", function: { $0.sigmoid() }, values: [0, 0, 0.5, 0.5, 1, 1]),
    Special(testDescription: "gelu", function: { $0.gelu() }, values: [-0.0, -0.0, -0.0, 0, 1e4, .infinity]),
    Special(
      testDescription: "gelu, approximate", function: { $0.gelu(approximate: true) },
      values: [-0.0, -0.0, -0.0, 0, 1e4, .infinity]),
    Special(
      testDescription: "exponential", function: { $0.exponential() }, values: [0, 0, 1, 1, .infinity, .infinity]),
    Special(
      testDescription: "logarithm", function: { $0.logarithm() },
      values: [.nan, .nan, -.infinity, -.infinity, 9.210340371976184, .infinity]),
    Special(
      testDescription: "squareRoot", function: { $0.squareRoot() }, values: [.nan, .nan, -0.0, 0, 100, .infinity]),
    Special(
      testDescription: "squared", function: { $0.squared() }, values: [.infinity, 1e8, 0, 0, 1e8, .infinity]),
    Special(
      testDescription: "absoluteValue", function: { $0.absoluteValue() },
      values: [.infinity, 1e4, 0, 0, 1e4, .infinity]),
    Special(
      testDescription: "clamped", function: { $0.clamped(to: -1...2) }, values: [-1, -1, -0.0, 0, 2, 2]),
    Special(
      testDescription: "power -1", function: { $0.power(-1) },
      values: [-0.0, -1e-4, -.infinity, .infinity, 1e-4, 0]),
  ]

  @Test(arguments: specials) func specialValues(of function: Special) {
    // Alone, and in the middle of a vector.
    withEvery("repeats", in: [1, 9]) { repeats in
      let inputs: [Float] = [-.infinity, -1e4, -0.0, 0, 1e4, .infinity]
      let outputs = function.function(Tensor((0..<repeats).flatMap { _ in inputs })).scalars
      for (place, output) in outputs.enumerated() {
        let (input, expected) = (inputs[place % 6], function.values[place % 6])
        #expect(output == expected || output.isNaN && expected.isNaN, "at \(input)")
        if expected == 0 { #expect(output.sign == expected.sign, "at \(input)") }
      }
      #expect(function.function(Tensor(repeating: .nan, shape: [repeats])).scalars.allSatisfy { $0.isNaN })
    }
  }

  /// Gradients at the ends: finite limits, never NaN.
  @Test(
    arguments: specials.filter { !["logarithm", "squareRoot", "power -1", "squared"].contains($0.testDescription) })
  func gradientsAtTheEndsAreNumbers(of function: Special) {
    var module = Variable(Tensor([-.infinity, -1e4, -100, 0, 80]))
    if function.testDescription != "exponential" {
      module.value = concatenate([module.value, Tensor([1e4, .infinity])])
    }
    let gradient = module.valueAndGradient { (function.function($0.value) * 0.5).sum() }.gradient.tensors[0]
    #expect(gradient.scalars.allSatisfy { !$0.isNaN })
  }

  @Test func gradientsAtKinksAreZeroOrTheLowerSlope() {
    func gradient(_ function: (Tensor) -> Tensor) -> Float {
      var module = Variable(Tensor([0]))
      return module.valueAndGradient { function($0.value).sum() }.gradient.tensors[0].scalar
    }
    #expect(gradient { $0.relu() } == 0)
    #expect(gradient { $0.leakyReLU(slope: 0.25) } == 0.25)
    #expect(gradient { $0.absoluteValue() } == 0)
    #expect(gradient { $0.clamped(to: 0...1) } == 1)
  }

  @Test func identities() {
    var random = RandomSource(seed: 4)
    let x = Tensor(uniform: [1000], low: -8, high: 8, using: &random)
    func doubles(_ y: Tensor) -> [Double] { y.scalars.map(Double.init) }
    #expect(mismatch((x * 2).sigmoid() * 2 - 1, doubles(x.tanh()), shape: [1000], tolerance: 4e-7) == nil)
    #expect(mismatch(x.softplus() - (-x).softplus(), doubles(x), shape: [1000], tolerance: 4e-7) == nil)
    #expect(mismatch(x.exponential().logarithm(), doubles(x), shape: [1000], tolerance: 4e-7) == nil)
    #expect(mismatch(x.gelu() - (-x).gelu(), doubles(x), shape: [1000], tolerance: 4e-7) == nil)
    #expect(bitMismatch(x.relu() - (-x).relu(), x) == nil)
    #expect(bitMismatch(x.tanh(), -(-x).tanh()) == nil)
    #expect((x.leakyReLU(slope: 0) - x.relu()).absoluteValue().max().scalar == 0)
  }

  @Test func negativeSlopesStop() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1]).leakyReLU(slope: -1) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1]).elu(alpha: -1) }
  }
}
