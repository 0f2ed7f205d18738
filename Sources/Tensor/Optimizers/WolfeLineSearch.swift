/// A step length that satisfies the strong Wolfe conditions (Nocedal and Wright, Algorithms 3.5 and 3.6), between
/// points by their cubic (eq. 3.59), with two additions for objectives in single precision: a value that is not finite
/// counts as too far, and where a decrease drowns in rounding the slope decides in its place (the approximate Wolfe
/// conditions of Hager and Zhang, SIAM Journal on Optimization 16, 2005).
struct WolfeLineSearch {
  struct Found {
    var length: Double
    var value: Double
    /// Whether the last call of the function was at this length.
    var isLastTried: Bool
  }

  private struct Point {
    var length: Double
    var value: Double
    var slope: Double

    var isFinite: Bool { value.isFinite }
  }

  private let settings: LBFGS
  private let start: Point
  private var evaluations = 0
  private let rounding: Double

  /// From a point with this value, along a direction with this slope, which is negative.
  init(settings: LBFGS, value: Double, slope: Double) {
    self.settings = settings
    start = Point(length: 0, value: value, slope: slope)
    rounding = abs(value) * 0x1p-22
  }

  /// `function` gives value and slope at a length, or nil where they are not finite. The result is nil if no length was
  /// found that lowers the value enough.
  mutating func run(first: Double, _ function: (Double) -> (value: Double, slope: Double)?) -> Found? {
    var (before, length) = (start, first)
    while evaluations < settings.maximumLineSearchEvaluations {
      let trial = evaluate(length, function)
      if !isLowEnough(trial) || (trial.value >= before.value && before.length > 0 && !isAcceptable(trial)) {
        return zoom(low: before, high: trial, function)
      }
      if isAcceptable(trial) { return Found(length: trial.length, value: trial.value, isLastTried: true) }
      if trial.slope >= 0 { return zoom(low: trial, high: before, function) }
      // Still falling: on to where the cubic has its least value, but neither next door nor out of sight.
      let range = 1.1 * trial.length...10 * trial.length
      let next = Self.cubicMinimum(before, trial) ?? range.upperBound
      before = trial
      length = min(max(next, range.lowerBound), range.upperBound)
    }
    return before.length > 0 ? Found(length: before.length, value: before.value, isLastTried: true) : nil
  }

  /// Algorithm 3.6: `low` is the best length so far that lowers the value enough, and falls towards `high`.
  private mutating func zoom(
    low: Point, high: Point, _ function: (Double) -> (value: Double, slope: Double)?
  ) -> Found? {
    var (low, high) = (low, high)
    var lowIsLast = false
    while evaluations < settings.maximumLineSearchEvaluations {
      let (least, most) = (min(low.length, high.length), max(low.length, high.length))
      let width = most - least
      guard width > 1e-14 * most else { break }
      var length = least + width / 2
      if high.isFinite, let cubic = Self.cubicMinimum(low, high) {
        length = min(max(cubic, least + 0.05 * width), most - 0.05 * width)
      }
      let trial = evaluate(length, function)
      lowIsLast = false
      if isLowEnough(trial), isAcceptable(trial) {
        return Found(length: trial.length, value: trial.value, isLastTried: true)
      }
      if !isLowEnough(trial) || trial.value >= low.value {
        high = trial
      } else {
        if trial.slope * (high.length - low.length) >= 0 { high = low }
        low = trial
        lowIsLast = true
      }
    }
    // Enough of a decrease, if not where the slope is flat.
    return low.length > 0 ? Found(length: low.length, value: low.value, isLastTried: lowIsLast) : nil
  }

  private mutating func evaluate(_ length: Double, _ function: (Double) -> (value: Double, slope: Double)?) -> Point {
    evaluations += 1
    guard let (value, slope) = function(length) else { return Point(length: length, value: .infinity, slope: 0) }
    return Point(length: length, value: value, slope: slope)
  }

  /// The first condition (eq. 3.7a), or what stands for it within rounding: the slope of a parabola that satisfies it.
  private func isLowEnough(_ point: Point) -> Bool {
    if point.value <= start.value + settings.sufficientDecrease * point.length * start.slope { return true }
    return point.value <= start.value + rounding && point.slope <= (2 * settings.sufficientDecrease - 1) * start.slope
      && abs(point.slope) <= settings.curvature * abs(start.slope)
  }

  /// The second (eq. 3.7b).
  private func isAcceptable(_ point: Point) -> Bool {
    point.isFinite && abs(point.slope) <= settings.curvature * abs(start.slope)
  }

  /// Where the cubic through two points with these slopes has its least value, or nil if it has none.
  private static func cubicMinimum(_ a: Point, _ b: Point) -> Double? {
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.length - b.length)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return nil }
    let d2 = b.length > a.length ? square.squareRoot() : -square.squareRoot()
    let divisor = b.slope - a.slope + 2 * d2
    let result = b.length - (b.length - a.length) * (b.slope + d2 - d1) / divisor
    return result.isFinite ? result : nil
  }
}
