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

  /// Scalars between two frequencies of the transformed weight.
  var weightStride: Int { (inputBlocks * 16 * outputBlocks + 1) * 16 }

  /// Scalars of the transformed weight.
  var weightCount: Int { frequencies * weightStride }

  /// Bytes of a tile between the transforms.
  var bytesPerTile: Int { (inputBlocks + outputBlocks) * frequencies * 64 }

  // MARK: - Weights

  /// Scalars between two frequencies of blocks `lines` of K of the transformed weight, and of as many blocks of C of the
  /// transposed one.
  func stride(lines: Range<Int>, of side: WinogradChunk.Side) -> Int {
    (lines.count * 16 * (side == .output ? inputBlocks : outputBlocks) + 1) * 16
  }

  /// Scalars of a block of the transformed weight (`.output`) or of the transposed one (`.input`).
  func scalarsPerLine(of side: WinogradChunk.Side) -> Int {
    frequencies * 256 * (side == .output ? inputBlocks : outputBlocks)
  }

  /// For `.output` the transformed weight, `[frequency][block of K][C][16]`, blocks `lines` of K alone; for `.input` that of the
  /// adjoint, `[frequency][block of C][K][16]`, blocks `lines` of C alone.
  func transform(
    _ weight: UnsafePointer<Float>, for side: WinogradChunk.Side, lines: Range<Int>,
    into result: UnsafeMutablePointer<Float>
  ) {
    let stride = stride(lines: lines, of: side)
    switch side {
    case .output:
      parallelChunks(inputBlocks * 16, of: 16) { range in
        ladle_winograd_weight(
          weight, shape, range.lowerBound, range.count, lines.lowerBound, lines.count, result, stride)
      }
    case .input:
      parallelChunks(lines.count, of: 1) { range in
        ladle_winograd_weight_transposed(
          weight, shape, lines.lowerBound + range.lowerBound, range.count,
          result + range.lowerBound * outputBlocks * 256, stride)
      }
    }
  }

  /// The whole of it.
  func transformed(_ weight: UnsafePointer<Float>, for side: WinogradChunk.Side) -> Storage {
    let result = Storage(count: weightCount)
    transform(weight, for: side, lines: 0..<(side == .output ? outputBlocks : inputBlocks), into: result.pointer)
    return result
  }

  /// The weight's gradient from that of its transform, blocks `lines` of K alone.
  func weightGradient(_ transformed: Storage, lines: Range<Int>? = nil, into dw: UnsafeMutablePointer<Float>) {
    let lines = lines ?? 0..<outputBlocks
    parallelChunks(inputBlocks * 16, of: 16) { range in
      ladle_winograd_weight_gradient(
        transformed.pointer, stride(lines: lines, of: .output), shape, range.lowerBound, range.count, lines.lowerBound,
        lines.count, dw)
    }
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
