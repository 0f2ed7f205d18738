public import Models
public import Tensor

/// The models of one round of VAAL: a β-VAE and a discriminator of its codes, or a discriminator of images alone.
///
/// ```swift
/// var sampler = try VAALSampler(.small, imageShape: [28, 28, 1], using: &random)
/// try sampler.train(on: pool, labelled: context.labelledIndices, using: &random)
/// let logits = try sampler.scores(of: pool)              // the lowest are queried (Algorithm 2)
/// ```
public struct VAALSampler: Sendable {
  /// How it is built and trained.
  public let configuration: VAALConfiguration
  /// The β-VAE and the discriminator; nil for ``VAALConfiguration/Ablation/noAutoencoder``.
  public private(set) var training: VAALTraining?
  private var imageDiscriminator: ImageDiscriminator?
  private var imageOptimizer: Adam<ImageDiscriminator>
  /// Images that the last training did not see, or if none were held back some that it did.
  public private(set) var heldIndices: [Int] = []

  /// New models for images of `imageShape`, `[S, S, C]`. Throws if a setting or the shape makes no sense.
  public init(
    _ configuration: VAALConfiguration, imageShape: [Int], using random: inout RandomSource
  ) throws(ExperimentError) {
    try configuration.validate()
    let sizes = try configuration.autoencoder(for: imageShape)
    self.configuration = configuration
    imageOptimizer = Adam(learningRate: configuration.losses.discriminatorLearningRate)
    if configuration.ablation == .noAutoencoder {
      imageDiscriminator = ImageDiscriminator(sizes, hidden: configuration.hidden, using: &random)
    } else {
      var losses = configuration.losses
      if configuration.ablation != .none { losses.adversarialWeight = 0 }
      training = VAALTraining(sizes, hidden: configuration.hidden, settings: losses, using: &random)
    }
  }

  // MARK: - Training

  /// Where a training stands between two steps, beside the models.
  private struct Position: Codable {
    /// Steps made, and updates of the discriminator after them if the β-VAE is fixed.
    var step = 0
    var afterwards = 0
    /// Of the codes.
    var random: RandomSource
    var labelled: ImageCycle.Place
    var unlabelled: ImageCycle.Place
  }

  /// What a training kept by a ``TrainingKeeper`` is known by.
  private struct Identity: Encodable {
    var random: RandomSource
    var labelled: Int
    var steps: Int
  }

  /// Trains on labelled images and on those of the pool, which are in [0, 1], as long as the configuration says
  /// (Algorithm 1 without the task learner). With a ``TrainingKeeper`` a training that was stopped goes on from the step
  /// that was kept last.
  ///
  /// - Parameters:
  ///   - labelled: indices into `pool.samples`, at least one.
  ///   - random: of the order of images, of codes and of the images held back.
  /// - Throws: what reading the pool throws, ``VAALTraining/Divergence``, and `CancellationError`.
  /// - Precondition: there is a labelled image, and the pool has one.
  public mutating func train(on pool: UnlabelledPool, labelled: [Int], using random: inout RandomSource) throws {
    precondition(!labelled.isEmpty && pool.count > 0, "VAAL compares labelled images with unlabelled ones")
    var drawn = random.stream("held")
    let held = min(configuration.heldImages, pool.count / 10)
    heldIndices = drawn.sample(held > 0 ? held : min(256, pool.count), from: pool.indices).sorted()
    let isHeld = held > 0 ? Set(heldIndices) : []
    let mirror = configuration.mirror
    var first = ImageCycle(pool, indices: labelled, mirror: mirror, random: random.stream("labelled"))
    var second = ImageCycle(
      pool, indices: pool.indices.filter { !isHeld.contains($0) }, mirror: mirror, random: random.stream("unlabelled"))
    let (steps, size) = (configuration.stepCount(labelled: labelled.count), configuration.batchSize)
    let place = TrainingPlace(
      "sampler", identity: Identity(random: random, labelled: labelled.count, steps: steps))
    var (step, afterwards) = (0, 0)
    if let saved = place.restored(), let at = saved.value(Position.self, from: "position"), restore(from: saved) {
      (step, afterwards, random) = (at.step, at.afterwards, at.random)
      (first.place, second.place) = (at.labelled, at.unlabelled)
    }
    func pair() throws -> (Tensor, Tensor) { (try first.next(size), try second.next(size)) }
    func stopIfAsked() throws {
      let mustStop = place.mustStop {
        checkpoint(
          Position(
            step: step, afterwards: afterwards, random: random, labelled: first.place, unlabelled: second.place))
      }
      if mustStop { throw CancellationError() }
    }
    while step < steps {
      try self.step(pair, using: &random)
      step += 1
      try stopIfAsked()
    }
    guard configuration.ablation == .fixedAutoencoder else { return }
    while afterwards < steps * configuration.discriminatorUpdates {
      let images = try pair()
      updateAfterwards(labelled: images.0, unlabelled: images.1)
      afterwards += 1
      try stopIfAsked()
    }
  }

  /// The updates of one step, each of which sees images of its own but for the first discriminator's.
  private mutating func step(
    _ pair: () throws -> (Tensor, Tensor), using random: inout RandomSource
  ) throws {
    var images = try pair()
    if configuration.ablation != .noAutoencoder {
      for update in 0..<configuration.autoencoderUpdates {
        if update > 0 { images = try pair() }
        _ = try training?.updateAutoencoder(labelled: images.0, unlabelled: images.1, using: &random)
      }
      if configuration.ablation == .fixedAutoencoder { return }
    }
    for update in 0..<configuration.discriminatorUpdates {
      if update > 0 { images = try pair() }
      try updateDiscriminator(labelled: images.0, unlabelled: images.1, using: &random)
    }
  }

  /// All that a training that was stopped needs to go on.
  private func checkpoint(_ position: Position) -> Checkpoint {
    var checkpoint = Checkpoint()
    training?.add(to: &checkpoint)
    if let imageDiscriminator {
      checkpoint.add(imageDiscriminator, as: "imageDiscriminator")
      checkpoint.add(imageOptimizer, as: "imageOptimizer")
    }
    checkpoint.add(position, as: "position")
    return checkpoint
  }

  /// Whether the models of `saved` are of these sizes; they are taken up then.
  private mutating func restore(from saved: Checkpoint) -> Bool {
    var other = self
    do throws(ParameterMismatch) {
      try other.training?.restore(from: saved)
      if var discriminator = imageDiscriminator {
        try saved.restore(&discriminator, from: "imageDiscriminator")
        try saved.restore(&other.imageOptimizer, for: discriminator, from: "imageOptimizer")
        other.imageDiscriminator = discriminator
      }
    } catch { return false }
    self = other
    return true
  }

  private mutating func updateDiscriminator(
    labelled: Tensor, unlabelled: Tensor, using random: inout RandomSource
  ) throws {
    guard var discriminator = imageDiscriminator else {
      _ = try training?.updateDiscriminator(labelled: labelled, unlabelled: unlabelled, using: &random)
      return
    }
    let (_, gradient) = discriminator.valueAndGradient { model in
      model.loss(labelled: labelled, unlabelled: unlabelled, using: &random)
    }
    imageOptimizer.update(&discriminator, along: gradient)
    imageDiscriminator = discriminator
  }

  /// An update of the discriminator of a frozen encoder, whose statistics do not move either.
  private mutating func updateAfterwards(labelled: Tensor, unlabelled: Tensor) {
    guard var training else { return }
    let codes = (training.autoencoder.encoder(labelled).mean, training.autoencoder.encoder(unlabelled).mean)
    let (_, gradient) = training.discriminator.valueAndGradient { model in
      binaryCrossEntropy(logits: model(codes.0), target: 1) + binaryCrossEntropy(logits: model(codes.1), target: 0)
    }
    training.discriminatorOptimizer.update(&training.discriminator, along: gradient)
    self.training = training
  }

  // MARK: - What it says

  /// The logit of "labelled" of each image of `[N, S, S, C]` in [0, 1], `[N]`, in one batch, as
  /// ``VAALConfiguration/scoring`` says.
  public func labelledLogits(of images: Tensor) -> Tensor {
    let inputs = symmetric(images)
    let logits: Tensor
    if let training {
      logits = training.discriminator(means(of: inputs, encoder: training.autoencoder.encoder))
    } else if let imageDiscriminator {
      logits = imageDiscriminator.head(means(of: inputs, encoder: imageDiscriminator.encoder))
    } else {
      preconditionFailure("a sampler has a discriminator")
    }
    return logits.reshaped(to: [images.shape[0]])
  }

  private func means(of inputs: Tensor, encoder: BetaVAEEncoder) -> Tensor {
    switch configuration.scoring {
    case .inference: return encoder(inputs).mean
    case .trainingMode:
      // A copy: running statistics do not matter any more. Nothing in the encoder draws.
      var (encoder, unused) = (encoder, RandomSource(seed: 0))
      return encoder.forward(inputs, using: &unused).mean
    }
  }

  /// ``labelledLogits(of:)`` of every image of the pool, in the order of its indices, read batch by batch. Throws what
  /// reading throws.
  public func scores(of pool: UnlabelledPool) throws -> [Float] {
    try pool.scores(batchSize: configuration.scoringBatch) { labelledLogits(of: $0) }.scalars
  }

  /// Images of `[N, S, S, C]` in [0, 1] coded and decoded again, without noise; nil if there is no β-VAE. Values may lie
  /// a little outside of [0, 1].
  public func reconstructions(of images: Tensor) -> Tensor? {
    training.map { ($0.autoencoder.reconstructions(of: symmetric(images)) + 1) * 0.5 }
  }
}
