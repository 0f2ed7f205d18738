internal import CKernels

/// The cross-correlation of images `x` `[N, H, W, C]` with kernels `weight` `[kh, kw, C / groups, K]`, plus `bias`
/// `[K]`: `[N, (H + 2·padding − h)/stride + 1, (W + 2·padding − w)/stride + 1, K]`, padded with zeros, where
/// `h = dilation·(kh − 1) + 1` and `w = dilation·(kw − 1) + 1` are what the kernel spans.
///
/// With `groups`, the g-th block of `K / groups` outputs sees the g-th block of `C / groups` channels alone;
/// `groups == C` is a depthwise convolution.
///
/// Gradient: with respect to the images the transposed convolution of the cotangent, to the weight the product of
/// the images' patches with the cotangent, to the bias its sum over positions.
///
/// - Precondition: `groups` divides `C` and `K`.
/// - Complexity: O(N · H' · W' · kh · kw · C · K / groups).
public func convolution2D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
  groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    input: x.shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  let y = convolved(x, weight, geometry, offset: bias)
  let (ux, uw) = (x.detached, weight.detached)
  return y.recorded(from: x, weight, bias ?? .none) { dy, wanted in
    let (dx, dw) = convolutionGradients(ux, uw, dy, geometry, input: wanted[0], weight: wanted[1])
    return [dx, dw, wanted[2] ? channelSums(dy) : nil]
  }
}

/// The transposed convolution (the adjoint of ``convolution2D(_:_:bias:stride:padding:dilation:groups:)`` with the
/// same weight) of images `x` `[N, H, W, Cin]` with `weight` `[kh, kw, Cout / groups, Cin]`, plus `bias` `[Cout]`:
/// height `(H − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + outputPadding`, and likewise the width.
///
/// Gradient: with respect to the images the convolution of the cotangent.
///
/// - Precondition: `outputPadding` is in `0..<stride`; `groups` divides `Cin`.
/// - Complexity: O(N · H · W · kh · kw · Cin · Cout / groups).
public func transposedConvolution2D(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
  dilation: Int = 1, groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    transposedInput: x.shape, weight: weight.shape, stride: stride, padding: padding, outputPadding: outputPadding,
    dilation: dilation, groups: groups)
  var y = convolutionInputGradient(x, weight, geometry)
  if let bias { y.addBias(bias) }
  let (ux, uw) = (x.detached, weight.detached)
  return y.recorded(from: x, weight, bias ?? .none) { dy, wanted in
    let (dx, dw) = transposedConvolutionGradients(ux, uw, dy, geometry, input: wanted[0], weight: wanted[1])
    return [dx, dw, wanted[2] ? channelSums(dy) : nil]
  }
}

extension Tensor {
  /// An empty, untraced operand.
  static var none: Tensor { Tensor(uninitialized: [0]) }

  /// Adds `bias` `[C]` to the last axis, in place.
  mutating func addBias(_ bias: Tensor) {
    let channels = shape.last ?? 1
    precondition(bias.shape == [channels], "a bias of shape \(bias.shape) does not fit \(shape)")
    let rows = channels == 0 ? 0 : count / channels
    withUnsafeMutableScalars { y in
      guard let y = y.baseAddress else { return }
      parallelChunks(rows, of: rowsPerUnit(rows, channels: channels)) { range in
        ladle_add_bias(y + range.lowerBound * channels, range.count, channels, bias.pointer)
      }
    }
    withExtendedLifetime(bias) {}
  }
}

/// The sums of `x` `[…, C]` over all axes but the last: `[C]`. Chunks are summed in a fixed order.
package func channelSums(_ x: Tensor) -> Tensor {
  let channels = x.shape.last ?? 1
  let rows = channels == 0 ? 0 : x.count / channels
  let chunk = max(1, elementwiseChunk / max(1, channels))
  let chunks = (rows + chunk - 1) / chunk
  let partial = Storage(count: max(1, chunks * channels))
  parallel(chunks) { index in
    let first = index * chunk
    ladle_channel_sums(
      x.pointer + first * channels, min(chunk, rows - first), channels, partial.pointer + index * channels)
  }
  withExtendedLifetime(x) {}
  return Tensor(shape: [channels]) { sums in
    for c in 0..<channels {
      var sum = 0.0
      for index in 0..<chunks { sum += Double(partial.pointer[index * channels + c]) }
      sums[c] = Float(sum)
    }
  }
}
