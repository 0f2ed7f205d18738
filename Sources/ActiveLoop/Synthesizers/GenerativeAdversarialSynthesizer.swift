public import Tensor

/// GAAL, Algorithm 1 (Zhu & Bento, "Generative adversarial active learning", arXiv 1702.07956): images on the decision
/// boundary, found by gradient descent of |Wᵀφ(G(z)) + b| over z from random starts.
///
/// All starts are optimised as one batch by Adam (or one by one by L-BFGS) for a fixed, small number of steps; the
/// generator is frozen and in inference mode, so each start ends where it would have ended alone. The early stop is on
/// purpose: it leaves the queries as different as their starts were. Of each start the best place on its way is kept.
///
/// A start fails if its objective did not fall or is not finite, or if its image is blank; it is then drawn again, up
/// to `restartLimit` times. Starts that still fail are left out: the result may have fewer than `count` rows, even
/// none.
///
/// *Deviations from the paper*: see `Documentation/Guides/GAAL.md`.
///
/// - Complexity: `steps` forward and backward passes of the generator over `count` codes.
public struct GenerativeAdversarialSynthesizer<
  Generator: ImageGenerator, Subject: MarginLearner
>: QuerySynthesizer {
  /// G.
  public let generator: Generator
  /// How z is optimised.
  public let settings: SynthesisSettings

  /// Precondition: positive learning rate, at least one step, a restart limit of 0 or more.
  public init(generator: Generator, settings: SynthesisSettings = SynthesisSettings()) {
    precondition(settings.steps > 0 && settings.learningRate > 0, "synthesis takes at least one step of positive size")
    precondition(settings.restartLimit >= 0, "a limit of \(settings.restartLimit) restarts is not a number of restarts")
    self.generator = generator
    self.settings = settings
  }

  /// At most `count` images near the boundary, on the scale of the pool. Precondition: `count > 0`.
  public func synthesize(
    _ count: Int, learner: Subject, using random: inout RandomSource
  ) -> SynthesizedQueries {
    precondition(count > 0, "cannot synthesize \(count) queries")
    // With one boundary per class, the classes take turns from a random one on.
    let firstTarget = random.integer(below: 1 << 16)
    var slots = [Candidate?](repeating: nil, count: count)
    var shape: Shape = [0]
    var restarts = 0
    for attempt in 0...settings.restartLimit {
      let open = slots.indices.filter { slots[$0] == nil }
      if open.isEmpty { break }
      if attempt > 0 { restarts += open.count }
      let candidates = descend(
        from: generator.latents(open.count, using: &random), targets: open.map { firstTarget + $0 }, learner: learner)
      for (slot, candidate) in zip(open, candidates.rows) where !candidate.isFailure(settings) {
        slots[slot] = candidate
      }
      shape = candidates.inputShape
    }
    let found = slots.compactMap { $0 }
    return SynthesizedQueries(
      inputs: Tensor(found.flatMap(\.input), shape: [found.count] + shape),
      latents: Tensor(found.flatMap(\.latent), shape: [found.count, generator.latentSize]),
      initialObjectives: found.map(\.initial), objectives: found.map(\.final), restarts: restarts)
  }

  /// Where one start led.
  package struct Candidate {
    package var latent: [Float]
    package var input: [Float]
    package var initial: Float
    package var final: Float
    /// Of the objective with the latent terms.
    package var improvement: Float

    package func isFailure(_ settings: SynthesisSettings) -> Bool {
      // On the boundary to rounding: there was nothing to fall.
      let isThere = final <= max(settings.tolerance, 1e-6)
      guard final.isFinite, improvement > 0 || isThere else { return true }
      // `min` and `max` pass over a value that is not a number.
      guard input.allSatisfy(\.isFinite), let low = input.min(), let high = input.max() else { return true }
      return high - low < settings.minimumContrast
    }
  }

  /// Optimises `starts`, `[N, z]`, as one batch.
  package func descend(
    from starts: Tensor, targets: [Int], learner: Subject
  ) -> (rows: [Candidate], inputShape: Shape) {
    let objective = BoundaryObjective(objective: settings.objective, targets: targets)
    var descent = LatentDescent(from: starts, settings: settings, bound: generator.prior.bound)
    descent.run(objective: objective) { learner.decisionValues(for: generator.inputs(from: $0)) }
    // What is recorded is measured on the images that are shown.
    let inputs = generator.inputs(from: descent.best)
    let (final, _) = objective.evaluated(at: learner.decisionValues(for: inputs))
    let (size, inputSize) = (starts.shape[1], inputs.count / max(1, starts.shape[0]))
    let (allLatents, allInputs) = (descent.best.scalars, inputs.scalars)
    let rows = targets.indices.map { row in
      Candidate(
        latent: Array(allLatents[row * size..<(row + 1) * size]),
        input: Array(allInputs[row * inputSize..<(row + 1) * inputSize]),
        initial: descent.initial[row], final: final[row],
        improvement: descent.initialTotals[row] - descent.bestTotals[row])
    }
    return (rows, Array(inputs.shape.dropFirst()))
  }
}
