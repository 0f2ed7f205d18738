public import Tensor

/// Random crops and mirror images: the same picture for whoever names it, other numbers for a network.
public struct ImageAugmentation: Codable, Sendable, Hashable {
  /// A crop of the image's size out of the image with this many zero pixels around it: the image moves by up to so many
  /// pixels in each direction.
  public var padding: Int
  /// Whether images are mirrored, left to right, half of the time.
  public var mirror: Bool

  /// Memberwise; by default images are left as they are.
  public init(padding: Int = 0, mirror: Bool = false) {
    self.padding = padding
    self.mirror = mirror
  }

  /// Moves and mirrors each image of `[n, H, W, C]` on its own; the images that were passed stay as they are.
  ///
  /// - Precondition: images of rank 4, unless nothing is to be done.
  public func callAsFunction(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    guard padding > 0 || mirror else { return images }
    precondition(images.rank == 4, "augmentation takes images [N, H, W, C], not a tensor of shape \(images.shape)")
    let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
    return Tensor(shape: images.shape) { target in
      target.update(repeating: 0)
      images.withUnsafeScalars { source in
        for image in 0..<images.shape[0] {
          let dy = padding == 0 ? 0 : random.integer(below: 2 * padding + 1) - padding
          let dx = padding == 0 ? 0 : random.integer(below: 2 * padding + 1) - padding
          let mirrored = mirror && random.integer(below: 2) == 1
          let base = image * height * width * channels
          // Not `max..<min`: an image that moved out of its frame altogether leaves an empty range.
          for y in 0..<height where (0..<height).contains(y - dy) {
            for x in 0..<width where (0..<width).contains(x - dx) {
              let fromX = mirrored ? width - 1 - (x - dx) : x - dx
              let from = base + ((y - dy) * width + fromX) * channels
              let to = base + (y * width + x) * channels
              for c in 0..<channels { target[to + c] = source[from + c] }
            }
          }
        }
      }
    }
  }
}
