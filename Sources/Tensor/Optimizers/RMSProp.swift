internal import CKernels

/// RMSProp (Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012; centred as in Graves,
/// "Generating sequences with recurrent neural networks", 2013), with PyTorch's place for epsilon.
///
/// `d = g + weightDecay·p;  v = smoothing·v + (1 − smoothing)·d²;  p −= learningRate · d / (√v + epsilon)`. Centred,
/// the square of the running mean of `d` is subtracted from `v` first; with momentum, the quotients accumulate.
public struct RMSProp<Model: Module>: Optimizer {
  /// The factor of the step.
  public var learningRate: Float
  /// Decay of the running means, in [0, 1).
  public let smoothing: Float
  /// Keeps the quotient finite; above 0.
  public let epsilon: Float
  /// At least 0; 0 keeps no velocity.
  public let momentum: Float
  /// Whether the step is scaled by the standard deviation instead of the root mean square.
  public let centred: Bool
  /// L2 regularisation: this times the parameter is added to its gradient.
  public var weightDecay: Float
  private var memory: ParameterState

  /// Precondition: the settings are in their ranges.
  public init(
    learningRate: Float = 1e-2, smoothing: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0,
    centred: Bool = false, weightDecay: Float = 0
  ) {
    precondition(
      learningRate >= 0 && epsilon > 0 && momentum >= 0 && weightDecay >= 0 && (0..<1).contains(smoothing),
      "settings of RMSProp out of range: \(learningRate), \(epsilon), \(momentum), \(weightDecay), \(smoothing)")
    self.learningRate = learningRate
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.momentum = momentum
    self.centred = centred
    self.weightDecay = weightDecay
    self.memory = ParameterState(
      kinds: ["meanSquare"] + (centred ? ["mean"] : []) + (momentum > 0 ? ["velocity"] : []))
  }

  /// Updates made so far.
  public var step: Int { memory.step }

  /// Moves every parameter of `model` against `direction`.
  public mutating func update(_ model: inout Model, along direction: Gradient<Model>) {
    memory.advance()
    let settings = ladle_rmsprop_settings(
      rate: learningRate, smoothing: smoothing, fresh: Float(1 - Double(smoothing)), epsilon: epsilon,
      momentum: momentum, decay: weightDecay)
    let centred = centred
    memory.update(&model, along: direction) { chunk in
      let (first, second, third) = chunk.state
      guard let first else { return }
      withUnsafePointer(to: settings) {
        ladle_rmsprop(
          chunk.count, chunk.parameter, chunk.gradient, first, centred ? second : nil, centred ? third : second, $0)
      }
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
