public import Tensor

/// Images made larger, a whole number of times: `[N, h, w, C]` to `[N, h · factor, w · factor, C]`, each pixel a mean of
/// the four old ones around it, weighted by how near their centres are. Beyond the outermost centres the border is
/// repeated, as PyTorch's `interpolate` does with `align_corners=False`.
///
/// It is linear along each side, one product with a small constant matrix after the other, so gradients come with the
/// products. Cost: O(N · C · h · w · factor · (w + h · factor)), meant for the few classes at the end of a network.
public struct BilinearUpsampling: ParameterlessLayer {
  /// New pixels per old one, along each side.
  public let factor: Int

  /// Precondition: `factor` is at least 1.
  public init(_ factor: Int) {
    precondition(factor >= 1, "images are made larger at least 1 times, not \(factor)")
    self.factor = factor
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    precondition(
      input.rank == 4 && input.shape[1] > 0 && input.shape[2] > 0,
      "upsampling takes images [N, H, W, C], not a tensor of shape \(input.shape)")
    guard factor > 1, input.shape[0] > 0 else { return input }
    let (count, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    let wide = matmul(
      input.transposed(permutation: [0, 3, 1, 2]).reshaped(to: [count * channels * height, width]), weights(width))
    let columns = wide.reshaped(to: [count, channels, height, width * factor]).transposed(permutation: [0, 1, 3, 2])
    return matmul(columns.reshaped(to: [count * channels * width * factor, height]), weights(height))
      .reshaped(to: [count, channels, width * factor, height * factor]).transposed(permutation: [0, 3, 2, 1])
  }

  /// `[side, side · factor]`: what each old pixel gives to each new one; columns sum to 1.
  private func weights(_ side: Int) -> Tensor {
    let new = side * factor
    var matrix = [Float](repeating: 0, count: side * new)
    for place in 0..<new {
      let centre = max(0, (Float(place) + 0.5) / Float(factor) - 0.5)
      let low = min(Int(centre), side - 1)
      let high = min(low + 1, side - 1)
      let share = centre - Float(low)
      matrix[low * new + place] += 1 - share
      matrix[high * new + place] += share
    }
    return Tensor(matrix, shape: [side, new])
  }
}
