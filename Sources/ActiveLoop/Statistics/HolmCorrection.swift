/// Holm's step-down correction for several tests at once (Scandinavian Journal of Statistics 6, 1979).
///
/// Returns adjusted p-values in the order of `pValues`: rejecting where one is at most α keeps the probability of any
/// false rejection at most α, however the tests depend on each other. The k-th smallest is multiplied by m − k + 1, made
/// no smaller than those before it, and cut at 1.
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  var adjusted = pValues
  var floor = 0.0
  for (place, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
    floor = max(floor, min(1, Double(pValues.count - place) * pValues[index]))
    adjusted[index] = floor
  }
  return adjusted
}
