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
    "an affine map of \(geometry.outputShape) needs factors [\(channels)], not \(factor.shape) and \(offset.shape)")
  precondition(slope >= 0, "the slope of a fused rectifier is not negative: \(slope)")
  let y = convolved(x, weight, geometry, factor: factor, offset: offset, slope: slope)
  let (uw, result) = (weight.detached, y)
  return y.recorded(from: x) { dy, _ in
    pullBack(&dy, throughEpilogueTo: result, factor: factor, slope: slope)
    return [convolutionInputGradient(dy, uw, geometry)]
  }
}

/// act(x * weight + bias) with the leaky rectifier of `slope` ≥ 0, in one pass over the output.
///
/// Gradient: that of the convolution and of the rectifier, the latter from the signs of the output.
package func convolutionRectified(
  _ x: Tensor, _ weight: Tensor, bias: Tensor?, slope: Float, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
  groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    input: x.shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  let channels = geometry.outputChannels
  precondition(slope >= 0, "the slope of a fused rectifier is not negative: \(slope)")
  let y = convolved(x, weight, geometry, offset: bias ?? .zeros([channels]), slope: slope)
  let (ux, uw, result) = (x.detached, weight.detached, y)
  return y.recorded(from: x, weight, bias ?? .none) { dy, wanted in
    pullBack(&dy, throughEpilogueTo: result, factor: .ones([channels]), slope: slope)
    let (dx, dw) = convolutionGradients(ux, uw, dy, geometry, input: wanted[0], weight: wanted[1])
    return [dx, dw, wanted[2] ? channelSums(dy) : nil]
  }
}

/// dy ← act′(y) · dy · factor, in place if nobody else holds dy.
func pullBack(_ dy: inout Tensor, throughEpilogueTo y: Tensor, factor: Tensor, slope: Float) {
  let result = dy.overwritable()
  let (channels, source) = (factor.count, dy.pointer)
  let rows = dy.count / max(1, channels)
  parallelChunks(rows, of: rowsPerUnit(rows, channels: channels)) { range in
    let at = range.lowerBound * channels
    ladle_epilogue_backward(
      y.pointer + at, source + at, range.count, channels, factor.pointer, slope, result.freshPointer + at)
  }
  withExtendedLifetime((y, dy, factor)) {}
  dy = result
}

extension Tensor {
  /// y ← act(y · factor + offset) over the last axis, in place.
  mutating func applyEpilogue(factor: Tensor?, offset: Tensor, slope: Float) {
    let channels = offset.count
    let rows = channels == 0 ? 0 : count / channels
    withUnsafeMutableScalars { y in
      guard let y = y.baseAddress else { return }
      parallelChunks(rows, of: rowsPerUnit(rows, channels: channels)) { range in
        ladle_epilogue(
          y + range.lowerBound * channels, range.count, channels, factor?.pointer, offset.pointer, slope)
      }
    }
    withExtendedLifetime((factor, offset)) {}
  }
}
