internal import CKernels

// The three products of a convolution y = x * w, each cut into units by shape alone:
//
//   forward          y  = P(x) · w            P gathers patches: [positions, kh·kw·C]
//   input gradient   dx = Pᵀ(dy · wᵀ)         Pᵀ, its adjoint, scatters and adds
//   weight gradient  dw = P(x)ᵀ · dy
//
// A transposed convolution is the second of them, and its gradients the first and the third.

extension ConvolutionGeometry {
  /// Positions per block: patches of about 1.5 MB, which with the packed weight stay in the second-level cache, but
  /// at least eight blocks so that threads have something to share.
  var blockPositions: Int {
    let cached = max(48, 393_216 / max(1, patchSize))
    let shared = max(48, (positions + 7) / 8)
    return (min(cached, shared) + 47) / 48 * 48
  }

  /// y `[positions, K]` from x.
  func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    by algorithm: ConvolutionAlgorithm
  ) {
    let (patch, k, shape) = (patchSize, outputChannels, patches)
    switch algorithm {
    case .winograd4, .winograd2:
      guard let plan = winograd(algorithm) else { return }
      WinogradSweep(plan: plan, x: x, y: (y, WinogradWeight(weight), ConvolutionEpilogue())).run()
    case .fewChannels: FewChannelConvolution(self).forward(x, weight: weight, ConvolutionEpilogue(), into: y)
    case .pointwise:
      parallelGEMM(
        rows: positions, columns: k, inner: channels, x, stride: channels, weight, stride: k, into: y, stride: k)
    case .whole:
      let gathered = Storage(count: positions * patch)
      gatherAll(x, into: gathered.pointer)
      parallelGEMM(
        rows: positions, columns: k, inner: patch, gathered.pointer, stride: patch, weight, stride: k, into: y,
        stride: k)
    case .blocked:
      prepareBLAS()
      let block = blockPositions
      parallelChunks(positions, of: block) { range in
        let gathered = Storage(count: range.count * patch)
        ladle_gather_patches(x, shape, range.lowerBound, range.count, gathered.pointer)
        gemm(
          rows: range.count, columns: k, inner: patch, gathered.pointer, stride: patch, weight, stride: k,
          into: y + range.lowerBound * k, stride: k)
      }
    }
  }

  /// dx `[N, H, W, C]` from dy.
  func inputGradient(
    _ dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    by algorithm: ConvolutionAlgorithm
  ) {
    let (patch, k, shape) = (patchSize, outputChannels, patches)
    let imageScalars = height * width * channels
    switch algorithm {
    case .winograd4, .winograd2:
      guard let plan = winograd(algorithm) else { return }
      WinogradSweep(plan: plan, dy: dy, dx: (dx, WinogradWeight(weight))).run()
    case .fewChannels: FewChannelConvolution(self).inputGradient(dy, weight: weight, into: dx)
    case .pointwise:
      parallelGEMM(
        transposeB: true, rows: positions, columns: channels, inner: k, dy, stride: k, weight, stride: k, into: dx,
        stride: channels)
    case .whole:
      let spread = Storage(count: positions * patch)
      parallelGEMM(
        transposeB: true, rows: positions, columns: patch, inner: k, dy, stride: k, weight, stride: k,
        into: spread.pointer, stride: patch)
      parallel(batch) { image in
        (dx + image * imageScalars).update(repeating: 0, count: imageScalars)
        ladle_scatter_patches(
          spread.pointer + image * positionsPerImage * patch, shape, image * positionsPerImage, positionsPerImage, dx)
      }
    case .blocked:
      prepareBLAS()
      // Whole images per unit, since neighbouring positions add to the same pixels; bands of them per product.
      let images = max(1, min((batch + 7) / 8, blockPositions / max(1, positionsPerImage)))
      let band = max(48, min(images * positionsPerImage, blockPositions))
      parallelChunks(batch, of: images) { range in
        (dx + range.lowerBound * imageScalars).update(repeating: 0, count: range.count * imageScalars)
        let (first, end) = (range.lowerBound * positionsPerImage, range.upperBound * positionsPerImage)
        let spread = Storage(count: min(band, end - first) * patch)
        for start in Swift.stride(from: first, to: end, by: band) {
          let rows = min(band, end - start)
          gemm(
            transposeB: true, rows: rows, columns: patch, inner: k, dy + start * k, stride: k, weight, stride: k,
            into: spread.pointer, stride: patch)
          ladle_scatter_patches(spread.pointer, shape, start, rows, dx)
        }
      }
    }
  }

  /// dw `[kh·kw·C, K]` from x and dy.
  func weightGradient(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
    by algorithm: ConvolutionAlgorithm
  ) {
    let (patch, k, shape) = (patchSize, outputChannels, patches)
    switch algorithm {
    case .winograd4, .winograd2:
      guard let plan = winograd(algorithm) else { return }
      WinogradSweep(plan: plan, x: x, dy: dy, dw: dw).run()
    case .fewChannels: FewChannelConvolution(self).weightGradient(x, dy, into: dw)
    case .pointwise:
      summedProducts(over: positions, rows: channels, into: dw) { range, target, isFirst in
        gemm(
          transposeA: true, rows: channels, columns: k, inner: range.count, x + range.lowerBound * channels,
          stride: channels, dy + range.lowerBound * k, stride: k, beta: isFirst ? 0 : 1, into: target, stride: k)
      }
    case .whole:
      let gathered = Storage(count: positions * patch)
      gatherAll(x, into: gathered.pointer)
      parallelGEMM(
        transposeA: true, rows: patch, columns: k, inner: positions, gathered.pointer, stride: patch, dy, stride: k,
        into: dw, stride: k)
    case .blocked:
      summedProducts(over: positions, rows: patch, into: dw) { range, target, isFirst in
        let gathered = Storage(count: range.count * patch)
        ladle_gather_patches(x, shape, range.lowerBound, range.count, gathered.pointer)
        gemm(
          transposeA: true, rows: patch, columns: k, inner: range.count, gathered.pointer, stride: patch,
          dy + range.lowerBound * k, stride: k, beta: isFirst ? 0 : 1, into: target, stride: k)
      }
    }
  }

  /// The plan of a Winograd algorithm. Precondition: the algorithm covers the geometry.
  func winograd(_ algorithm: ConvolutionAlgorithm) -> WinogradPlan? {
    let plan = algorithm.tileSize.flatMap { WinogradPlan(self, outputs: $0) }
    precondition(plan != nil, "\(algorithm) does not compute a convolution of this geometry: \(self)")
    return plan
  }

  private func gatherAll(_ x: UnsafePointer<Float>, into gathered: UnsafeMutablePointer<Float>) {
    let (patch, shape) = (patchSize, patches)
    parallelChunks(positions, of: max(1, min(positions, elementwiseChunk / max(1, patch)))) { range in
      ladle_gather_patches(x, shape, range.lowerBound, range.count, gathered + range.lowerBound * patch)
    }
  }

  /// A sum over positions of products of shape [rows, K], in parts that are added in a fixed order. Large results
  /// get few parts, since each costs a pass over memory.
  private func summedProducts(
    over positions: Int, rows: Int, into dw: UnsafeMutablePointer<Float>,
    _ product: (_ range: Range<Int>, _ target: UnsafeMutablePointer<Float>, _ isFirst: Bool) -> Void
  ) {
    prepareBLAS()
    let size = rows * outputChannels
    let block = blockPositions
    let blocks = (positions + block - 1) / block
    let parts = min(blocks, size > 1 << 18 ? 4 : 8)
    let blocksPerPart = (blocks + parts - 1) / parts
    let partial = Storage(count: max(1, (parts - 1) * size))
    parallel(parts) { part in
      let target = part == 0 ? dw : partial.pointer + (part - 1) * size
      let first = part * blocksPerPart
      let last = min(blocks, first + blocksPerPart)
      if first >= last { target.update(repeating: 0, count: size) }
      for index in first..<max(first, last) {
        product(index * block..<min(positions, (index + 1) * block), target, index == first)
      }
    }
    guard parts > 1 else { return }
    parallelChunks(size, of: elementwiseChunk) { range in
      for part in 1..<parts {
        ladle_accumulate(partial.pointer + (part - 1) * size + range.lowerBound, range.count, dw + range.lowerBound)
      }
    }
  }
}
