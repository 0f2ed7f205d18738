public import Models
public import Tensor

/// A support vector machine on a feature map: the learner of the GAAL paper with its default values (linear, pixels).
///
/// Each fit starts from nothing, so a run that is continued fits what the uninterrupted one fitted.
public struct SupportVectorLearner: MarginLearner {
  /// What a fit does. Codable with every value written out.
  public struct Configuration: Codable, Sendable, Hashable {
    /// What the machine sees of an input.
    public enum Features: String, Codable, Sendable, CaseIterable {
      /// ``PixelFeatures``.
      case pixels
      /// ``StandardizedFeatures`` of the unlabelled pool.
      case standardized
    }

    /// What the machine sees.
    public var features = Features.pixels
    /// The machine; its `cost` is set by ``regularization`` in each fit.
    public var machine = SupportVectorMachine.Parameters()
    /// How C is found.
    public var regularization = RegularizationChoice()

    /// A linear machine on pixels with C = 0.01.
    public init() {}

    /// Throws if a setting makes no sense, naming it.
    public func validate() throws(ExperimentError) {
      try regularization.validate()
      if let problem = machine.problem() { throw .badConfiguration("learner.machine: \(problem)") }
      if machine.multiclass != .oneVersusRest {
        throw .badConfiguration("learner.machine.multiclass must be one-versus-rest: its decision values are margins")
      }
      if machine.warmStart {
        throw .badConfiguration("learner.machine.warmStart must be off: a run that is continued has no last fit")
      }
    }
  }

  /// What a fit does.
  public let configuration: Configuration
  /// φ, the same for the pool, the test sets and synthesized inputs.
  public let featureMap: any FeatureMap
  /// The machine of the last fit.
  public private(set) var machine: SupportVectorMachine
  /// `C`, `supportVectors`, `converged` (0 or 1) and, if C was chosen by it, `crossValidation`: the accuracy it
  /// reached.
  public private(set) var figures: [String: Double] = [:]

  /// With a feature map of its own, which the configuration's `features` then says nothing about.
  public init(_ configuration: Configuration = Configuration(), featureMap: any FeatureMap = PixelFeatures()) {
    self.configuration = configuration
    self.featureMap = featureMap
    machine = SupportVectorMachine(configuration.machine)
  }

  /// With the feature map that the configuration names, measured on the unlabelled `pool`, `[N, …]`, if it needs to be.
  public init(_ configuration: Configuration, unlabelled pool: Tensor) {
    switch configuration.features {
    case .pixels: self.init(configuration, featureMap: PixelFeatures())
    case .standardized: self.init(configuration, featureMap: StandardizedFeatures(fittedTo: pool))
    }
  }

  /// Fits the machine, after finding C if need be. Throws if all samples are of one class, or an input is not finite.
  public mutating func fit(
    _ samples: LabelledSamples, using random: inout RandomSource
  ) throws(SupportVectorMachineError) {
    let features = featureMap.features(of: samples.inputs)
    var parameters = configuration.machine
    var found: [String: Double] = [:]
    switch configuration.regularization.method {
    case .fixed: parameters.cost = configuration.regularization.cost
    case .strength: parameters.cost = 1 / (configuration.regularization.strength * Float(max(1, samples.count)))
    case .crossValidation:
      var folds = random.stream("folds")
      let best = try crossValidated(features, samples: samples, using: &folds)
      parameters.cost = best.cost
      found["crossValidation"] = best.accuracy
    }
    var fresh = SupportVectorMachine(parameters)
    try fresh.fit(features, labels: samples.labels, classCount: samples.classCount, using: &random)
    machine = fresh
    found["C"] = Double(parameters.cost)
    found["supportVectors"] = Double(fresh.supportVectorIndices.count)
    found["converged"] = fresh.converged ? 1 : 0
    figures = found
  }

  /// The class of each row. Precondition: fitted.
  public func predictions(for inputs: Tensor) -> [Int] { machine.predictions(for: featureMap.features(of: inputs)) }

  /// Wᵀφ(x) + b: `[N]` for two classes, else `[N, classes]`; differentiable with respect to traced `inputs`.
  /// Precondition: fitted.
  public func decisionValues(for inputs: Tensor) -> Tensor {
    machine.decisionValues(for: featureMap.features(of: inputs))
  }
}

extension SupportVectorLearner {
  /// The candidate C with the best accuracy over held-out parts of the samples.
  private func crossValidated(
    _ features: Tensor, samples: LabelledSamples, using random: inout RandomSource
  ) throws(SupportVectorMachineError) -> (cost: Float, accuracy: Double) {
    let choice = configuration.regularization
    let parts = stratifiedParts(of: samples, count: choice.folds, using: &random)
    var best: (cost: Float, accuracy: Double)?
    for cost in choice.candidates.sorted() {
      var (right, tested) = (0, 0)
      for part in 0..<choice.folds {
        let held = parts.indices.filter { parts[$0] == part }
        let kept = parts.indices.filter { parts[$0] != part }
        // A part may hold the only sample of a class; what is left of two classes is then one, and teaches nothing.
        guard !held.isEmpty, Set(kept.map { samples.labels[$0] }).count > 1 else { continue }
        var parameters = configuration.machine
        parameters.cost = cost
        // Only its predictions are counted.
        parameters.probability = false
        var machine = SupportVectorMachine(parameters)
        var fold = random.stream("fold", part)
        try machine.fit(
          features.gathered(rows: kept), labels: kept.map { samples.labels[$0] }, classCount: samples.classCount,
          using: &fold)
        let predictions = machine.predictions(for: features.gathered(rows: held))
        right += zip(held, predictions).count { samples.labels[$0] == $1 }
        tested += held.count
      }
      let accuracy = tested == 0 ? 0 : Double(right) / Double(tested)
      if accuracy > best?.accuracy ?? -1 { best = (cost, accuracy) }
    }
    return best ?? (choice.cost, 0)
  }

  /// A part in `0..<count` for each sample, the samples of each class dealt out in random order.
  private func stratifiedParts(
    of samples: LabelledSamples, count: Int, using random: inout RandomSource
  ) -> [Int] {
    var parts = [Int](repeating: 0, count: samples.count)
    var next = 0
    for label in 0..<samples.classCount {
      let members = samples.labels.indices.filter { samples.labels[$0] == label }
      for place in random.permutation(of: members.count) {
        parts[members[place]] = next % count
        next += 1
      }
    }
    return parts
  }
}
