/// What is labelled before the first query.
public struct InitialSet: Codable, Sendable, Hashable {
  /// The way.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// Samples drawn uniformly; a class may be missing.
    case random
    /// As many of each class as of any other, but for one. The oracle is shown samples until that is so.
    case stratified
    /// Samples drawn uniformly from all classes but some (VAAL, section 4.3: a biased initial pool).
    case biased
  }

  /// The way.
  public var method = Method.random
  /// Labels.
  public var count = 100
  /// Biased: classes without a label, drawn by the seed, unless ``missing`` names them.
  public var missingCount = 1
  /// Biased: the classes without a label; empty to have them drawn.
  public var missing: [Int] = []

  /// A hundred random samples.
  public init() {}

  func validate(classCount: Int) throws(ExperimentError) {
    if count < 1 { throw .badConfiguration("initial.count is \(count), and must be at least 1") }
    switch method {
    case .random: break
    case .stratified:
      guard count >= classCount else {
        throw .badConfiguration("initial.count is \(count), and \(classCount) classes need at least one label each")
      }
    case .biased:
      guard missing.allSatisfy({ (0..<classCount).contains($0) }), Set(missing).count == missing.count else {
        throw .badConfiguration("initial.missing is \(missing), and must be distinct classes in 0..<\(classCount)")
      }
      let absent = missing.isEmpty ? missingCount : missing.count
      guard (1..<classCount).contains(absent) else {
        throw .badConfiguration(
          "\(absent) of \(classCount) classes are to be missing at first, and must be at least 1 and leave 1")
      }
    }
  }
}
