public import Tensor

/// φ: inputs to the vectors a learner sees. A learner owns its map and applies it to samples of the pool and to
/// synthesized ones alike, so that they cannot be measured differently.
public protocol FeatureMap: Sendable {
  /// `[N, …]` in [0, 1] to `[N, F]`; row by row, and differentiable with respect to traced `inputs`.
  func features(of inputs: Tensor) -> Tensor
}

/// The pixels as they are: `[N, H, W, C]` to `[N, H·W·C]`, still in [0, 1]. The features of the GAAL paper.
public struct PixelFeatures: FeatureMap {
  /// Needs nothing.
  public init() {}

  /// `[N, …]` to `[N, F]`.
  public func features(of inputs: Tensor) -> Tensor { inputs.flattened() }
}

/// Pixels shifted and scaled to mean 0 and standard deviation 1 over a set of unlabelled inputs.
public struct StandardizedFeatures: FeatureMap {
  /// What is subtracted, `[F]`.
  public let means: Tensor
  /// What is multiplied with after that, `[F]`: 1 / (standard deviation + 0.01). The constant keeps a pixel that is
  /// almost always black from being blown up.
  public let scales: Tensor

  /// Measures `inputs`, `[N, …]`. Precondition: N > 0.
  public init(fittedTo inputs: Tensor) {
    let rows = inputs.detached.flattened()
    precondition(rows.shape[0] > 0, "no inputs to measure")
    means = rows.mean(alongAxes: [0])
    scales = 1 / (rows.variance(alongAxes: [0]).squareRoot() + 0.01)
  }

  /// `[N, …]` to `[N, F]`.
  public func features(of inputs: Tensor) -> Tensor { (inputs.flattened() - means) * scales }
}
