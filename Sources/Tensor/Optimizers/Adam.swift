internal import CKernels

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1), with PyTorch's place
/// for epsilon: `p −= learningRate · m̂ / (√v̂ + epsilon)`.
public struct Adam<Model: Module>: Optimizer {
  /// The factor of the step.
  public var learningRate: Float
  /// Decay of the first moment, in [0, 1).
  public let beta1: Float
  /// Decay of the second moment, in [0, 1).
  public let beta2: Float
  /// Keeps the quotient finite; above 0.
  public let epsilon: Float
  /// L2 regularisation: this times the parameter is added to its gradient (``AdamW`` decouples it).
  public var weightDecay: Float
  private var memory = ParameterState(kinds: adamMoments)

  /// Precondition: the settings are in their ranges.
  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0
  ) {
    checkAdam(learningRate, beta1, beta2, epsilon, weightDecay)
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Updates made so far.
  public var step: Int { memory.step }

  /// Moves every parameter of `model` against `direction`.
  public mutating func update(_ model: inout Model, along direction: Gradient<Model>) {
    memory.advance()
    var settings = adamSettings(learningRate, beta1, beta2, epsilon, step: step)
    settings.coupled_decay = weightDecay
    memory.updateByAdam(&model, along: direction, settings)
  }

  /// The step and the tensors that belong to the parameters, by name.
  public var state: [(name: String, tensor: Tensor)] { memory.named }

  /// Goes on from a ``state`` of the same kind of optimizer. After an error nothing has changed.
  public mutating func restore(
    _ state: [(name: String, tensor: Tensor)], for model: Model
  ) throws(ParameterMismatch) {
    try memory.restore(state, for: model)
  }
}

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, in
/// PyTorch's form): every update first multiplies each parameter by `1 − learningRate · weightDecay`.
public struct AdamW<Model: Module>: Optimizer {
  /// The factor of the step.
  public var learningRate: Float
  /// Decay of the first moment, in [0, 1).
  public let beta1: Float
  /// Decay of the second moment, in [0, 1).
  public let beta2: Float
  /// Keeps the quotient finite; above 0.
  public let epsilon: Float
  /// The share of a parameter, times the learning rate, that every update takes away.
  public var weightDecay: Float
  private var memory = ParameterState(kinds: adamMoments)

  /// Precondition: the settings are in their ranges.
  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 1e-2
  ) {
    checkAdam(learningRate, beta1, beta2, epsilon, weightDecay)
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Updates made so far.
  public var step: Int { memory.step }

  /// Moves every parameter of `model` against `direction`.
  public mutating func update(_ model: inout Model, along direction: Gradient<Model>) {
    memory.advance()
    var settings = adamSettings(learningRate, beta1, beta2, epsilon, step: step)
    settings.keep = Float(1 - Double(learningRate) * Double(weightDecay))
    memory.updateByAdam(&model, along: direction, settings)
  }

  /// The step and the tensors that belong to the parameters, by name.
  public var state: [(name: String, tensor: Tensor)] { memory.named }

  /// Goes on from a ``state`` of the same kind of optimizer. After an error nothing has changed.
  public mutating func restore(
    _ state: [(name: String, tensor: Tensor)], for model: Model
  ) throws(ParameterMismatch) {
    try memory.restore(state, for: model)
  }
}

private let adamMoments = ["firstMoment", "secondMoment"]

private func checkAdam(_ rate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, _ decay: Float) {
  precondition(
    rate >= 0 && epsilon > 0 && decay >= 0,
    "Adam needs a learning rate and a decay of at least 0 and an epsilon above 0, not \(rate), \(decay), \(epsilon)")
  precondition(
    (0..<1).contains(beta1) && (0..<1).contains(beta2), "Adam's betas are in [0, 1), not \(beta1), \(beta2)")
}

private func adamSettings(
  _ rate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, step: Int
) -> ladle_adam_settings {
  // Bias corrections in double precision: 1 − β² loses half its digits in single.
  let (b1, b2) = (Double(beta1), Double(beta2))
  let stepSize = Double(rate) / (1 - power(b1, step))
  let secondCorrection = 1 / (1 - power(b2, step)).squareRoot()
  return ladle_adam_settings(
    beta1: beta1, beta2: beta2, fresh1: Float(1 - b1), fresh2: Float(1 - b2), step_size: Float(stepSize),
    second_correction: Float(secondCorrection), epsilon: epsilon, coupled_decay: 0, keep: 1)
}

extension ParameterState {
  fileprivate mutating func updateByAdam<Model: Module>(
    _ model: inout Model, along direction: Gradient<Model>, _ settings: ladle_adam_settings
  ) {
    update(&model, along: direction) { chunk in
      guard let first = chunk.state.0, let second = chunk.state.1 else { return }
      withUnsafePointer(to: settings) {
        ladle_adam(chunk.count, chunk.parameter, chunk.gradient, first, second, $0)
      }
    }
  }
}
