/// Sets each scalar to zero with probability `rate` in training and scales the others by 1/(1 − rate), so that
/// inference needs no change. Srivastava et al., "Dropout", JMLR 2014.
public struct Dropout: ParameterlessLayer {
  /// The probability of zero, in [0, 1).
  public let rate: Float

  /// A layer that drops each scalar with probability `rate`.
  public init(_ rate: Float = 0.5) {
    precondition((0..<1).contains(rate), "a dropout rate must be in [0, 1), not \(rate)")
    self.rate = rate
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    rate == 0 ? input : input * dropoutMask(input.shape, rate: rate, using: &random)
  }
}

/// Dropout of whole channels of images `[N, H, W, C]`: neighbouring pixels are too alike to be dropped one by one.
/// Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.
public struct Dropout2D: ParameterlessLayer {
  /// The probability of zero, in [0, 1).
  public let rate: Float

  /// A layer that drops each channel of each image with probability `rate`.
  public init(_ rate: Float = 0.5) {
    precondition((0..<1).contains(rate), "a dropout rate must be in [0, 1), not \(rate)")
    self.rate = rate
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    precondition(input.rank == 4, "channel dropout takes images [N, H, W, C], not a tensor of shape \(input.shape)")
    guard rate > 0 else { return input }
    return input * dropoutMask([input.shape[0], 1, 1, input.shape[3]], rate: rate, using: &random)
  }
}

/// Adds normal noise in training.
public struct GaussianNoise: ParameterlessLayer {
  /// The noise's standard deviation.
  public let standardDeviation: Float

  /// A layer that adds noise of the given standard deviation.
  public init(_ standardDeviation: Float) { self.standardDeviation = standardDeviation }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { input }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    input + Tensor(normal: input.shape, standardDeviation: standardDeviation, using: &random)
  }
}

/// Zero with probability `rate`, 1/(1 − rate) otherwise.
private func dropoutMask(_ shape: Shape, rate: Float, using random: inout RandomSource) -> Tensor {
  let mask = Tensor(uniform: shape, using: &random)
  let kept = 1 / (1 - rate)
  let target = mask.freshPointer
  parallelChunks(mask.count, of: elementwiseChunk) { range in
    for i in range { target[i] = target[i] < rate ? 0 : kept }
  }
  return mask
}
