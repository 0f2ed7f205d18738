import Foundation
import Tensor
import Testing

@Suite("Initializers")
struct InitializersTests {
  @Test("Fans of dense and convolution weights")
  func fans() {
    #expect(Initializer.fans(of: [30, 20]) == (30, 20))
    #expect(Initializer.fans(of: [3, 5, 8, 16]) == (120, 240))
  }

  @Test("Constant schemes draw nothing")
  func constants() {
    var random = RandomSource(seed: 1)
    let untouched = random
    #expect(Initializer.zeros.tensor([2, 2], using: &random).scalars == [0, 0, 0, 0])
    #expect(Initializer.ones.tensor([2], using: &random).scalars == [1, 1])
    #expect(Initializer.constant(0.25).tensor([], using: &random).scalars == [0.25])
    #expect(random == untouched)
  }

  /// A scheme, its standard deviation on weights [3, 3, 40, 100] (fans 360 and 900), its mean, and the bound of a
  /// uniform one.
  static let random: [(scheme: Initializer, deviation: Double, mean: Double, isUniform: Bool)] = [
    (.normal(mean: 1, standardDeviation: 0.02), 0.02, 1, false),
    (.uniform(low: -1, high: 3), 4 / 12.0.squareRoot(), 1, true),
    (.xavierUniform(), (2.0 / 1260).squareRoot(), 0, true),
    (.xavierUniform(gain: 2), 2 * (2.0 / 1260).squareRoot(), 0, true),
    (.xavierNormal(), (2.0 / 1260).squareRoot(), 0, false),
    (.kaimingUniform(), (2.0 / 360).squareRoot(), 0, true),
    (.kaimingUniform(fan: .output), (2.0 / 900).squareRoot(), 0, true),
    (.kaimingNormal(fan: .input, gain: 1), (1.0 / 360).squareRoot(), 0, false),
    (.kaimingNormal(fan: .output), (2.0 / 900).squareRoot(), 0, false),
    (.default, (1.0 / (3 * 360)).squareRoot(), 0, true),
    (.layerDefault(fanIn: 360), (1.0 / (3 * 360)).squareRoot(), 0, true),
  ]

  @Test("Moments and bounds", arguments: random.indices)
  func moments(index: Int) {
    let (scheme, deviation, mean, isUniform) = Self.random[index]
    var random = RandomSource(seed: 42)
    let values = scheme.tensor([3, 3, 40, 100], using: &random).scalars.map(Double.init)
    let count = Double(values.count)
    let foundMean = values.reduce(0, +) / count
    let foundDeviation = (values.reduce(0) { $0 + ($1 - foundMean) * ($1 - foundMean) } / count).squareRoot()
    // Five standard errors: of the mean, and (generously for a uniform) of the deviation.
    #expect(abs(foundMean - mean) < 5 * deviation / count.squareRoot())
    #expect(abs(foundDeviation - deviation) < 5 * deviation / (2 * count).squareRoot())
    let extent = values.map { abs($0 - mean) }.max() ?? 0
    let bound = 3.0.squareRoot() * deviation
    if isUniform {
      #expect(extent <= bound * 1.000_001)
      #expect(extent > bound * 0.999)
    } else {
      #expect(extent > bound * 2)
    }
  }

  @Test("The default is uniform in ±1/√fanIn")
  func layerDefault() {
    var (first, second) = (RandomSource(seed: 3), RandomSource(seed: 3))
    let a = Initializer.default.tensor([25, 7], using: &first).scalars
    let b = Initializer.layerDefault(fanIn: 25).tensor([25, 7], using: &second).scalars
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(a.allSatisfy { abs($0) <= 0.2 })
  }

  @Test("The same source gives the same tensor, and moves on")
  func determinism() {
    var (first, second) = (RandomSource(seed: 9), RandomSource(seed: 9))
    let a = Initializer.kaimingNormal().tensor([8, 8], using: &first)
    #expect(a.scalars == Initializer.kaimingNormal().tensor([8, 8], using: &second).scalars)
    #expect(a.scalars != Initializer.kaimingNormal().tensor([8, 8], using: &first).scalars)
  }

  @Test("A scheme survives JSON", arguments: random.map(\.scheme) + [.zeros, .ones, .constant(2)])
  func coding(scheme: Initializer) throws {
    #expect(try JSONDecoder().decode(Initializer.self, from: JSONEncoder().encode(scheme)) == scheme)
  }
}
