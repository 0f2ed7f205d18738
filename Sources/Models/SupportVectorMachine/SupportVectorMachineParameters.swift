extension SupportVectorMachine {
  /// What an SVM is asked to be. ``problem()`` tells before a long run whether it makes sense.
  public struct Parameters: Sendable, Hashable, Codable {
    /// The inner product.
    public var kernel: Kernel = .linear
    /// How the dual is solved.
    public var solver: Solver = .automatic
    /// What an error costs.
    public var loss: Loss = .hinge
    /// C: the price of errors against the width of the margin; more than 0.
    public var cost: Float = 1
    /// Training ends when no pair of dual variables (sequential minimal optimisation) violates the optimality
    /// conditions by more than this, or when the projected gradients (coordinate descent) spread by no more.
    public var tolerance: Float = 1e-3
    /// The most steps (sequential minimal optimisation) or passes (coordinate descent); `nil` for 100 steps per sample,
    /// but at least ten million, or 1000 passes. At the limit ``SupportVectorMachine/converged`` is false.
    public var maximumIterations: Int?
    /// Whether samples that seem settled at a bound are set aside until the others are optimal.
    public var shrinking = true
    /// Coordinate descent only: the value of the constant feature whose weight is the bias, regularised with the other
    /// weights; 0 for no bias. Sequential minimal optimisation has a free bias.
    public var biasScale: Float = 1
    /// The most bytes of kernel rows that are kept at a time.
    public var cacheBytes = 1 << 30
    /// How much more the errors of a class cost.
    public var classWeights: ClassWeights = .uniform
    /// How more than two classes are told apart.
    public var multiclass: Multiclass = .oneVersusRest
    /// Whether ``SupportVectorMachine/probabilities(for:)`` is wanted: five more fits per machine.
    public var probability = false
    /// Whether a fit starts from the dual variables of the last one when samples were only appended. The optimum is
    /// the same up to the tolerance, but its last digits depend on the fits before: off by default.
    public var warmStart = false

    /// The default values: a linear machine with hinge loss and C = 1.
    public init() {}
  }

  /// K(x, z).
  public enum Kernel: Sendable, Hashable, Codable {
    /// x·z
    case linear
    /// exp(−γ‖x − z‖²)
    case radialBasis(gamma: Gamma)
    /// (γ x·z + coefficient0)^degree
    case polynomial(degree: Int, gamma: Gamma, coefficient0: Float)
    /// tanh(γ x·z + coefficient0). Not positive semidefinite: the optimum may be a local one.
    case sigmoid(gamma: Gamma, coefficient0: Float)

    /// exp(−γ‖x − z‖²) with γ from the data's scale.
    public static var radialBasis: Kernel { .radialBasis(gamma: .scale) }
  }

  /// The width of a kernel.
  public enum Gamma: Sendable, Hashable, Codable {
    /// 1 / (features · variance of all the training scalars).
    case scale
    /// A given number, more than 0.
    case value(Float)
  }

  /// The method that solves the dual.
  public enum Solver: Sendable, Hashable, Codable {
    /// Coordinate descent for the linear kernel, sequential minimal optimisation for the others.
    case automatic
    /// Hsieh et al., ICML 2008; the linear kernel only.
    case dualCoordinateDescent
    /// Fan, Chen and Lin, JMLR 2005; the hinge loss only.
    case sequentialMinimalOptimization
  }

  /// What an error ξ costs.
  public enum Loss: Sendable, Hashable, Codable {
    /// C·ξ
    case hinge
    /// C·ξ²; coordinate descent only.
    case squaredHinge
  }

  /// What multiplies the cost of a class's errors.
  public enum ClassWeights: Sendable, Hashable, Codable {
    /// 1 for every class.
    case uniform
    /// samples / (classes present · samples of the class).
    case balanced
    /// Given numbers, more than 0; 1 for a class not listed.
    case perClass([Int: Float])
  }

  /// How binary machines decide between many classes.
  public enum Multiclass: Sendable, Hashable, Codable {
    /// A machine per class, against all the others; the largest decision value wins.
    case oneVersusRest
    /// A machine per pair of classes; the most votes win.
    case oneVersusOne
  }
}

extension SupportVectorMachine.Parameters {
  /// Why these parameters cannot be used, in one sentence; `nil` when they can.
  public func problem() -> String? {
    if !(cost > 0 && cost.isFinite) { return "the cost must be a number above 0, not \(cost)" }
    if !(tolerance > 0 && tolerance.isFinite) { return "the tolerance must be a number above 0, not \(tolerance)" }
    if let maximumIterations, maximumIterations < 1 {
      return "the maximum of iterations must be 1 or more, not \(maximumIterations)"
    }
    if !(biasScale >= 0 && biasScale.isFinite) { return "the bias scale must be 0 or more, not \(biasScale)" }
    if cacheBytes < 0 { return "the cache cannot have \(cacheBytes) bytes" }
    if case .perClass(let weights) = classWeights,
      let (label, weight) = weights.sorted(by: { $0.key < $1.key }).first(where: {
        !($0.value > 0 && $0.value.isFinite)
      })
    {
      return "the weight of class \(label) must be a number above 0, not \(weight)"
    }
    if method == .dualCoordinateDescent, kernel != .linear {
      return "coordinate descent needs the linear kernel; use sequential minimal optimisation"
    }
    if method == .sequentialMinimalOptimization, loss == .squaredHinge {
      return "the squared hinge loss needs coordinate descent, and so the linear kernel"
    }
    return kernel.problem()
  }

  /// The solver in use, never `automatic`.
  var method: SupportVectorMachine.Solver {
    guard solver == .automatic else { return solver }
    return kernel == .linear ? .dualCoordinateDescent : .sequentialMinimalOptimization
  }
}

extension SupportVectorMachine.Kernel {
  func problem() -> String? {
    let gamma: SupportVectorMachine.Gamma
    switch self {
    case .linear: return nil
    case .radialBasis(let width): gamma = width
    case .polynomial(let degree, let width, let coefficient0):
      if !(1...64).contains(degree) { return "the degree must be in 1...64, not \(degree)" }
      if !coefficient0.isFinite { return "coefficient0 must be a finite number, not \(coefficient0)" }
      gamma = width
    case .sigmoid(let width, let coefficient0):
      if !coefficient0.isFinite { return "coefficient0 must be a finite number, not \(coefficient0)" }
      gamma = width
    }
    if case .value(let value) = gamma, !(value > 0 && value.isFinite) {
      return "gamma must be a number above 0, not \(value)"
    }
    return nil
  }
}
