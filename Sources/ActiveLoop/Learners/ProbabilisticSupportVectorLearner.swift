public import Models
public import Tensor

/// A ``SupportVectorLearner`` that says how sure it is, by Platt's sigmoids fitted in five-fold cross-validation: for
/// strategies that need probabilities. A fit costs five more per machine.
///
/// The likeliest class may differ from the predicted one near a boundary, where the strategies look: for one machine
/// ``SimpleMargin`` on its decision values is the cheaper question.
public struct ProbabilisticSupportVectorLearner: ProbabilisticLearner, MarginLearner {
  /// The machine, its features and how its cost is found.
  public private(set) var base: SupportVectorLearner

  /// With a feature map of its own; `configuration.machine.probability` is set.
  public init(
    _ configuration: SupportVectorLearner.Configuration = SupportVectorLearner.Configuration(),
    featureMap: any FeatureMap = PixelFeatures()
  ) {
    var configuration = configuration
    configuration.machine.probability = true
    base = SupportVectorLearner(configuration, featureMap: featureMap)
  }

  /// As ``SupportVectorLearner/fit(_:using:)``.
  public mutating func fit(
    _ samples: LabelledSamples, using random: inout RandomSource
  ) throws(SupportVectorMachineError) {
    try base.fit(samples, using: &random)
  }

  /// The class of each row, by the decision values. Precondition: fitted.
  public func predictions(for inputs: Tensor) -> [Int] { base.predictions(for: inputs) }

  /// `[N, classes]`. Precondition: fitted.
  public func probabilities(for inputs: Tensor) -> Tensor {
    base.machine.probabilities(for: base.featureMap.features(of: inputs))
  }

  /// As ``SupportVectorLearner/decisionValues(for:)``. Precondition: fitted.
  public func decisionValues(for inputs: Tensor) -> Tensor { base.decisionValues(for: inputs) }

  /// As ``SupportVectorLearner/figures``.
  public var figures: [String: Double] { base.figures }
}
