internal import CKernels

/// The three products of a convolution of images with few channels, without a patch matrix: the first layer of a network
/// and, as the adjoint, the last layer of a generator.
///
/// An image, or a band of its rows, is copied into a border of zeros: with few channels that is little to copy, and no
/// patch meets an edge any more. Units are bands or images, by the shape alone.
struct FewChannelConvolution {
  private let geometry: ConvolutionGeometry
  /// Output rows of a band, bands of an image, and bands of the batch.
  private let bandRows, bandsPerImage, bands: Int
  /// Scalars of a row of the copy.
  private let rowScalars: Int

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let perRow = geometry.outputWidth * geometry.outputChannels
    bandRows = max(1, min(geometry.outputHeight, (1 << 16) / max(1, perRow)))
    bandsPerImage = (geometry.outputHeight + bandRows - 1) / bandRows
    bands = geometry.batch * bandsPerImage
    rowScalars = (geometry.width + 2 * geometry.padding) * geometry.channels
  }

  /// y = act((x * w) · factor + offset).
  func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, _ epilogue: ConvolutionEpilogue,
    into y: UnsafeMutablePointer<Float>
  ) {
    parallelChunks(bands, of: bandsPerUnit) { range in
      let copy = Storage(count: copyScalars)
      for index in range {
        let band = band(index)
        copyBand(band, of: x, into: copy)
        ladle_few_forward(
          copy.pointer, shape(rows: band.rows), weight, epilogue.factor, epilogue.offset, epilogue.slope,
          y + position(band) * geometry.outputChannels)
      }
    }
  }

  /// dx = the adjoint with w of dy, or of the map of it.
  func inputGradient(
    _ dy: UnsafePointer<Float>, read map: ChannelMap? = nil, weight: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) {
    let (taps, k) = (geometry.patchSize, geometry.outputChannels)
    let lines = Storage(count: (taps + 15) / 16 * 16 * k)
    ladle_few_transpose(weight, taps, k, lines.pointer)
    let shape = shape(rows: geometry.outputHeight)
    let (imageScalars, perImage) = (
      geometry.height * geometry.width * geometry.channels, geometry.positionsPerImage * k
    )
    let height = geometry.height + 2 * geometry.padding
    parallelChunks(geometry.batch, of: max(1, min(bandsPerUnit, (geometry.batch + 15) / 16))) { images in
      let (copy, row) = (Storage(count: height * rowScalars + 16), Storage(count: ladle_few_row_scalars(shape)))
      let mapped = map.map { _ in Storage(count: perImage) }
      for image in images {
        copy.pointer.update(repeating: 0, count: copy.count)
        let source = read(dy + image * perImage, positions: geometry.positionsPerImage, through: map, into: mapped)
        ladle_few_input_gradient(source, shape, lines.pointer, row.pointer, copy.pointer)
        ladle_copy_out_of_border(
          copy.pointer, geometry.height, geometry.width, geometry.channels, geometry.padding,
          dx + image * imageScalars)
      }
    }
  }

  /// dw = the patches of x, transposed, times dy, or the map of it. Parts are added in a fixed order.
  func weightGradient(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, read map: ChannelMap? = nil,
    into dw: UnsafeMutablePointer<Float>
  ) {
    let (size, k) = (geometry.patchSize * geometry.outputChannels, geometry.outputChannels)
    guard bands > 0 else { return dw.update(repeating: 0, count: size) }
    let perPart = (bands + 7) / 8
    let parts = (bands + perPart - 1) / perPart
    let sums = Storage(count: parts * size)
    parallelChunks(bands, of: perPart) { range in
      let copy = Storage(count: copyScalars)
      let mapped = map.map { _ in Storage(count: bandRows * geometry.outputWidth * k) }
      for index in range {
        let band = band(index)
        copyBand(band, of: x, into: copy)
        let source = read(
          dy + position(band) * k, positions: band.rows * geometry.outputWidth, through: map, into: mapped)
        ladle_few_weight_gradient(
          copy.pointer, shape(rows: band.rows), source, index == range.lowerBound ? 0 : 1,
          sums.pointer + range.lowerBound / perPart * size)
      }
    }
    dw.update(from: sums.pointer, count: size)
    for part in 1..<parts { ladle_accumulate(sums.pointer + part * size, size, dw) }
  }

  // MARK: - Bands

  /// Several bands, where they are small, but at least sixteen units.
  private var bandsPerUnit: Int {
    let scalars = bandRows * geometry.outputWidth * geometry.outputChannels
    return max(1, min((1 << 16) / max(1, scalars), (bands + 15) / 16))
  }

  private func band(_ index: Int) -> (image: Int, first: Int, rows: Int) {
    let (image, place) = index.quotientAndRemainder(dividingBy: bandsPerImage)
    return (image, place * bandRows, min(bandRows, geometry.outputHeight - place * bandRows))
  }

  private func position(_ band: (image: Int, first: Int, rows: Int)) -> Int {
    (band.image * geometry.outputHeight + band.first) * geometry.outputWidth
  }

  private func shape(rows: Int) -> ladle_few {
    ladle_few(
      width: geometry.width + 2 * geometry.padding, channels: geometry.channels,
      kernel_height: geometry.kernelHeight, run: geometry.kernelWidth * geometry.channels, stride: geometry.stride,
      out_rows: rows, out_width: geometry.outputWidth, out_channels: geometry.outputChannels)
  }

  private func copiedRows(_ rows: Int) -> Int { (rows - 1) * geometry.stride + geometry.kernelHeight }

  private var copyScalars: Int { copiedRows(bandRows) * rowScalars }

  private func copyBand(_ band: (image: Int, first: Int, rows: Int), of x: UnsafePointer<Float>, into copy: Storage) {
    ladle_copy_into_border(
      x + band.image * geometry.height * geometry.width * geometry.channels, geometry.height, geometry.width,
      geometry.channels, band.first * geometry.stride - geometry.padding, copiedRows(band.rows), geometry.padding,
      copy.pointer)
  }

  /// `dy`, or its map, which is made in `mapped`.
  private func read(
    _ dy: UnsafePointer<Float>, positions: Int, through map: ChannelMap?, into mapped: Storage?
  ) -> UnsafePointer<Float> {
    guard let map, let mapped else { return dy }
    ladle_affine_act(
      dy, positions, geometry.outputChannels, map.factor.pointer, map.offset.pointer, map.slope, mapped.pointer)
    return UnsafePointer(mapped.pointer)
  }
}
