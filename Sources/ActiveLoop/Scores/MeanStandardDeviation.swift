public import Tensor

/// How much the members' probabilities scatter: the mean over the classes of √(E[P(y)²] − E[P(y)]²), expectations over
/// the members; in [0, ½] (Kampffmeyer, Salberg and Jenssen 2016; Kendall, Badrinarayanan and Cipolla 2015; Gal, Islam
/// and Ghahramani 2017, mean STD).
///
/// - Parameter probabilities: `[members, N, classes]`, with a member and a class at least.
/// - Returns: `[N]`; NaN for a sample with NaN.
public func meanStandardDeviation(ofMembers probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofMembers: probabilities).scores { sample in
    var sum = 0.0
    for k in 0..<sample.classes {
      let mean = sample.consensus(class: k)
      var squares = 0.0
      for member in 0..<sample.members {
        let difference = sample[member, class: k] - mean
        squares += difference * difference
      }
      sum += (squares / Double(sample.members)).squareRoot()
    }
    return sum / Double(sample.classes)
  }
}
