public import Tensor

extension SupportVectorMachine {
  /// Class probabilities, `[N, classes]`, for `x` of shape `[N, …]`; rows sum to one.
  ///
  /// Platt's sigmoid of each machine's decision value, fitted in five-fold cross-validation. One-versus-one machines are
  /// coupled (Wu, Lin and Weng 2004, second method); one-versus-rest probabilities are divided by their sum. The likeliest
  /// class may differ from the predicted one near a boundary. A class without samples has probability 0.
  ///
  /// - Precondition: the machine was fitted with ``Parameters/probability``.
  public func probabilities(for x: Tensor) -> Tensor {
    precondition(
      machines.contains { $0.sigmoid != nil }, "set `probability` in the SVM's parameters before fitting it")
    let values = decisionValues(for: x.detached).scalars
    let count = x.shape[0]
    return Tensor(shape: [count, classCount]) { target in
      for n in 0..<count {
        let row = values[n * machines.count..<(n + 1) * machines.count]
        for (k, probability) in probabilities(of: row.map(Double.init)).enumerated() {
          target[n * classCount + k] = Float(probability)
        }
      }
    }
  }

  private func probabilities(of values: [Double]) -> [Double] {
    let sides = zip(machines, values).map { machine, value in machine.sigmoid?.probability(at: value) }
    switch layout {
    case .none: return []
    case .binary:
      let positive = sides[0] ?? 0.5
      return [1 - positive, positive]
    case .oneVersusRest:
      let sum = sides.reduce(0) { $0 + ($1 ?? 0) }
      let present = Double(sides.count { $0 != nil })
      return sides.map { $0.map { sum > 0 ? $0 / sum : 1 / present } ?? 0 }
    case .oneVersusOne:
      let pairs = layout.sides
      let present = (0..<classCount).filter { k in
        zip(pairs, sides).contains { ($0.positive == k || $0.negative == k) && $1 != nil }
      }
      let place = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
      var r = [[Double]](repeating: [Double](repeating: 0, count: present.count), count: present.count)
      for (pair, side) in zip(pairs, sides) {
        guard let side, let negative = pair.negative, let a = place[negative], let b = place[pair.positive]
        else { continue }
        // Never quite 0 or 1, or a class could not come back.
        r[b][a] = min(max(side, 1e-7), 1 - 1e-7)
        r[a][b] = 1 - r[b][a]
      }
      var all = [Double](repeating: 0, count: classCount)
      for (k, probability) in zip(present, coupledProbabilities(r)) { all[k] = probability }
      return all
    }
  }
}
