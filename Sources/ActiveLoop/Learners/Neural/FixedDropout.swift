internal import Models
internal import Tensor

/// Dropout with one mask for every sample of every batch: a member of the committee that a network with dropout stands
/// for (Gal and Ghahramani, "Dropout as a Bayesian approximation", ICML 2016). A sample's answer does not depend on
/// its batch.
struct FixedDropout: Layer {
  /// The probability of zero, in [0, 1).
  let rate: Float
  /// Whether whole channels of images are dropped.
  let dropsChannels: Bool
  /// Where the mask comes from: the same for the same shape of samples.
  let random: RandomSource

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {}

  func callAsFunction(_ input: Tensor) -> Tensor {
    guard rate > 0 else { return input }
    let sample = Array(input.shape.dropFirst())
    let shape = dropsChannels ? [1] + sample.dropLast().map { _ in 1 } + [sample[sample.count - 1]] : [1] + sample
    var random = random
    let kept = 1 / (1 - rate)
    var mask = Tensor(uniform: shape, using: &random)
    mask.withUnsafeMutableScalars { scalars in
      for i in scalars.indices { scalars[i] = scalars[i] < rate ? 0 : kept }
    }
    return input * mask
  }
}

extension Sequential {
  /// The layers with every dropout in them, nested ones included, fixed to a mask of its own.
  func withFixedDropout(using random: RandomSource) -> Sequential {
    Sequential(
      layers: layers.enumerated().map { place, layer -> any Layer in
        let stream = random.stream("layer", place)
        if let dropout = layer as? Dropout {
          return FixedDropout(rate: dropout.rate, dropsChannels: false, random: stream)
        }
        if let dropout = layer as? Dropout2D {
          return FixedDropout(rate: dropout.rate, dropsChannels: true, random: stream)
        }
        return (layer as? Sequential)?.withFixedDropout(using: stream) ?? layer
      })
  }
}
