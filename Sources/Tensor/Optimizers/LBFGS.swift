/// L-BFGS, the quasi-Newton method with limited memory, for objectives that can be evaluated whole (no mini-batches).
///
/// The direction is found by the two-loop recursion (Nocedal and Wright, *Numerical Optimization*, 2nd edition, 2006,
/// Algorithms 7.4 and 7.5), the initial matrix scaled by their eq. 7.20; steps obey the strong Wolfe conditions
/// (Algorithms 3.5 and 3.6). A pair of the memory is kept only if its curvature is positive. All vectors are kept in
/// double precision and summed in a fixed order: the same bits in every run, if the objective's are.
///
/// ```swift
/// let result = try LBFGS().minimize(&model) { model in loss(model, everything) }
/// ```
///
/// It is no ``Optimizer``: a step evaluates the objective as often as the line search needs.
public struct LBFGS: Codable, Sendable, Hashable {
  /// Pairs of steps and gradient differences that are remembered; at least 1.
  public var memory = 10
  /// Steps at most; at least 1.
  public var maximumIterations = 100
  /// It is done when no component of the gradient is larger; 0 or more.
  public var gradientTolerance = 1e-5
  /// It is done when a step lowers the objective by at most this, relative to the objective or to 1 if that is larger.
  /// 0 turns the test off.
  public var valueTolerance = 0.0
  /// c₁ of the Wolfe conditions, in (0, 1/2).
  public var sufficientDecrease = 1e-4
  /// c₂ of the Wolfe conditions, between c₁ and 1: the smaller, the more exact a line search.
  public var curvature = 0.9
  /// Evaluations of the objective in one line search at most; at least 2.
  public var maximumLineSearchEvaluations = 25

  /// The defaults.
  public init() {}

  /// What is wrong with a setting, named, or nil.
  public func problem() -> String? {
    if memory < 1 { return "memory is \(memory), and must be at least 1" }
    if maximumIterations < 1 { return "maximumIterations is \(maximumIterations), and must be at least 1" }
    if !(gradientTolerance >= 0) { return "gradientTolerance is \(gradientTolerance), and must be 0 or more" }
    if !(valueTolerance >= 0) { return "valueTolerance is \(valueTolerance), and must be 0 or more" }
    if !(sufficientDecrease > 0 && sufficientDecrease < 0.5) {
      return "sufficientDecrease is \(sufficientDecrease), and must be between 0 and 1/2"
    }
    if !(curvature > sufficientDecrease && curvature < 1) {
      return "curvature is \(curvature), and must be between sufficientDecrease and 1"
    }
    if maximumLineSearchEvaluations < 2 {
      return "maximumLineSearchEvaluations is \(maximumLineSearchEvaluations), and must be at least 2"
    }
    return nil
  }

  /// Why it stopped.
  public enum StopReason: String, Codable, Sendable, Hashable {
    /// ``LBFGS/gradientTolerance`` is reached.
    case gradientIsSmall = "gradient-is-small"
    /// ``LBFGS/valueTolerance`` is reached.
    case valueHasSettled = "value-has-settled"
    /// All steps are taken.
    case iterationLimit = "iteration-limit"
    /// No step along the steepest descent lowers the objective: rounding hides what is left to gain.
    case noFurtherProgress = "no-further-progress"
    /// The observer said so.
    case interrupted
  }

  /// Where it stands after a step.
  public struct Progress: Sendable, Hashable {
    /// Steps taken.
    public let iteration: Int
    /// Evaluations of the objective with its gradient.
    public let evaluations: Int
    /// The objective.
    public let value: Float
    /// The Euclidean norm of its gradient.
    public let gradientNorm: Float
  }

  /// What came out.
  public struct Result: Codable, Sendable, Hashable {
    /// The objective at the end.
    public let value: Float
    /// The Euclidean norm of its gradient.
    public let gradientNorm: Float
    /// Steps taken.
    public let iterations: Int
    /// Evaluations of the objective with its gradient.
    public let evaluations: Int
    /// Pairs that were not remembered, because their curvature was not positive.
    public let skippedPairs: Int
    /// Why it stopped.
    public let reason: StopReason
  }

  /// Moves the parameters of `model` to where `objective` is least, as far as it gets. The objective never rises, but
  /// for its rounding.
  ///
  /// - Parameters:
  ///   - model: its learnable parameters are the variables; those that the objective does not depend on stay as they
  ///     are.
  ///   - observer: told of every step; `false` stops after it.
  ///   - objective: one scalar, the same for the same parameters: no dropout, and no batch statistics that move.
  /// - Throws: ``LBFGSError`` if the objective or its gradient is not finite at the start, or at every point that the
  ///   line search tried, however near. The model is then where the last good step left it.
  /// - Precondition: the settings are valid, see ``problem()``.
  /// - Complexity: for n parameters O(memory · n) per step, and the evaluations, mostly one per step.
  @discardableResult
  public func minimize<Model: Module>(
    _ model: inout Model, observer: (Progress) -> Bool = { _ in true }, objective: (inout Model) -> Tensor
  ) throws(LBFGSError) -> Result {
    if let problem = problem() { preconditionFailure("L-BFGS: \(problem)") }
    var descent = LBFGSDescent(settings: self, model: model)
    defer { descent.restore(into: &model) }
    try descent.start(&model, objective)
    while true {
      if let reason = try descent.step(&model, objective) { return descent.result(reason) }
      if !observer(descent.progress) { return descent.result(.interrupted) }
    }
  }
}

/// The objective of ``LBFGS`` has no finite value or gradient where one is needed.
public enum LBFGSError: Error, Hashable, CustomStringConvertible {
  /// At the parameters it was to start from.
  case notFiniteAtStart
  /// At every point tried after so many steps.
  case notFinite(iteration: Int)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .notFiniteAtStart:
      "the objective or its gradient is not finite at the start; check the data and the initial parameters."
    case .notFinite(let iteration):
      "after \(iteration) steps the objective or its gradient is finite at no point tried; check the data, or "
        + "regularise the model."
    }
  }
}
