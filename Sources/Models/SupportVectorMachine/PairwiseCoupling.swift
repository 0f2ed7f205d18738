/// Class probabilities from the probabilities of pairs (Wu, Lin and Weng, "Probability estimates for multi-class
/// classification by pairwise coupling", JMLR 2004, the second method): p minimises ΣᵢΣⱼ (rⱼᵢ·pᵢ − rᵢⱼ·pⱼ)² with Σp = 1,
/// where rᵢⱼ estimates the probability of i among i and j.
///
/// - Parameter pairs: `pairs[i][j]` is rᵢⱼ; rᵢⱼ + rⱼᵢ = 1. The diagonal is not read.
/// - Complexity: O(k²) per sweep; a few sweeps.
package func coupledProbabilities(_ pairs: [[Double]]) -> [Double] {
  let k = pairs.count
  var q = [[Double]](repeating: [Double](repeating: 0, count: k), count: k)
  for i in 0..<k {
    for j in 0..<k where j != i {
      q[i][i] += pairs[j][i] * pairs[j][i]
      q[i][j] = -pairs[j][i] * pairs[i][j]
    }
  }
  var p = [Double](repeating: 1 / Double(k), count: k)
  for _ in 0..<max(100, k) {
    var qp = q.map { row in zip(row, p).reduce(0) { $0 + $1.0 * $1.1 } }
    var pqp = zip(p, qp).reduce(0) { $0 + $1.0 * $1.1 }
    // At the optimum every element of Qp equals pᵀQp.
    guard (qp.map { abs($0 - pqp) }.max() ?? 0) > 1e-7 / Double(k) else { break }
    for t in 0..<k where q[t][t] > 0 {
      let change = (pqp - qp[t]) / q[t][t]
      p[t] += change
      pqp = (pqp + change * (change * q[t][t] + 2 * qp[t])) / ((1 + change) * (1 + change))
      for j in 0..<k {
        qp[j] = (qp[j] + change * q[t][j]) / (1 + change)
        p[j] /= 1 + change
      }
    }
  }
  return p
}
