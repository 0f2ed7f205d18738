internal import CKernels

/// A convolution as Winograd's F(m×m, r×r): its tiles, and how they are stored between the transforms.
///
/// m×m outputs of an r×r filter take (m + r − 1)² products instead of m²r², and nine if the whole image is 2×2. With stride 2 the image and the kernel
/// are split into four phases of every second pixel and tap, which are further channels of a convolution with stride
/// 1 and ⌈k/2⌉ taps; a transposed convolution is the adjoint. Lavin and Gray, "Fast algorithms for convolutional neural
/// networks", CVPR 2016.
struct WinogradPlan {
  let shape: ladle_winograd
  /// Rows of tiles in the batch, each with `tilesPerRow` tiles; an image has `rowsPerImage`.
  let rows: Int
  let tilesPerRow: Int
  let rowsPerImage: Int
  /// m + r − 1, or 3 for an image of 2×2.
  let frequenciesPerAxis: Int
  /// Of a tile.
  let frequencies: Int
  /// Blocks of 16 channels: of the large image, phase by phase, and of the small one.
  let inputBlocks: Int
  let outputBlocks: Int

  /// The plan for tiles of `outputs` (4 or 2) positions a side, or nil if the method does not cover the geometry.
  init?(_ geometry: ConvolutionGeometry, outputs: Int) {
    guard let taps = Self.taps(of: geometry) else { return nil }
    let (high, wide) = (
      (geometry.outputHeight + outputs - 1) / outputs, (geometry.outputWidth + outputs - 1) / outputs
    )
    // The border of such an image is part of the transforms.
    let isClosed = outputs == 2 && Self.isClosed(geometry)
    let padding = isClosed ? 0 : geometry.padding
    frequenciesPerAxis = isClosed ? 3 : outputs + taps - 1
    shape = ladle_winograd(
      height: geometry.height, width: geometry.width, channels: geometry.channels, out_height: geometry.outputHeight,
      out_width: geometry.outputWidth, out_channels: geometry.outputChannels, kernel_height: geometry.kernelHeight,
      kernel_width: geometry.kernelWidth, stride: geometry.stride, padding_y: padding,
      padding_x: padding, outputs: outputs, taps: taps, frequencies: frequenciesPerAxis, tiles_y: high, tiles_x: wide)
    rows = geometry.batch * high
    tilesPerRow = wide
    rowsPerImage = high
    frequencies = frequenciesPerAxis * frequenciesPerAxis
    inputBlocks = geometry.stride * geometry.stride * ((geometry.channels + 15) / 16)
    outputBlocks = (geometry.outputChannels + 15) / 16
  }

  /// Taps per phase and axis, 2 or 3, if Winograd's method covers the geometry.
  static func taps(of geometry: ConvolutionGeometry) -> Int? {
    guard geometry.stride <= 2, geometry.dilation == 1, geometry.groups == 1 else { return nil }
    let taps = (max(geometry.kernelHeight, geometry.kernelWidth) + geometry.stride - 1) / geometry.stride
    return taps == 2 || taps == 3 ? taps : nil
  }

  /// Whether the image is no larger than 2×2 and a 3×3 kernel sees all of it and a border of one: then it is one tile whose
  /// border is known to be zero, and three products an axis are enough for two outputs (winograd_transforms.h).
  private static func isClosed(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.stride == 1 && geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.padding == 1
      && geometry.height <= 2 && geometry.width <= 2
  }

  var tiles: Int { rows * tilesPerRow }

  /// Scalars between two frequencies of `tiles` transformed tiles; an odd number of lines, so that the frequencies of a
  /// tile fall into different sets of a cache.
  func stride(blocks: Int, tiles: Int) -> Int { (blocks * tiles | 1) * 16 }

  /// Scalars of the transformed weight.
  var weightCount: Int { whole(for: .output).count }

  /// Bytes of a tile between the transforms.
  var bytesPerTile: Int { (inputBlocks + outputBlocks) * frequencies * 64 }

  /// The same in a chunk with one result.
  var bytesPerTileWithOneResult: Int { max(inputBlocks, outputBlocks) * (frequencies + 1) * 64 }

  // MARK: - Weights

  /// The whole weight, as products with their result on `side` take it.
  func whole(for side: WinogradChunk.Side) -> WinogradPart {
    let (input, output) = (0..<inputBlocks, 0..<outputBlocks)
    return WinogradPart(
      side: side, lines: side == .output ? output : input, inner: side == .output ? input : output,
      frequencies: frequencies)
  }

  /// The transform of a part of the weight, by the calling thread alone.
  func transform(_ weight: UnsafePointer<Float>, _ part: WinogradPart, into result: UnsafeMutablePointer<Float>) {
    switch part.side {
    case .output:
      ladle_winograd_weight(
        weight, shape, part.inner.lowerBound * 16, part.inner.count * 16, part.lines.lowerBound, part.lines.count,
        result,
        part.frequency, part.line)
    case .input:
      ladle_winograd_weight_transposed(
        weight, shape, part.lines.lowerBound, part.lines.count, part.inner.lowerBound, part.inner.count, result,
        part.frequency, part.line)
    }
  }

  /// The whole of it.
  func transformed(_ weight: UnsafePointer<Float>, for side: WinogradChunk.Side) -> Storage {
    let whole = whole(for: side)
    let result = Storage(count: whole.count)
    overStrips { block, lines in
      switch side {
      case .output:
        ladle_winograd_weight(
          weight, shape, block * 16, 16, lines.lowerBound, lines.count,
          result.pointer + block * 256 + lines.lowerBound * whole.line, whole.frequency, whole.line)
      case .input:
        ladle_winograd_weight_transposed(
          weight, shape, block, 1, lines.lowerBound, lines.count,
          result.pointer + block * whole.line + lines.lowerBound * 256, whole.frequency, whole.line)
      }
    }
    return result
  }

  /// The weight's gradient from that of its transform.
  func weightGradient(_ transformed: Storage, into dw: UnsafeMutablePointer<Float>) {
    let whole = whole(for: .output)
    overStrips { block, lines in
      ladle_winograd_weight_gradient(
        transformed.pointer + block * 256 + lines.lowerBound * whole.line, whole.frequency, whole.line, shape,
        block * 16,
        16, lines.lowerBound, lines.count, dw)
    }
  }

  /// Every block of C, phase by phase, with the blocks of K two at a time: more are more streams than hardware follows.
  private func overStrips(_ body: (_ block: Int, _ lines: Range<Int>) -> Void) {
    parallel(inputBlocks) { block in
      for first in Swift.stride(from: 0, to: outputBlocks, by: 2) {
        body(block, first..<min(outputBlocks, first + 2))
      }
    }
  }

  /// A part of it, by the calling thread alone.
  func weightGradient(_ transformed: UnsafePointer<Float>, _ part: WinogradPart, into dw: UnsafeMutablePointer<Float>) {
    ladle_winograd_weight_gradient(
      transformed, part.frequency, part.line, shape, part.inner.lowerBound * 16, part.inner.count * 16,
      part.lines.lowerBound, part.lines.count, dw)
  }
}

/// Blocks of a transformed weight, `[frequency][line][inner · 16][16]`, as products take it whose result is on `side`: blocks
/// `lines` of their channels and blocks `inner` of those that they sum over. For `.output` the lines are blocks of K and the
/// inner ones of C, phase by phase; for `.input`, the transform transposed, it is the other way about.
struct WinogradPart {
  let side: WinogradChunk.Side
  let lines: Range<Int>
  let inner: Range<Int>
  let frequencies: Int

  /// Scalars between two lines.
  var line: Int { inner.count * 256 }

  /// Scalars between two frequencies.
  var frequency: Int { (lines.count * inner.count * 16 + 1) * 16 }

  var count: Int { frequencies * frequency }

  /// The same lines, and blocks `inner` of those that are summed over.
  func over(_ inner: Range<Int>) -> WinogradPart {
    WinogradPart(side: side, lines: lines, inner: inner, frequencies: frequencies)
  }
}

/// A weight as a sweep takes it, whose transform may have been kept.
struct WinogradWeight {
  let pointer: UnsafePointer<Float>
  /// Where transforms are kept while the weight does not change; nil keeps none.
  private let keeper: (storage: Storage, offset: Int)?

  init(_ weight: Tensor) {
    pointer = weight.pointer
    keeper = (weight.storage, weight.offset)
  }

  init(_ pointer: UnsafePointer<Float>) {
    self.pointer = pointer
    keeper = nil
  }

  /// The transform for products whose result is on `side`.
  func transformed(by plan: WinogradPlan, for side: WinogradChunk.Side) -> Storage {
    guard let keeper else { return plan.transformed(pointer, for: side) }
    return DerivedValues.value(of: keeper.storage, key(plan, side, keeper.offset)) {
      plan.transformed(pointer, for: side)
    }
  }

  /// The transform if it was kept, or should be, because it was asked for before.
  func kept(by plan: WinogradPlan, for side: WinogradChunk.Side) -> Storage? {
    guard let keeper else { return nil }
    return DerivedValues.valueIfRepeated(
      of: keeper.storage, key(plan, side, keeper.offset), scalars: plan.weightCount
    ) { plan.transformed(pointer, for: side) }
  }

  private func key(_ plan: WinogradPlan, _ side: WinogradChunk.Side, _ offset: Int) -> DerivedValues.Key {
    let shape = plan.shape
    let sizes = [
      shape.kernel_height, shape.kernel_width, shape.channels, shape.out_channels, shape.stride, shape.outputs,
      shape.frequencies,
    ]
    return DerivedValues.Key(purpose: side == .output ? 0 : 1, sizes: sizes, offset: offset)
  }
}
