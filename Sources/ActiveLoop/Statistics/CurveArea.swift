/// The area under the line through the points (`x`, `y`), by trapezoids. Precondition: as many x as y, x ascending.
public func trapezoidArea(x: [Double], y: [Double]) -> Double {
  precondition(x.count == y.count, "\(x.count) places for \(y.count) values")
  precondition(zip(x, x.dropFirst()).allSatisfy { $0 <= $1 }, "the places of an area ascend")
  return x.indices.dropFirst().reduce(0.0) { sum, i in sum + (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2 }
}

extension LearningCurve.Run {
  /// The mean figure over the budget: the area under the seed's curve (trapezoids) divided by the labels it spans; the
  /// figure itself if there is one record, `nil` if there is none.
  public var area: Double? {
    guard let first = values.first, let last = values.last else { return nil }
    return area(over: Double(first.labelled)...Double(last.labelled))
  }

  /// The mean figure over a range of labels; the figure there for a range of no length; `nil` where the records do not
  /// cover the range.
  public func area(over range: ClosedRange<Double>) -> Double? {
    guard let first = value(at: range.lowerBound), let last = value(at: range.upperBound) else { return nil }
    guard range.upperBound > range.lowerBound else { return last }
    let inside = values.filter { range.lowerBound < Double($0.labelled) && Double($0.labelled) < range.upperBound }
    let x = [range.lowerBound] + inside.map { Double($0.labelled) } + [range.upperBound]
    return trapezoidArea(x: x, y: [first] + inside.map(\.value) + [last]) / (range.upperBound - range.lowerBound)
  }

  /// The figure at a number of labels, linear between the records around it; `nil` outside the records.
  public func value(at labelled: Double) -> Double? {
    guard let next = values.firstIndex(where: { Double($0.labelled) >= labelled }) else { return nil }
    if Double(values[next].labelled) == labelled { return values[next].value }
    guard next > 0 else { return nil }
    let (a, b) = (values[next - 1], values[next])
    let share = (labelled - Double(a.labelled)) / Double(b.labelled - a.labelled)
    return a.value + share * (b.value - a.value)
  }
}
