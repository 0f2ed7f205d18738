public import Tensor

/// A support vector machine: linear by dual coordinate descent, or with a kernel by sequential minimal optimisation.
///
/// ```swift
/// var parameters = SupportVectorMachine.Parameters()
/// parameters.kernel = .radialBasis
/// var machine = SupportVectorMachine(parameters)
/// try machine.fit(x, labels: labels, classCount: 2, using: &random)
/// let classes = machine.predictions(for: unseen)
/// ```
///
/// Sources: Cortes and Vapnik, "Support-vector networks", 1995; the solvers name theirs
/// (``Parameters/solver``). A fit gives the same bits for any number of threads.
public struct SupportVectorMachine: Sendable {
  /// What the next fit does.
  public var parameters: Parameters
  /// Classes of the last fit.
  public private(set) var classCount = 0
  /// The shape of one input, as in the last fit.
  public private(set) var inputShape: Shape = []

  /// How the machines of ``reports`` belong to classes.
  var layout = MachineLayout.none
  var machines: [BinaryMachine] = []
  var decision = DecisionFunction.none
  var history: TrainingHistory?

  /// A machine that is still to be fitted.
  public init(_ parameters: Parameters = Parameters()) { self.parameters = parameters }

  /// Learns from `x`, `[N, …]`, and one label per sample in `0..<classCount`. A class without samples is never
  /// predicted. Samples of weight 0 are ignored; other weights multiply the cost of the sample's errors.
  ///
  /// When training stops at ``Parameters/maximumIterations``, ``converged`` is false; that is no error. An error leaves
  /// the machine as it was.
  ///
  /// - Complexity: O(N·D) per pass of coordinate descent; sequential minimal optimisation needs O(S·N·D) for the kernel
  ///   rows of about S support vectors.
  public mutating func fit(
    _ x: Tensor, labels: [Int], classCount: Int, sampleWeights: [Float]? = nil, using random: inout RandomSource
  ) throws(SupportVectorMachineError) {
    let problem = try TrainingProblem(
      x, labels: labels, classCount: classCount, sampleWeights: sampleWeights, parameters: parameters)
    let start = parameters.warmStart ? history?.continued(by: problem, parameters) : nil
    let layout = MachineLayout(classCount: classCount, multiclass: parameters.multiclass)
    let trained = problem.machines(layout, start: start, using: &random)
    self.classCount = classCount
    self.layout = layout
    inputShape = Array(x.shape.dropFirst())
    machines = trained
    decision = DecisionFunction(machines, x: problem.x, function: problem.function)
    history = parameters.warmStart ? TrainingHistory(problem, parameters, layout, machines) : nil
  }
}

// MARK: - What the fit found

extension SupportVectorMachine {
  /// How the training of one binary machine ended.
  public struct Report: Sendable, Hashable {
    /// The class on the positive side.
    public var positive: Int
    /// The class on the negative side; `nil` for all the others.
    public var negative: Int?
    /// The dual objective ½αᵀQα − Σα that was reached; it is minimised.
    public var dualObjective: Double
    /// Steps of sequential minimal optimisation, or passes of coordinate descent.
    public var iterations: Int
    /// Whether the tolerance was reached before the maximum of iterations.
    public var converged: Bool
    /// Samples with a dual variable above 0.
    public var supportVectorCount: Int
    /// The constant of the decision function.
    public var bias: Float
    /// Rows of the kernel matrix that were computed, again or for the first time; 0 for coordinate descent.
    public var kernelRows: Int
  }

  /// One report per binary machine: one for two classes; else one per class, or one per pair (0, 1), (0, 2), … (1, 2), ….
  public var reports: [Report] {
    zip(machines, layout.sides).map { machine, sides in
      Report(
        positive: sides.positive, negative: sides.negative, dualObjective: machine.solution.objective,
        iterations: machine.solution.iterations, converged: machine.solution.converged,
        supportVectorCount: machine.support.count, bias: Float(machine.solution.bias),
        kernelRows: machine.solution.kernelRows)
    }
  }

  /// Whether every machine reached the tolerance.
  public var converged: Bool { machines.allSatisfy(\.solution.converged) }

  /// The training samples that some machine's decision depends on, ascending.
  public var supportVectorIndices: [Int] { Set(machines.flatMap { $0.support.map(\.sample) }).sorted() }

  /// The signed dual variables α·y of each machine by training sample; samples not listed have 0.
  public var dualCoefficients: [[Int: Double]] {
    machines.map { Dictionary($0.support.map { ($0.sample, $0.beta) }, uniquingKeysWith: { $1 }) }
  }
}
