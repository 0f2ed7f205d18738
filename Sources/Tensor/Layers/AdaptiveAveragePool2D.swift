/// The mean over windows that divide the image into `size` × `size` parts, whatever its own size:
/// `[N, H, W, C]` to `[N, size, size, C]`.
///
/// Part i covers pixels ⌊i·H/size⌋ up to ⌈(i + 1)·H/size⌉, as in PyTorch: parts overlap, or repeat pixels of an image
/// that is smaller than `size`. Meant for the few pixels at the end of a network: it costs a product with a matrix of
/// H·W × size².
public struct AdaptiveAveragePool2D: ParameterlessLayer {
  /// Parts along each side.
  public let size: Int

  /// A layer that gives `size` × `size` pixels.
  public init(_ size: Int) {
    precondition(size > 0, "an image has at least one pixel on a side, not \(size)")
    self.size = size
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    precondition(
      input.rank == 4 && input.shape[1] > 0 && input.shape[2] > 0,
      "average pooling takes images [N, H, W, C], not a tensor of shape \(input.shape)")
    let (count, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    if height == size && width == size { return input }
    let pixelsLast = input.transposed(permutation: [0, 3, 1, 2]).reshaped(to: [count * channels, height * width])
    return matmul(pixelsLast, means(height, width))
      .reshaped(to: [count, channels, size, size]).transposed(permutation: [0, 2, 3, 1])
  }

  /// `[H·W, size²]`: what each pixel gives to each part.
  private func means(_ height: Int, _ width: Int) -> Tensor {
    let (rows, columns) = (parts(of: height), parts(of: width))
    var matrix = [Float](repeating: 0, count: height * width * size * size)
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated() {
        for y in row {
          for x in column {
            matrix[(y * width + x) * size * size + i * size + j] = 1 / Float(row.count * column.count)
          }
        }
      }
    }
    return Tensor(matrix, shape: [height * width, size * size])
  }

  private func parts(of side: Int) -> [Range<Int>] {
    (0..<size).map { $0 * side / size..<(($0 + 1) * side + size - 1) / size }
  }
}
