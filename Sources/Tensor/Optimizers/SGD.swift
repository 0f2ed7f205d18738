internal import CKernels

/// Stochastic gradient descent with momentum (Sutskever et al., "On the importance of initialization and momentum
/// in deep learning", ICML 2013, in PyTorch's form, where the learning rate multiplies the whole velocity).
///
/// `d = g + weightDecay·p;  b = momentum·b + d;  p −= learningRate·(nesterov ? d + momentum·b : b)`
public struct SGD<Model: Module>: Optimizer {
  /// The factor of the step.
  public var learningRate: Float
  /// In [0, 1); 0 keeps no state.
  public let momentum: Float
  /// Whether the step looks ahead along the velocity.
  public let nesterov: Bool
  /// L2 regularisation: this times the parameter is added to its gradient.
  public var weightDecay: Float
  private var memory: ParameterState

  /// Precondition: the settings are not negative, and Nesterov's step has a momentum.
  public init(learningRate: Float, momentum: Float = 0, nesterov: Bool = false, weightDecay: Float = 0) {
    precondition(
      learningRate >= 0 && momentum >= 0 && weightDecay >= 0,
      "settings of SGD are not negative: \(learningRate), \(momentum), \(weightDecay)")
    precondition(!nesterov || momentum > 0, "Nesterov's step needs a momentum above 0, not \(momentum)")
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.memory = ParameterState(kinds: momentum > 0 ? ["velocity"] : [])
  }

  /// Updates made so far.
  public var step: Int { memory.step }

  /// Moves every parameter of `model` against `direction`.
  public mutating func update(_ model: inout Model, along direction: Gradient<Model>) {
    memory.advance()
    let (rate, momentum, nesterov, decay) = (learningRate, momentum, nesterov, weightDecay)
    memory.update(&model, along: direction) { chunk in
      ladle_sgd(
        chunk.count, chunk.parameter, chunk.gradient, chunk.state.0, rate, momentum, nesterov ? 1 : 0, decay)
    }
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
