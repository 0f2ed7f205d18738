/// Placeholder while the machine is written.
public struct SupportVectorLearner: Sendable {
  /// None yet.
  public struct Configuration: Codable, Sendable, Hashable {
    /// None yet.
    public init() {}
    /// None yet.
    public func validate() throws(ExperimentError) {}
  }
}
