import Foundation

/// Maps a range of data onto a range of the picture, with ticks at round numbers.
struct AxisScale {
  /// The data shown.
  let domain: ClosedRange<Double>
  /// Where the domain's ends are drawn; `from` may be larger than `to` (a vertical axis grows upwards).
  let range: (from: Double, to: Double)
  /// Round numbers inside the domain, ascending.
  let ticks: [Double]

  /// An axis over `data`, with about `tickCount` ticks. With `rounding`, the domain is widened to the ticks outside
  /// the data; without, it is the data's own.
  init(covering data: ClosedRange<Double>, range: (from: Double, to: Double), tickCount: Int, rounding: Bool) {
    var (low, high) = (data.lowerBound, data.upperBound)
    if !(high > low) {
      let half = max(abs(low) * 0.05, 0.005)
      (low, high) = (low - half, high + half)
    }
    let step = Self.roundStep(atLeast: (high - low) / Double(max(1, tickCount)))
    if rounding {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    domain = low...high
    self.range = range
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    ticks = first <= last ? (first...last).map { Double($0) * step } : []
  }

  /// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `size`.
  static func roundStep(atLeast size: Double) -> Double {
    let power = pow(10, (log10(size) + 1e-9).rounded(.down))
    for factor in [1, 2, 2.5, 5] where factor * power >= size * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// Where `value` is drawn.
  func position(_ value: Double) -> Double {
    let fraction = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return range.from + fraction * (range.to - range.from)
  }

  /// The decimals that tell neighbouring ticks apart when every value is multiplied by `factor`.
  func decimals(timesFactor factor: Double) -> Int {
    guard ticks.count >= 2 else { return 1 }
    let step = (ticks[1] - ticks[0]) * factor
    return (0...6).first { decimals in
      let scaled = step * pow(10, Double(decimals))
      return abs(scaled - scaled.rounded()) < 1e-6 * max(1, scaled)
    } ?? 6
  }
}
