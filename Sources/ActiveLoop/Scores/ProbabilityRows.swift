internal import Tensor

/// Class probabilities in rows: one per sample, `[N, classes]`, or one per member and sample, `[members, N, classes]`.
struct ProbabilityRows {
  let members: Int
  let samples: Int
  let classes: Int
  private let tensor: Tensor

  /// Precondition: `[N, classes]`, with a class at least.
  init(ofOne probabilities: Tensor) {
    precondition(
      probabilities.rank == 2 && probabilities.shape[1] > 0,
      "probabilities are [N, classes] with a class at least, not \(probabilities.shape)")
    (members, samples, classes) = (1, probabilities.shape[0], probabilities.shape[1])
    tensor = probabilities
  }

  /// Precondition: `[members, N, classes]`, with a member and a class at least.
  init(ofMembers probabilities: Tensor) {
    precondition(
      probabilities.rank == 3 && probabilities.shape[0] > 0 && probabilities.shape[2] > 0,
      "members' probabilities are [members, N, classes] with a member and a class at least, not \(probabilities.shape)")
    (members, samples, classes) = (probabilities.shape[0], probabilities.shape[1], probabilities.shape[2])
    tensor = probabilities
  }

  /// The mean of the members' probabilities, `[N, classes]`, summed in double.
  func consensus() -> Tensor {
    let source = tensor.pointer
    defer { withExtendedLifetime(tensor) {} }
    return Tensor(shape: [samples, classes]) { target in
      for sample in 0..<samples {
        let opinions = probabilities(of: sample, in: source)
        for k in 0..<classes { target[sample * classes + k] = Float(opinions.consensus(class: k)) }
      }
    }
  }

  /// `score` of each sample, `[N]`, computed in double and rounded once; in parallel. No score is below zero: a sum
  /// that rounding has brought there is zero. NaN stays NaN.
  func scores(_ score: (_ sample: SampleProbabilities) -> Double) -> Tensor {
    let source = tensor.pointer
    defer { withExtendedLifetime(tensor) {} }
    return Tensor(shape: [samples]) { target in
      guard let target = target.baseAddress else { return }
      parallelChunks(samples, of: max(1, 4096 / (members * classes))) { range in
        for sample in range {
          let value = score(probabilities(of: sample, in: source))
          // Not max(0, value), which may swallow NaN.
          target[sample] = value < 0 ? 0 : Float(value)
        }
      }
    }
  }

  private func probabilities(of sample: Int, in source: UnsafePointer<Float>) -> SampleProbabilities {
    SampleProbabilities(
      start: source + sample * classes, members: members, classes: classes, stride: samples * classes)
  }
}

/// What the members say of one sample.
struct SampleProbabilities {
  fileprivate let start: UnsafePointer<Float>
  let members: Int
  let classes: Int
  fileprivate let stride: Int

  /// P(class | member).
  subscript(member: Int, class k: Int) -> Double { Double(start[member * stride + k]) }

  /// The mean over the members: what the committee says.
  func consensus(class k: Int) -> Double {
    var sum = 0.0
    for member in 0..<members { sum += self[member, class: k] }
    return sum / Double(members)
  }

  /// The class that a member finds likeliest, of equal ones the first; `nil` if a probability is not a number.
  func vote(of member: Int) -> Int? {
    var best = 0
    for k in 0..<classes {
      if self[member, class: k].isNaN { return nil }
      if self[member, class: k] > self[member, class: best] { best = k }
    }
    return best
  }

  /// The share of votes for each class; `nil` if a member's probabilities are not numbers.
  func voteShares() -> [Double]? {
    var votes = [Double](repeating: 0, count: classes)
    for member in 0..<members {
      guard let vote = vote(of: member) else { return nil }
      votes[vote] += 1
    }
    return votes.map { $0 / Double(members) }
  }
}
