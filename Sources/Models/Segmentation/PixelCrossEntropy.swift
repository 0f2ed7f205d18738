public import Tensor

/// The mean of −log softmax(logits)[class] over all pixels that count, as a scalar; 0, untraced, if none does.
///
/// - Parameters:
///   - logits: `[N, H, W, classes]`.
///   - pixels: N·H·W classes, row by row; ``SegmentationMasks/ignored`` for pixels that do not count.
/// - Precondition: the sizes agree, and every other byte is a class.
public func pixelCrossEntropy(logits: Tensor, pixels: [UInt8]) -> Tensor {
  precondition(
    logits.rank == 4 && logits.shape.dropLast().reduce(1, *) == pixels.count,
    "\(pixels.count) pixels for logits of shape \(logits.shape)")
  let rows = logits.reshaped(to: [pixels.count, logits.shape[3]])
  let counted = pixels.indices.filter { pixels[$0] != SegmentationMasks.ignored }
  guard !counted.isEmpty else { return Tensor(0) }
  let labels = counted.map { Int(pixels[$0]) }
  return crossEntropy(logits: counted.count == pixels.count ? rows : rows.gathered(rows: counted), labels: labels)
}
