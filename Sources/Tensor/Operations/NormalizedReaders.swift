internal import CKernels

// Operations that read a batch normalisation without its being stored.

/// ``convolution2D(_:_:bias:stride:padding:dilation:groups:)`` of a normalised batch.
///
/// Gradient: with respect to what was normalised, γ, β, the weight and the bias.
package func convolution2D(
  _ x: NormalizedBatch, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
  groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    input: x.input.shape, weight: weight.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  guard geometry.readsThroughMaps else {
    return convolution2D(
      x.materialized, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
  let y = convolved(x.input, read: x.map, weight, geometry, offset: bias)
  let (batch, uw) = (x.detached, weight.detached)
  return y.recorded(from: x.input, x.scale, x.shift, weight, bias ?? .none) { dy, wanted in
    let wantsBatch = wanted[0] || wanted[1] || wanted[2]
    let (da, dw) = convolutionGradients(
      batch.input, read: batch.map, uw, dy, geometry, input: wantsBatch, weight: wanted[3])
    let db = wanted[4] ? channelSums(dy) : nil
    guard var inner = consume da else { return [nil, nil, nil, dw, db] }
    return batch.pullback(&inner, input: wanted[0]) + [dw, db]
  }
}

/// ``transposedConvolution2D(_:_:bias:stride:padding:outputPadding:dilation:groups:)`` of a normalised batch.
///
/// Gradient: with respect to what was normalised, γ, β, the weight and the bias.
package func transposedConvolution2D(
  _ x: NormalizedBatch, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
  outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1
) -> Tensor {
  let geometry = ConvolutionGeometry(
    transposedInput: x.input.shape, weight: weight.shape, stride: stride, padding: padding,
    outputPadding: outputPadding, dilation: dilation, groups: groups)
  guard geometry.readsThroughMaps || ConvolutionAlgorithm.choose(geometry, .inputGradient) == .fewChannels else {
    return transposedConvolution2D(
      x.materialized, weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups)
  }
  var y = convolutionInputGradient(x.input, read: x.map, weight, geometry)
  if let bias { y.addBias(bias) }
  let (batch, uw) = (x.detached, weight.detached)
  return y.recorded(from: x.input, x.scale, x.shift, weight, bias ?? .none) { dy, wanted in
    let wantsBatch = wanted[0] || wanted[1] || wanted[2]
    let (da, dw) = transposedConvolutionGradients(
      batch.input, read: batch.map, uw, dy, geometry, input: wantsBatch, weight: wanted[3])
    let db = wanted[4] ? channelSums(dy) : nil
    guard var inner = consume da else { return [nil, nil, nil, dw, db] }
    return batch.pullback(&inner, input: wanted[0]) + [dw, db]
  }
}

/// ReLU(x + shortcut), the end of a residual block. Shapes must agree.
///
/// Gradient: with respect to what was normalised, γ, β and the shortcut; the rectifier's from the signs of the result.
package func rectifiedSum(_ x: NormalizedBatch, _ shortcut: Tensor) -> Tensor {
  precondition(
    x.input.shape == shortcut.shape, "a shortcut of shape \(shortcut.shape) does not fit \(x.input.shape)")
  precondition(x.map.slope == 1, "the branch of a residual block ends without an activation")
  let (channels, map) = (x.map.factor.count, x.map)
  let y = Tensor(uninitialized: shortcut.shape)
  let chunk = max(1, elementwiseChunk / max(1, channels))
  parallelChunks(y.count / max(1, channels), of: chunk) { range in
    let at = range.lowerBound * channels
    ladle_rectified_sum(
      x.input.pointer + at, range.count, channels, map.factor.pointer, map.offset.pointer, shortcut.pointer + at,
      y.freshPointer + at)
  }
  withExtendedLifetime((x, shortcut)) {}
  let (batch, result) = (x.detached, y)
  return y.recorded(from: x.input, x.scale, x.shift, shortcut) { dy, wanted in
    let sums = pullBack(&dy, throughRectifiedSumTo: result, of: batch)
    // Held here, it is not overwritten by the other.
    let forShortcut = wanted[3] ? dy : nil
    let forBatch =
      wanted[0] || wanted[1] || wanted[2] ? batch.pullback(&dy, input: wanted[0], sums: sums) : [nil, nil, nil]
    return forBatch + [forShortcut]
  }
}

/// dy ← the gradient of a rectified sum `y` with respect to both of its terms, in place if nobody else holds dy; and what
/// the batch's own gradient sums of it.
private func pullBack(
  _ dy: inout Tensor, throughRectifiedSumTo y: Tensor, of batch: NormalizedBatch
) -> NormalizationSums {
  let (inner, source, mean) = (dy.overwritable(), dy.pointer, batch.statistics.mean)
  let sums = NormalizationSums(rows: y.count / max(1, mean.count), channels: mean.count) { rows, sum, product in
    let at = rows.lowerBound * mean.count
    ladle_rectified_sum_backward(
      y.pointer + at, source + at, batch.input.pointer + at, rows.count, mean.count, mean.pointer,
      inner.freshPointer + at, sum, product)
  }
  withExtendedLifetime((y, dy, batch)) {}
  dy = inner
  return sums
}

extension ConvolutionGeometry {
  /// Whether its algorithm applies a map of channels while it reads.
  var readsThroughMaps: Bool {
    groups == 1 && dilation == 1 && ConvolutionAlgorithm.choose(self, .forward).tileSize != nil
  }
}
