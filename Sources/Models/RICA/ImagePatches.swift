public import Tensor

/// Square pieces of images as rows: what ``RICA`` learns from.
public enum ImagePatches {
  /// `count` pieces of `side` × `side` pixels from random places of random images, each less its own mean:
  /// `[count, side · side · C]`, row by row, channels last. Untraced.
  ///
  /// A piece with hardly any contrast (a standard deviation below `minimumDeviation`) is drawn again, at most a hundred
  /// times: the black border of a digit teaches nothing, and there is much of it.
  ///
  /// - Precondition: `images` is `[N, H, W, C]` with N > 0 and sides of at least `side` pixels.
  public static func random(
    _ count: Int, side: Int, of images: Tensor, minimumDeviation: Float = 0, using random: inout RandomSource
  ) -> Tensor {
    precondition(
      images.rank == 4 && images.shape[0] > 0 && side > 0 && images.shape[1] >= side && images.shape[2] >= side,
      "images of shape \(images.shape) have no pieces of \(side) × \(side) pixels")
    let (number, height, width, channels) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let run = side * channels
    let size = side * run
    return Tensor(shape: [count, size]) { target in
      images.withUnsafeScalars { source in
        for row in 0..<count {
          let piece = UnsafeMutableBufferPointer(rebasing: target[row * size..<(row + 1) * size])
          for _ in 0..<100 {
            let image = random.integer(below: number)
            let (top, left) = (random.integer(below: height - side + 1), random.integer(below: width - side + 1))
            for line in 0..<side {
              let start = ((image * height + top + line) * width + left) * channels
              for i in 0..<run { piece[line * run + i] = source[start + i] }
            }
            if centre(piece) >= minimumDeviation { break }
          }
        }
      }
    }
  }

  /// Subtracts the mean, and returns the standard deviation.
  private static func centre(_ piece: UnsafeMutableBufferPointer<Float>) -> Float {
    let mean = piece.reduce(0, +) / Float(piece.count)
    var squares: Float = 0
    for i in piece.indices {
      piece[i] -= mean
      squares += piece[i] * piece[i]
    }
    return (squares / Float(piece.count)).squareRoot()
  }
}
