/// How the cost C of a support vector machine is found. It decides as much as the number of labels does, and is
/// therefore written beside every result. It is never chosen on a test set.
public struct RegularizationChoice: Codable, Sendable, Hashable {
  /// The way.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// C is ``RegularizationChoice/cost``.
    case fixed
    /// C = 1 / (γ·n) for n labelled samples: γ/2·‖w‖² + the *mean* hinge loss is minimised. One reading of the paper's
    /// "γ = 0.001"; it does not say which term γ multiplies.
    case strength
    /// The candidate with the best accuracy in cross-validation on the labelled samples, anew in each fit.
    case crossValidation = "cross-validation"
  }

  /// The way.
  public var method = Method.fixed
  /// C, if fixed.
  public var cost: Float = 0.01
  /// γ, for ``Method/strength``.
  public var strength: Float = 0.001
  /// The values of C that cross-validation tries; of equal ones the smallest wins.
  public var candidates: [Float] = [0.001, 0.01, 0.1, 1]
  /// Parts the labelled samples are cut into by cross-validation, each with its share of each class.
  public var folds = 5

  /// C = 0.01.
  public init() {}

  /// C is `cost`.
  public static func fixed(_ cost: Float) -> RegularizationChoice {
    var choice = RegularizationChoice()
    choice.cost = cost
    return choice
  }

  func validate() throws(ExperimentError) {
    func check(_ values: [Float], _ name: String) throws(ExperimentError) {
      for value in values where !(value > 0 && value.isFinite) {
        throw .badConfiguration("learner.regularization.\(name) is \(value), and must be positive")
      }
    }
    try check([cost], "cost")
    try check([strength], "strength")
    try check(candidates, "candidates")
    if candidates.isEmpty { throw .badConfiguration("learner.regularization.candidates names no value to try") }
    if folds < 2 { throw .badConfiguration("learner.regularization.folds is \(folds), and must be at least 2") }
  }
}
