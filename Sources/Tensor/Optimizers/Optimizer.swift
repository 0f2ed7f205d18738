/// Improves a model along a gradient; a value, like the model.
///
/// Its state (moments, momentum) is made at the first update, one tensor per parameter and kind, and each parameter
/// is then updated in place in one pass.
///
/// ```swift
/// var optimizer = Adam<Classifier>(learningRate: 1e-3)
/// let (loss, gradient) = classifier.valueAndGradient { … }
/// optimizer.update(&classifier, along: gradient)
/// ```
public protocol Optimizer<Model>: Sendable {
  /// What it improves.
  associatedtype Model: Module

  /// The factor of the step; set it before an update, for example from a ``LearningRateSchedule``.
  var learningRate: Float { get set }
  /// Updates made so far.
  var step: Int { get }

  /// Moves every parameter of `model` against `direction`, the gradient of the loss. A parameter in
  /// ``Gradient/unused`` is left alone, as is its state: neither momentum nor weight decay moves it.
  ///
  /// Precondition: every update is given a model of the same parameters.
  mutating func update(_ model: inout Model, along direction: Gradient<Model>)

  /// All that ``restore(_:for:)`` needs to go on exactly from here: the step and the tensors that belong to the
  /// parameters, by name. Settings, such as the learning rate, are not part of it.
  var state: [(name: String, tensor: Tensor)] { get }
  /// Goes on from a ``state``, checked against the parameters of `model`. After an error nothing has changed.
  mutating func restore(
    _ state: [(name: String, tensor: Tensor)], for model: Model
  ) throws(ParameterMismatch)
}

extension Optimizer {
  /// Updates the model unless the gradient contains an infinity or a NaN; then nothing has changed.
  public mutating func update(
    _ model: inout Model, alongFinite direction: Gradient<Model>
  ) throws(NonFiniteGradient) {
    if let name = direction.firstNonFinite() { throw NonFiniteGradient(step: step, parameter: name) }
    update(&model, along: direction)
  }
}

/// A gradient with an infinity or a NaN in it: training has diverged.
public struct NonFiniteGradient: Error, Hashable, CustomStringConvertible {
  /// Updates made before.
  public let step: Int
  /// The first parameter, in visiting order, whose gradient is not finite.
  public let parameter: String

  /// The gradient of `parameter` was not finite after `step` updates.
  public init(step: Int, parameter: String) {
    self.step = step
    self.parameter = parameter
  }

  /// One sentence that says what to do.
  public var description: String {
    "After \(step) updates the gradient of \(parameter) is not finite; lower the learning rate or clip the gradient."
  }
}
