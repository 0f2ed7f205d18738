public import Models
public import Tensor

/// ARAL as a learner: classifier, generator, encoder and sampler are trained together from the labelled samples and from
/// the inputs of the whole pool (Mottaghi and Yeung, "Adversarial representation active learning", 2019).
///
/// ```swift
/// var learner = try ARALLearner(.init(.small), unlabelled: pool)       // [N, 28, 28, 1] in [0, 1]
/// try learner.fit(samples, using: &random)
/// let chosen = try SamplerQuery().query(10, from: UnlabelledPool(inputs: pool), learner: learner, using: &random)
/// ```
///
/// It is given inputs and no labels. Those that are labelled later stay among the unlabelled ones, as in the released code.
/// All inputs are in [0, 1]; convolutional networks see them in [−1, 1].
///
/// First weights come from the stream `networks` of a fit's weights, and everything else from streams of its order:
/// `unlabelled order`, `labelled draws`, `latent codes` and the `noise` of the classifier. The same samples, streams and
/// settings give the same bits at any number of threads. Between fits all networks are asked in inference.
public struct ARALLearner: ProbabilisticLearner, EmbeddingLearner {
  /// The settings.
  public let settings: ARALLearnerSettings
  /// The images without labels, `[N, S, S, C]` in [0, 1].
  public let unlabelled: Tensor
  /// What the last fit reached: the mean losses of its last hundred steps by name, `steps`, `trainingAccuracy`, and
  /// `samplerLabelled` and `samplerUnlabelled`: of the labelled samples, and of at most a thousand of the unlabelled
  /// ones, the share that the sampler knows as such; `generatedAgreement`: of twenty generated images of each class, the
  /// share that the classifier takes for that class.
  public private(set) var figures: [String: Double] = [:]
  /// Called after every hundred steps and the last with their number and that step's losses.
  public var onProgress: (@Sendable (_ step: Int, _ losses: ARALTraining.Losses) -> Void)?
  /// Called after every fit with the learner as it is then, to look at what it generates.
  public var onFitted: (@Sendable (ARALLearner) -> Void)?
  private var fitted: ARALTraining?

  /// Throws ``ExperimentError/badConfiguration(_:)`` if a setting makes no sense, and ``ExperimentError/badData(_:)`` if
  /// the images are not of the networks' size or fewer than two.
  ///
  /// - Parameters:
  ///   - settings: how it is built and trained.
  ///   - unlabelled: the images of the pool, `[N, S, S, C]` in [0, 1].
  public init(_ settings: ARALLearnerSettings, unlabelled: Tensor) throws(ExperimentError) {
    try settings.validate()
    let (size, channels) = (settings.networks.imageSize, settings.networks.channels)
    guard unlabelled.rank == 4, unlabelled.shape.dropFirst() == [size, size, channels], unlabelled.shape[0] >= 2 else {
      throw .badData(
        "ARAL's networks take two or more images of \(size) × \(size) × \(channels), not \(unlabelled.shape); "
          + "choose another preset")
    }
    self.settings = settings
    self.unlabelled = unlabelled
  }

  /// The networks of the last fit, or nil before the first.
  public var networks: ARALTraining? { fitted }

  // MARK: - Fitting

  /// Trains with weights and order from named streams of `random`. See ``fit(_:from:)``.
  public mutating func fit(
    _ samples: LabelledSamples, using random: inout RandomSource
  ) throws(ARALLearnerError) {
    try fit(samples, from: FitStreams(random))
  }

  /// Trains all networks on `samples` and the unlabelled images, from new weights or those of the fit before
  /// (``ARALLearnerSettings/Refit``). After an error the learner is what it was. Cancelling the task is noticed after
  /// each step. With a ``TrainingKeeper`` a fit that was stopped goes on from the step that was kept last.
  ///
  /// Precondition: as many classes as the networks have.
  ///
  /// - Complexity: steps × batch passes through all networks and back.
  public mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(ARALLearnerError) {
    guard samples.count > 0 else { throw .noSamples }
    precondition(
      samples.classCount == settings.networks.classes,
      "ARAL's networks know \(settings.networks.classes) classes, not \(samples.classCount)")
    var fit = ARALFit(start(from: streams.weights), settings: settings, samples: samples, order: streams.order)
    try fit.run(unlabelled: unlabelled, onProgress: onProgress)
    fitted = fit.training
    figures = fit.figures
    let right = zip(predictions(for: samples.inputs), samples.labels).count { $0 == $1 }
    figures["trainingAccuracy"] = Double(right) / Double(samples.count)
    let known = samplerLogits(for: samples.inputs).scalars
    figures["samplerLabelled"] = Double(known.count { $0 > 0 }) / Double(known.count)
    let others = samplerLogits(for: unlabelled.rows(0..<min(1000, unlabelled.shape[0]))).scalars
    figures["samplerUnlabelled"] = Double(others.count { $0 < 0 }) / Double(others.count)
    var codes = streams.order.stream("generated figure")
    figures["generatedAgreement"] = generatedAgreement(20, using: &codes)
    onFitted?(self)
  }

  /// Of `count` generated images of each class, the share that the classifier takes for that class.
  private func generatedAgreement(_ count: Int, using random: inout RandomSource) -> Double {
    let classes = settings.networks.classes
    let right = (0..<classes).reduce(0) { sum, label in
      sum + predictions(for: generated(count, of: label, using: &random)).count { $0 == label }
    }
    return Double(right) / Double(count * classes)
  }

  private func start(from weights: RandomSource) -> ARALTraining {
    var random = weights.stream("networks")
    var training = ARALTraining(settings.networks, settings: settings.losses, using: &random)
    if settings.refit == .warm, let fitted {
      (training.classifier, training.autoencoder, training.sampler) =
        (fitted.classifier, fitted.autoencoder, fitted.sampler)
    }
    return training
  }

  // MARK: - Going on

  /// The weights and running statistics of the three models.
  public var carried: CarriedTensors {
    guard let fitted else { return [] }
    func named(_ prefix: String, _ model: some Module) -> CarriedTensors {
      model.parameters(includingState: true).map { ("\(prefix).\($0.name)", $0.tensor) }
    }
    return named("classifier", fitted.classifier) + named("autoencoder", fitted.autoencoder)
      + named("sampler", fitted.sampler)
  }

  /// Takes up the weights of an earlier fit.
  public mutating func restore(_ carried: CarriedTensors, from streams: FitStreams) throws(ARALLearnerError) {
    guard !carried.isEmpty else { return }
    var random = streams.weights.stream("networks")
    var training = ARALTraining(settings.networks, settings: settings.losses, using: &random)
    func part(_ prefix: String) -> CarriedTensors {
      carried.filter { $0.name.hasPrefix(prefix + ".") }
        .map { (String($0.name.dropFirst(prefix.count + 1)), $0.tensor) }
    }
    do {
      try training.classifier.restore(part("classifier"))
      try training.autoencoder.restore(part("autoencoder"))
      try training.sampler.restore(part("sampler"))
    } catch {
      throw .badWeights("\(error)")
    }
    fitted = training
  }

  // MARK: - Asking

  /// The most probable class of each row. Precondition, of this and of what follows: the learner was fitted.
  public func predictions(for inputs: Tensor) -> [Int] { inputs.shape[0] == 0 ? [] : logits(for: inputs).argmax() }

  /// Class probabilities, `[N, K]`, without noise and dropout.
  public func probabilities(for inputs: Tensor) -> Tensor { softmax(logits(for: inputs)) }

  /// The classifier's features before its last layer, `[N, F]`.
  public func embeddings(for inputs: Tensor) -> Tensor {
    let classifier = trained.classifier
    return inChunks(inputs, of: settings.scoringChunk) { classifier.features(settings.networks.scaled($0)) }
  }

  /// The logit of "labelled" of each row, `[N]`; the class the encoder is told is the classifier's.
  public func samplerLogits(for inputs: Tensor) -> Tensor {
    guard inputs.shape[0] > 0 else { return .zeros([0]) }
    return Tensor(
      trained.labelledLogits(for: settings.networks.scaled(inputs), batchSize: settings.scoringChunk))
  }

  /// Images `[count, S, S, C]` in [0, 1] that the generator makes of one class. Precondition: `label` is a class.
  public func generated(_ count: Int, of label: Int, using random: inout RandomSource) -> Tensor {
    let classes = Tensor.oneHot([Int](repeating: label, count: count), classes: settings.networks.classes)
    let latents = Tensor(uniform: [count, settings.networks.latentSize], using: &random)
    let images = trained.autoencoder.generator(latents, classes: classes)
    return settings.networks.architecture == .convolutional ? (images + 1) * 0.5 : images
  }

  private func logits(for inputs: Tensor) -> Tensor {
    let classifier = trained.classifier
    return inChunks(inputs, of: settings.scoringChunk) { classifier(settings.networks.scaled($0)) }
  }

  private var trained: ARALTraining {
    guard let fitted else { preconditionFailure("an ARAL learner was asked before its first fit") }
    return fitted
  }
}

extension ARALConfiguration {
  /// Images in [0, 1] in the range that the networks take.
  func scaled(_ images: Tensor) -> Tensor { architecture == .convolutional ? images * 2 - 1 : images }
}
