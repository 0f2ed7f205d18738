public import Tensor

/// VAAL: the images that a discriminator of codes takes for unlabelled with the most confidence (Sinha, Ebrahimi and
/// Darrell, "Variational adversarial active learning", ICCV 2019, algorithms 1 and 2).
///
/// In each round a new β-VAE and a new discriminator are trained on labelled and unlabelled images, as in the released
/// code; a strategy keeps nothing from round to round, so there is no warm start. Labels and learner are not looked at:
/// the task can be anything. Images are square, `[S, S, C]`, in [0, 1].
///
/// Figures of the round are those of ``VAALDiagnostics``, and `steps`. If nothing is labelled yet, samples are drawn at
/// random, and a warning says so.
///
/// - Complexity: `steps` updates of the models, then one pass of the encoder over the pool, batch by batch.
public struct VAALSampling<Subject: Learner>: ReportingStrategy {
  /// Looks at a round's models and the pool they were trained on.
  public typealias Observer = @Sendable (_ sampler: VAALSampler, _ pool: UnlabelledPool) throws -> Void

  /// How the models are built and trained.
  public let configuration: VAALConfiguration
  private let observer: Observer?

  /// - Parameters:
  ///   - configuration: sizes, length and switches.
  ///   - observer: called in each round after the training, to look at it; what it throws ends the round.
  public init(_ configuration: VAALConfiguration = .corrected, observer: Observer? = nil) {
    (self.configuration, self.observer) = (configuration, observer)
  }

  /// `min(count, pool.count)` distinct samples, the lowest logit first, equal ones in an order drawn from the generator.
  /// Throws ``ExperimentError`` for settings or images it cannot do with, and what ``VAALSampler`` throws.
  public func selection(
    of count: Int, from pool: UnlabelledPool, learner: Subject, context: QueryContext,
    using random: inout RandomSource
  ) throws -> QuerySelection {
    try configuration.validate()
    let wanted = max(0, min(count, pool.count))
    guard wanted > 0 else { return QuerySelection(indices: []) }
    guard !context.labelledIndices.isEmpty else {
      return QuerySelection(
        indices: random.sample(wanted, from: pool.indices),
        warnings: ["nothing is labelled yet, so VAAL has nothing to compare with: the samples are drawn at random."])
    }
    var (weights, training) = (random.stream("vaal weights"), random.stream("vaal training"))
    var sampler = try VAALSampler(
      configuration, imageShape: Array(pool.samples.sampleShape), using: &weights)
    try sampler.train(on: pool, labelled: context.labelledIndices, using: &training)
    let diagnostics = try sampler.diagnostics(on: pool, labelled: context.labelledIndices)
    try observer?(sampler, pool)
    let scores = try sampler.scores(of: pool).map { -$0 }
    var figures = diagnostics.figures
    figures["steps"] = Double(configuration.stepCount(labelled: context.labelledIndices.count))
    return QuerySelection(
      indices: TopScores().selection(wanted, scores: scores, using: &random).map { pool.indices[$0] },
      figures: figures, warnings: diagnostics.warnings)
  }
}
