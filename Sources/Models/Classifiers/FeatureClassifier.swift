public import Tensor

/// A classifier that is linear in the features it computes: logits = features · W + b.
///
/// What active learning asks of a network beyond its logits: ``features(_:)`` for strategies that measure distances
/// (k-centre, clustering), and the weights of ``head`` for those that need the last layer's gradients.
public protocol FeatureClassifier: Layer, TorchExchangeable {
  /// Everything up to the features: images `[N, H, W, C]` to `[N, F]`. Dropout in front of the last layer belongs here.
  var body: Sequential { get set }
  /// The last layer: W is `[F, classes]`, b `[classes]`.
  var head: Dense { get set }

  /// `images` if they have a shape that the body takes; a precondition failure that names both shapes otherwise.
  func checked(_ images: Tensor) -> Tensor
}

extension FeatureClassifier {
  /// The features before the last layer in inference, `[N, F]`.
  public func features(_ images: Tensor) -> Tensor { body(checked(images)) }

  /// Logits `[N, classes]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { head(features(images)) }

  /// Logits `[N, classes]`, with dropout and batch statistics.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    head.forward(body.forward(checked(images), using: &random), using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("body", &body)
    visitor.visit("head", &head)
  }

  /// Draws the weights: those of the body from Kaiming's normal distribution, those of the head, which no rectifier
  /// follows, from the uniform one in ±1/√F. Biases, scales and shifts are left alone.
  mutating func drawWeights(using random: inout RandomSource) {
    body.initialize(.kaimingNormal(), using: &random)
    head.initialize(.default, using: &random)
  }
}

/// `images` if they are `[N, H, W, channels]` with sides of at least `minimumSide` pixels.
func checkedImages(_ images: Tensor, channels: Int, minimumSide: Int) -> Tensor {
  precondition(
    images.rank == 4 && images.shape[3] == channels && images.shape[1] >= minimumSide
      && images.shape[2] >= minimumSide,
    "this classifier takes images [N, H, W, \(channels)] of at least \(minimumSide) pixels a side, not a tensor of "
      + "shape \(images.shape)")
  return images
}
