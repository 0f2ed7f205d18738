internal import CKernels

// Convolutions in groups: the g-th block of K / groups outputs sees the g-th block of C / groups channels alone.
//
// A group is a convolution of its own on a strided view: its channels lie `channels` scalars apart from pixel to
// pixel, its weight is a block of columns of the matrix [kh·kw·C/groups, K], and so is its output. A depthwise
// convolution, one channel per group, has loops of its own: as matrix products its groups would have one column each.

extension ConvolutionGeometry {
  /// y `[N, H', W', K]` from x, by the best algorithm for the shape.
  func forward(_ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    if groups == 1 {
      forward(x, weight: weight, into: y, by: algorithm(.forward))
    } else if isDepthwise {
      parallelChunks(batch * outputHeight, of: depthwiseLines(outputWidth)) { lines in
        ladle_depthwise(x, weight, patches, lines.lowerBound, lines.count, y)
      }
    } else {
      GroupedConvolution(self).forward(x, weight: weight, into: y)
    }
  }

  /// dx `[N, H, W, C]` from dy, by the best algorithm for the shape.
  func inputGradient(
    _ dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    if groups == 1 {
      inputGradient(dy, weight: weight, into: dx, by: algorithm(.inputGradient))
    } else if isDepthwise {
      parallelChunks(batch * height, of: depthwiseLines(width)) { lines in
        ladle_depthwise_input_gradient(dy, weight, patches, lines.lowerBound, lines.count, dx)
      }
    } else {
      GroupedConvolution(self).inputGradient(dy, weight: weight, into: dx)
    }
  }

  /// dw `[kh, kw, C / groups, K]` from x and dy, by the best algorithm for the shape.
  func weightGradient(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>) {
    if groups == 1 {
      weightGradient(x, dy, into: dw, by: algorithm(.weightGradient))
    } else if isDepthwise {
      let size = kernelHeight * kernelWidth * channels
      let lines = batch * outputHeight
      let perPart = max(1, (lines + 7) / 8)
      let parts = (lines + perPart - 1) / perPart
      let partial = Storage(count: max(1, parts * size))
      parallelChunks(lines, of: perPart) { range in
        ladle_depthwise_weight_gradient(
          x, dy, patches, range.lowerBound, range.count, partial.pointer + range.lowerBound / perPart * size)
      }
      sum(partial.pointer, parts: parts, rows: 1, columns: size, into: dw, stride: size)
    } else {
      GroupedConvolution(self).weightGradient(x, dy, into: dw)
    }
  }

  private var isDepthwise: Bool { groups == channels && groups == outputChannels }

  private func algorithm(_ pass: ConvolutionAlgorithm.Pass) -> ConvolutionAlgorithm {
    dilation == 1 || (kernelHeight == 1 && kernelWidth == 1) ? .choose(self, pass) : .patchMatrix(self, pass)
  }

  /// Lines of `width` pixels per unit of a depthwise convolution.
  private func depthwiseLines(_ width: Int) -> Int { max(1, elementwiseChunk / max(1, width * channels)) }
}

/// The three products of a convolution with more than one group, each a loop over groups and blocks of positions.
private struct GroupedConvolution {
  let whole: ConvolutionGeometry
  /// The convolution of one group.
  let group: ConvolutionGeometry
  let shape: ladle_patches

  init(_ geometry: ConvolutionGeometry) {
    whole = geometry
    var group = geometry
    group.groups = 1
    group.channels /= geometry.groups
    group.outputChannels /= geometry.groups
    self.group = group
    var shape = group.patches
    shape.pixel_stride = geometry.channels
    self.shape = shape
  }

  /// Runs `body(group, range)` for every group and every block of `count` places.
  private func forEachBlock(of size: Int, in count: Int, _ body: (_ group: Int, _ range: Range<Int>) -> Void) {
    prepareBLAS()
    let blocks = (count + size - 1) / size
    parallel(whole.groups * blocks) { unit in
      let first = unit % blocks * size
      body(unit / blocks, first..<min(count, first + size))
    }
  }

  func forward(_ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let (patch, columns, stride) = (group.patchSize, group.outputChannels, whole.outputChannels)
    forEachBlock(of: group.blockPositions, in: whole.positions) { index, range in
      let gathered = Storage(count: range.count * patch)
      ladle_gather_patches(x + index * group.channels, shape, range.lowerBound, range.count, gathered.pointer)
      gemm(
        rows: range.count, columns: columns, inner: patch, gathered.pointer, stride: patch, weight + index * columns,
        stride: stride, into: y + range.lowerBound * stride + index * columns, stride: stride)
    }
  }

  func inputGradient(
    _ dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    let (patch, columns, stride) = (group.patchSize, group.outputChannels, whole.outputChannels)
    let perImage = whole.positionsPerImage
    parallelChunks(whole.inputShape.scalarCount, of: elementwiseChunk) { range in
      (dx + range.lowerBound).update(repeating: 0, count: range.count)
    }
    // Whole images per unit, since neighbouring positions add to the same pixels; bands of them per product.
    let images = max(1, min((whole.batch + 7) / 8, group.blockPositions / max(1, perImage)))
    let band = max(48, min(images * perImage, group.blockPositions))
    forEachBlock(of: images, in: whole.batch) { index, range in
      let (first, end) = (range.lowerBound * perImage, range.upperBound * perImage)
      let spread = Storage(count: min(band, end - first) * patch)
      for start in Swift.stride(from: first, to: end, by: band) {
        let rows = min(band, end - start)
        gemm(
          transposeB: true, rows: rows, columns: patch, inner: columns, dy + start * stride + index * columns,
          stride: stride, weight + index * columns, stride: stride, into: spread.pointer, stride: patch)
        ladle_scatter_patches(spread.pointer, shape, start, rows, dx + index * group.channels)
      }
    }
  }

  func weightGradient(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>) {
    let (patch, columns, stride) = (group.patchSize, group.outputChannels, whole.outputChannels)
    let size = patch * columns
    let block = group.blockPositions
    let perPart = max(1, (whole.positions + 3) / 4)
    let parts = (whole.positions + perPart - 1) / perPart
    let partial = Storage(count: max(1, whole.groups * parts * size))
    forEachBlock(of: perPart, in: whole.positions) { index, range in
      let target = partial.pointer + (index * parts + range.lowerBound / perPart) * size
      for first in Swift.stride(from: range.lowerBound, to: range.upperBound, by: block) {
        let rows = min(block, range.upperBound - first)
        let gathered = Storage(count: rows * patch)
        ladle_gather_patches(x + index * group.channels, shape, first, rows, gathered.pointer)
        gemm(
          transposeA: true, rows: patch, columns: columns, inner: rows, gathered.pointer, stride: patch,
          dy + first * stride + index * columns, stride: stride, beta: first == range.lowerBound ? 0 : 1, into: target,
          stride: columns)
      }
    }
    parallel(whole.groups) { index in
      sum(
        partial.pointer + index * parts * size, parts: parts, rows: patch, columns: columns, into: dw + index * columns,
        stride: stride)
    }
  }
}

/// The sum of `parts` matrices of `rows` × `columns`, one after the other in memory, in order.
private func sum(
  _ partial: UnsafePointer<Float>, parts: Int, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>,
  stride: Int
) {
  for row in 0..<rows {
    let to = target + row * stride
    to.update(repeating: 0, count: columns)
    for part in 0..<parts { ladle_accumulate(partial + (part * rows + row) * columns, columns, to) }
  }
}
