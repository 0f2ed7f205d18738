public import Models
public import Tensor

/// A network as a learner: cross-entropy, minibatches, and a committee of fixed dropout masks.
///
/// ```swift
/// var training = NeuralTraining()
/// training.steps = 300
/// var learner = try NeuralLearner(training) { MultilayerPerceptron(.init(dropout: 0.5), using: &$0) }
/// try learner.fit(samples, using: &random)
/// ```
///
/// A network is trained with batch statistics and dropout, and asked in inference: everything but a fit leaves it as it
/// is. The committee is the network under ``NeuralTraining/masks`` dropout masks drawn once per fit (Gal and Ghahramani,
/// "Dropout as a Bayesian approximation", ICML 2016; the same masks for every sample, so that a sample's answer does not
/// depend on its batch but for rounding). A network without dropout has members that all agree.
///
/// The same samples, streams and settings give the same bits at any number of threads.
public struct NeuralLearner<Network: FeatureClassifier>: EmbeddingLearner, CommitteeLearner {
  /// Where a fit stands after an epoch.
  public struct Epoch: Sendable {
    /// 1, 2, …
    public var number: Int
    /// Steps made so far in this fit.
    public var step: Int
    /// Steps of the fit.
    public var totalSteps: Int
    /// The mean loss of the epoch's samples.
    public var loss: Double
    /// The network as it is now.
    public var network: Network
  }

  /// The settings.
  public let training: NeuralTraining
  /// What the last fit reached: `loss` (the mean of the last epoch), `steps`, `trainingAccuracy`; with a validation share
  /// also `bestEpoch`, `validationAccuracy` and `validationLoss`.
  public private(set) var figures: [String: Double] = [:]
  /// Called after every epoch with a copy of what is trained; it sees, and cannot change anything.
  public var onEpoch: (@Sendable (Epoch) -> Void)?
  /// A network with new weights.
  let makeNetwork: @Sendable (inout RandomSource) -> Network
  private var fitted: Network?
  private var maskSource = RandomSource(seed: 0)

  /// - Parameters:
  ///   - training: how it is trained.
  ///   - makeNetwork: a network with weights drawn from the generator it is given; of the same sizes every time.
  public init(
    _ training: NeuralTraining = .init(), network makeNetwork: @escaping @Sendable (inout RandomSource) -> Network
  ) throws(ExperimentError) {
    try training.validate()
    self.training = training
    self.makeNetwork = makeNetwork
  }

  /// The network of the last fit, or nil before the first.
  public var network: Network? { fitted }

  // MARK: - Fitting

  /// Trains on `samples`; weights and order are drawn from named streams of `random`. See ``fit(_:from:)``.
  public mutating func fit(
    _ samples: LabelledSamples, using random: inout RandomSource
  ) throws(NeuralLearnerError) {
    try fit(samples, from: FitStreams(random))
  }

  /// Trains on `samples`, from new weights or those of the fit before (``NeuralTraining/Refit``). After an error the
  /// learner is what it was. Cancelling the task is noticed after each step. With a ``TrainingKeeper`` a fit
  /// that was stopped goes on from the step that was kept last.
  ///
  /// - Complexity: epochs × samples passes through the network and back.
  public mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(NeuralLearnerError) {
    guard samples.count > 0 else { throw .noSamples }
    var fit = NeuralFit(start(from: streams.weights), training: training, samples: samples, order: streams.order)
    try fit.run(onEpoch: onEpoch)
    fitted = fit.network
    figures = fit.figures
    maskSource = streams.weights.stream("masks")
    let right = zip(predictions(for: samples.inputs), samples.labels).count { $0 == $1 }
    figures["trainingAccuracy"] = Double(right) / Double(samples.count)
  }

  /// The weights that a fit starts from.
  private func start(from weights: RandomSource) -> Network {
    var random = weights
    guard training.refit.method != .scratch, var network = fitted else { return makeNetwork(&random) }
    if training.refit.method == .shrinkPerturb {
      var visitor = ShrinkPerturbVisitor(
        shrink: training.refit.shrink, noise: training.refit.noise, random: weights.stream("perturbation"))
      network.visitParameters(with: &visitor)
    }
    return network
  }

  // MARK: - Going on

  /// The weights and running statistics of the last fit.
  public var carried: CarriedTensors { fitted?.parameters(includingState: true) ?? [] }

  /// Takes up the weights of an earlier fit.
  public mutating func restore(_ carried: CarriedTensors, from streams: FitStreams) throws(NeuralLearnerError) {
    guard !carried.isEmpty else { return }
    var random = streams.weights
    var network = makeNetwork(&random)
    do {
      try network.restore(carried)
    } catch {
      throw .badWeights("\(error)")
    }
    fitted = network
    maskSource = streams.weights.stream("masks")
  }

  // MARK: - Asking

  /// The most probable class of each row. Precondition, of this and of what follows: the learner was fitted.
  public func predictions(for inputs: Tensor) -> [Int] { inputs.shape[0] == 0 ? [] : logits(for: inputs).argmax() }

  /// Class probabilities, `[N, classes]`, without dropout.
  public func probabilities(for inputs: Tensor) -> Tensor { softmax(logits(for: inputs)) }

  /// The features before the last layer, `[N, F]`.
  public func embeddings(for inputs: Tensor) -> Tensor {
    let network = trainedNetwork
    return inChunks(inputs, of: training.scoringChunk) { network.features($0) }
  }

  /// Class probabilities under each dropout mask, `[masks, N, classes]`.
  public func memberProbabilities(for inputs: Tensor) -> Tensor {
    let members = (0..<training.masks).map { member -> Tensor in
      var masked = trainedNetwork
      masked.body = masked.body.withFixedDropout(using: maskSource.stream("mask", member))
      let probabilities = inChunks(inputs, of: training.scoringChunk) { softmax(masked($0)) }
      return probabilities.reshaped(to: [1] + probabilities.shape)
    }
    return concatenate(members, alongAxis: 0)
  }

  private func logits(for inputs: Tensor) -> Tensor {
    let network = trainedNetwork
    return inChunks(inputs, of: training.scoringChunk) { network($0) }
  }

  private var trainedNetwork: Network {
    guard let fitted else { preconditionFailure("a neural learner was asked before its first fit") }
    return fitted
  }
}

/// θ ← λθ + p with p ~ N(0, σ²), tensor by tensor.
private struct ShrinkPerturbVisitor: ParameterVisitor {
  let shrink: Float
  let noise: Float
  let random: RandomSource

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    var stream = random.stream(name)
    let perturbation = Tensor(normal: parameter.shape, standardDeviation: noise, using: &stream)
    parameter = parameter * shrink + perturbation
  }
}

/// `model` on `chunk` rows at a time, joined.
func inChunks(_ inputs: Tensor, of chunk: Int, _ model: (Tensor) -> Tensor) -> Tensor {
  let count = inputs.shape[0]
  guard count > chunk else { return model(inputs) }
  return concatenate(
    stride(from: 0, to: count, by: chunk).map { model(inputs.rows($0..<min(count, $0 + chunk))) }, alongAxis: 0)
}
