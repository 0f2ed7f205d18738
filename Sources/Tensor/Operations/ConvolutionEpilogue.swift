internal import CKernels

/// What is done to every output on its way to memory: act(value · factor + offset), factor and offset per channel and
/// act the leaky rectifier.
struct ConvolutionEpilogue {
  var factor: UnsafePointer<Float>?
  var offset: UnsafePointer<Float>?
  /// The slope for negative values: 1 is no activation, 0 is ReLU.
  var slope: Float = 1
}

/// act((x * weight) · factor + offset): a convolution, the affine map of a batch normalisation in inference or a bias
/// (factor 1), and a leaky rectifier of slope ≥ 0, in one pass over the output. `factor` and `offset` are `[K]` and
/// constants.
///
/// Gradient: with respect to the images alone.
package func convolutionActivated(
  _ x: Tensor, _ weight: Tensor, factor: Tensor, offset: Tensor, slope: Float, stride: Int = 1, padding: Int = 0,
  dilation: Int = 1, groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    input: x.shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  let channels = geometry.outputChannels
  precondition(
    factor.shape == [channels] && offset.shape == [channels],
    "an affine map of \(geometry.outputShape) needs factors of shape [\(channels)], not \(factor.shape), \(offset.shape)")
  precondition(slope >= 0, "the slope of a fused rectifier is not negative: \(slope)")
  let y = convolved(x, weight, geometry, factor: factor, offset: offset, slope: slope)
  let (uw, result) = (weight.detached, y)
  return y.recorded(from: x) { dy, _ in
    let inner = Tensor(uninitialized: dy.shape)
    let rows = dy.count / channels
    parallelChunks(rows, of: max(1, elementwiseChunk / channels)) { range in
      let at = range.lowerBound * channels
      ladle_epilogue_backward(
        result.pointer + at, dy.pointer + at, range.count, channels, factor.pointer, slope, inner.freshPointer + at)
    }
    withExtendedLifetime((result, dy, factor)) {}
    return [convolutionInputGradient(inner, uw, geometry)]
  }
}

extension Tensor {
  /// y ← act(y · factor + offset) over the last axis, in place.
  mutating func applyEpilogue(factor: Tensor?, offset: Tensor, slope: Float) {
    let channels = offset.count
    let rows = channels == 0 ? 0 : count / channels
    withUnsafeMutableScalars { y in
      guard let y = y.baseAddress else { return }
      parallelChunks(rows, of: Swift.max(1, elementwiseChunk / channels)) { range in
        ladle_epilogue(
          y + range.lowerBound * channels, range.count, channels, factor?.pointer, offset.pointer, slope)
      }
    }
    withExtendedLifetime((factor, offset)) {}
  }
}
