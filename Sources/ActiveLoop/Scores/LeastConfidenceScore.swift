public import Tensor

/// How unsure a classifier is of its answer: 1 − max P(y | x), in [0, 1 − 1/classes] (Lewis and Gale, "A sequential
/// algorithm for training text classifiers", SIGIR 1994; Settles, "Active learning literature survey", 2009, section
/// 3.1, x*_LC).
///
/// - Parameter probabilities: `[N, classes]`, with a class at least; rows sum to one.
/// - Returns: `[N]`; NaN for a row with NaN.
public func leastConfidence(ofProbabilities probabilities: Tensor) -> Tensor {
  ProbabilityRows(ofOne: probabilities).scores { sample in
    guard let answer = sample.vote(of: 0) else { return .nan }
    return 1 - sample[0, class: answer]
  }
}
