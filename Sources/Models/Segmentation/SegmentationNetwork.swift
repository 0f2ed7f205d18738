public import Tensor

/// A network that names the class of every pixel: images `[N, H, W, C]` to logits `[N, H, W, classes]`.
public protocol SegmentationNetwork: Layer {
  /// The number of classes.
  var classes: Int { get }

  /// What it knows of an image as a whole, `[N, F]`, in inference: the features before the last layer, averaged over all
  /// pixels. For strategies that measure distances between images.
  func features(_ images: Tensor) -> Tensor
}
