/// Batch normalisation over every axis but the last: of images `[N, H, W, C]` or features `[N, C]`.
///
/// Ioffe and Szegedy, "Batch normalization", ICML 2015. In training the batch's statistics normalise, and move the
/// running ones by `momentum` (the running variance is unbiased, as in PyTorch); in inference the running ones do,
/// so that a sample's result does not depend on its batch.
public struct BatchNormalization: Layer {
  /// γ, `[C]`, at first 1.
  public var scale: Tensor
  /// β, `[C]`, at first 0.
  public var shift: Tensor
  /// `[C]`, at first 0.
  public var runningMean: Tensor
  /// `[C]`, at first 1.
  public var runningVariance: Tensor
  /// How far a batch moves the running statistics, in (0, 1].
  public let momentum: Float
  /// Added to variances.
  public let epsilon: Float

  /// A layer for `channels` channels.
  public init(_ channels: Int, momentum: Float = 0.1, epsilon: Float = 1e-5) {
    scale = .ones([channels])
    shift = .zeros([channels])
    runningMean = .zeros([channels])
    runningVariance = .ones([channels])
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("scale", &scale)
    visitor.visit("shift", &shift)
    visitor.visitState("runningMean", &runningMean)
    visitor.visitState("runningVariance", &runningVariance)
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { inferred(input, slope: 1) }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    trained(input, slope: 1)
  }

  /// Training with the activation that follows fused in: slope 0 is ReLU, 1 none.
  mutating func trained(_ input: Tensor, slope: Float) -> Tensor { measured(input, slope: slope).materialized }

  /// The same, not stored yet. Moves the running statistics.
  mutating func measured(_ input: Tensor, slope: Float) -> NormalizedBatch {
    let batch = NormalizedBatch(input, scale: scale, shift: shift, epsilon: epsilon, slope: slope)
    let statistics = batch.statistics
    let channels = scale.count
    let rows = Float(input.count / max(1, channels))
    let (m, unbiased) = (momentum, rows > 1 ? rows / (rows - 1) : 1)
    runningMean.withUnsafeMutableScalars { running in
      for c in 0..<channels { running[c] += m * (statistics.mean.pointer[c] - running[c]) }
    }
    runningVariance.withUnsafeMutableScalars { running in
      for c in 0..<channels { running[c] += m * (statistics.variance.pointer[c] * unbiased - running[c]) }
    }
    return batch
  }

  /// Inference with the activation that follows fused in.
  func inferred(_ input: Tensor, slope: Float) -> Tensor {
    let (factor, offset) = affine
    guard scale.isTraced || shift.isTraced else {
      return affineActivated(input, factor: factor, offset: offset, slope: slope)
    }
    // A frozen-statistics layer whose scale and shift still learn.
    let inverse = Tensor(shape: scale.shape) { t in
      for c in t.indices { t[c] = 1 / (runningVariance.pointer[c] + epsilon).squareRoot() }
    }
    let normalized = (input - runningMean) * inverse
    return (normalized * scale + shift).leakyReLU(slope: slope)
  }

  /// y = x · factor + offset in inference.
  var affine: (factor: Tensor, offset: Tensor) {
    let factor = Tensor(shape: scale.shape) { t in
      for c in t.indices { t[c] = scale.pointer[c] / (runningVariance.pointer[c] + epsilon).squareRoot() }
    }
    let offset = Tensor(shape: scale.shape) { t in
      for c in t.indices { t[c] = shift.pointer[c] - runningMean.pointer[c] * factor.pointer[c] }
    }
    return (factor, offset)
  }
}
