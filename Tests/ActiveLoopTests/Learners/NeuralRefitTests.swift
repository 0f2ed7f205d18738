import ActiveLoop
import Models
import Tensor
import Testing

@Suite struct NeuralRefitTests {
  let samples = brightRows(60)
  let first = FitStreams(RandomSource(seed: 4))
  let second = FitStreams(RandomSource(seed: 5))

  /// Fits twice, the second time with steps too small to move anything, so that the start shows.
  private func start(_ refit: NeuralTraining.Refit) throws -> (before: [Float], after: [Float]) {
    var learner = try toyLearner { training in
      training.refit = refit
      training.steps = 1
      training.optimizer.method = .sgd
      training.optimizer.learningRate = 1e-12
    }
    try learner.fit(samples, from: first)
    let before = learnt(learner)
    try learner.fit(samples, from: second)
    return (before, learnt(learner))
  }

  private func learnt(_ learner: NeuralLearner<ToyNetwork>) -> [Float] {
    learner.network?.parameters().flatMap { $0.tensor.scalars } ?? []
  }

  @Test func warmGoesOnAndScratchForgets() throws {
    let warm = try start(.warm)
    #expect(close(warm.after, warm.before[...], 1e-6))
    let scratch = try start(.scratch)
    #expect(scratch.after != scratch.before)
    var fresh = try toyLearner { training in
      training.steps = 1
      training.optimizer.method = .sgd
      training.optimizer.learningRate = 1e-12
    }
    try fresh.fit(samples, from: second)
    #expect(learnt(fresh) == scratch.after)
  }

  @Test func shrinkAndPerturbIsWhatItsNameSays() throws {
    let shrunk = try start(.shrinkPerturb(shrink: 0.5, noise: 0))
    #expect(close(shrunk.after, shrunk.before.map { $0 * 0.5 }[...], 1e-6))
    let noisy = try start(.shrinkPerturb(shrink: 1, noise: 0.1))
    let noise = zip(noisy.after, noisy.before).map { Double($0 - $1) }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    // About 1100 numbers: the estimate's standard deviation is 0.1 / √2200 = 0.002.
    #expect(noise.count > 1000 && abs(deviation - 0.1) < 0.01)
  }

  @Test func whatIsCarriedRestoresTheLearner() throws {
    for refit in [NeuralTraining.Refit.scratch, .warm, .shrinkPerturb(shrink: 0.6, noise: 0.01)] {
      var learner = try toyLearner { $0.refit = refit }
      try learner.fit(samples, from: first)
      var restored = try toyLearner { $0.refit = refit }
      try restored.restore(learner.carried, from: first)
      let inputs = samples.inputs
      #expect(
        restored.memberProbabilities(for: inputs).scalars == learner.memberProbabilities(for: inputs).scalars)
      try learner.fit(samples, from: second)
      try restored.fit(samples, from: second)
      #expect(weights(of: learner) == weights(of: restored))
      #expect(throws: NeuralLearnerError.self) {
        try restored.restore(Array(learner.carried.dropLast()), from: first)
      }
    }
  }

  @Test func augmentationChangesBatchesAndNotTheSamples() throws {
    let images = samples.inputs
    let kept = images.scalars
    var random = RandomSource(seed: 6)
    let changed = ImageAugmentation(padding: 1, mirror: true)(images, using: &random)
    #expect(changed.shape == images.shape && changed.scalars != kept && images.scalars == kept)
    // Every image is one of 9 moves, mirrored or not.
    for row in 0..<60 {
      let possible = (-1...1).flatMap { dy in
        (-1...1).flatMap { dx in [false, true].map { moved(images.rows(row..<row + 1).scalars, dy, dx, $0) } }
      }
      #expect(possible.contains(changed.rows(row..<row + 1).scalars))
    }
    var learner = try toyLearner { $0.augmentation = ImageAugmentation(padding: 1) }
    try learner.fit(samples, from: first)
    var plain = try toyLearner()
    try plain.fit(samples, from: first)
    #expect(weights(of: learner) != weights(of: plain))
    #expect(samples.inputs.scalars == kept)
  }

  private func moved(_ image: [Float], _ dy: Int, _ dx: Int, _ mirrored: Bool) -> [Float] {
    (0..<16).map { place in
      let (y, x) = (place / 4 - dy, place % 4 - dx)
      guard (0..<4).contains(y), (0..<4).contains(x) else { return 0 }
      return image[y * 4 + (mirrored ? 3 - x : x)]
    }
  }
}
