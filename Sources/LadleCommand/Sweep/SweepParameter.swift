import Foundation
import Tensor

/// One setting that a sweep varies, and what it may be.
struct SweepParameter: Sendable, Hashable {
  /// The values a setting may take. The names of the kinds are those of Weights & Biases.
  enum Domain: Sendable, Hashable {
    /// These, each with its probability if they are not alike.
    case values([String], probabilities: [Double]?)
    /// `int_uniform`: every whole number between two, both included.
    case integers(Int, Int)
    /// `uniform`, or `q_uniform` if there is a step to whose multiples values are rounded.
    case uniform(Double, Double, step: Double?)
    /// `log_uniform_values`: its logarithm is uniform between those of the ends.
    case logarithmic(Double, Double, step: Double?)
    /// `normal`, or `log_normal`: its logarithm is normal.
    case normal(mean: Double, deviation: Double, isLogarithmic: Bool)
  }

  /// An option of the command or the name of a setting.
  var key: String
  var domain: Domain
  /// In the file.
  var line: Int

  /// Every value, for a grid; nil if there is no end of them.
  var allValues: [String]? {
    switch domain {
    case .values(let values, _): return values
    case .integers(let low, let high): return high - low < 100_000 ? (low...high).map(String.init) : nil
    case .uniform(let low, let high, let step?):
      let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
      guard last >= first, last - first < 100_000 else { return nil }
      return stride(from: first, through: last, by: 1).map { Self.text($0 * step) }
    case .uniform, .logarithmic, .normal: return nil
    }
  }

  /// A value drawn by `random`, which is this parameter's own.
  func draw(using random: inout RandomSource) -> String {
    switch domain {
    case .values(let values, let probabilities):
      guard let probabilities else { return values[random.integer(below: values.count)] }
      var left = Self.unit(&random) * probabilities.reduce(0, +)
      for (value, probability) in zip(values, probabilities) {
        if left < probability { return value }
        left -= probability
      }
      // Rounding may leave a crumb; it belongs to the last value that can be drawn at all.
      return values[probabilities.lastIndex { $0 > 0 } ?? values.count - 1]
    case .integers(let low, let high): return String(low + random.integer(below: high - low + 1))
    case .uniform(let low, let high, let step):
      return Self.text(Self.rounded(low + (high - low) * Self.unit(&random), low...high, step))
    case .logarithmic(let low, let high, let step):
      let value = exp(log(low) + (log(high) - log(low)) * Self.unit(&random))
      return Self.text(Self.rounded(min(max(value, low), high), low...high, step))
    case .normal(let mean, let deviation, let isLogarithmic):
      // Box and Muller in double precision.
      let radius = (-2 * log(1 - Self.unit(&random))).squareRoot()
      let value = mean + deviation * radius * cos(2 * .pi * Self.unit(&random))
      return Self.text(isLogarithmic ? exp(value) : value)
    }
  }

  /// Uniform in [0, 1), 53 bits.
  private static func unit(_ random: inout RandomSource) -> Double { Double(random.next() >> 11) * 0x1p-53 }

  /// The nearest multiple of `step`; where rounding leaves the range, the nearest multiple inside it.
  private static func rounded(_ value: Double, _ range: ClosedRange<Double>, _ step: Double?) -> Double {
    guard let step else { return value }
    var multiple = (value / step).rounded()
    if multiple * step > range.upperBound { multiple = (range.upperBound / step).rounded(.down) }
    if multiple * step < range.lowerBound { multiple = (range.lowerBound / step).rounded(.up) }
    return multiple * step
  }

  /// Six significant digits are enough for a setting, and a whole number has no point.
  private static func text(_ value: Double) -> String {
    let short = String(format: "%.6g", value)
    return short.contains("e") ? short.replacingOccurrences(of: "e+", with: "e") : short
  }
}
