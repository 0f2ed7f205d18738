internal import CKernels

/// How the threads share a sweep: see ``WinogradSweep``.
package enum WinogradSchedule: CaseIterable, Sendable { case alone, together, inGroups }

/// One sweep over the tiles of a convolution that computes any of y, dx and dw. What two of them need is transformed
/// once.
///
/// Three schedules, chosen by the shape alone. *Alone*: a unit of work takes a few tiles at a time through transforms
/// and products alone, in memory that stays in its core's cache; for many tiles and weights that are not large.
/// *Together*: all threads do one step after the other on a larger chunk of tiles, so that a large weight is read once.
/// *In groups* (WinogradGroups.swift): all tiles at once, and a unit of work takes a few channels of the weight alone, so
/// that its transform, many times larger than an image's, never leaves its core's cache.
struct WinogradSweep {
  let plan: WinogradPlan
  /// The large image: needed for y and dw.
  var x: UnsafePointer<Float>?
  /// What is done to x as it is read.
  var mapOfX: ChannelMap?
  /// The gradient of the small image: needed for dx and dw.
  var dy: UnsafePointer<Float>?
  /// What is done to dy as it is read.
  var mapOfDY: ChannelMap?
  /// The small image.
  var y: (target: UnsafeMutablePointer<Float>, weight: WinogradWeight, epilogue: ConvolutionEpilogue)?
  /// The gradient of the large image.
  var dx: (target: UnsafeMutablePointer<Float>, weight: WinogradWeight)?
  var dw: UnsafeMutablePointer<Float>?
  /// Instead of the shape's own schedule, for tests.
  var forced: WinogradSchedule?

  func run() {
    if dx != nil, !plan.coversInput { clearInputGradient() }
    switch forced ?? schedule {
    case .alone: runAlone()
    case .together: runTogether()
    case .inGroups: runInGroups()
    }
  }

  // MARK: - Schedules

  /// Units work alone if there are tiles for eight of them and re-reading the weight for each is cheap.
  private var schedule: WinogradSchedule {
    let weightBytes = plan.weightCount * 4
    let images = plan.rows / plan.rowsPerImage
    if isGroupingWorthwhile { return .inGroups }
    let isCheap = weightBytes <= (dw == nil ? 12 << 20 : 1 << 20)
    return plan.tiles >= 8 * 24 && isCheap && (dx == nil || images >= 8) ? .alone : .together
  }

  private func runAlone() {
    let onlyResult = onlyResult
    let room = onlyResult == nil ? (768 << 10) / plan.bytesPerTile : (392 << 10) / plan.bytesPerTileWithOneResult
    let wanted = min(96, max(32, room))
    let tiles = min(wanted, max(16, plan.tiles / 8))
    let rowsPerChunk = max(1, tiles / plan.tilesPerRow)
    // A unit owns whole images when neighbouring tiles add to the same pixels, and several chunks when it sums.
    let grain = dx == nil ? rowsPerChunk : plan.rowsPerImage
    var rowsPerUnit = (rowsPerChunk + grain - 1) / grain * grain
    if dw != nil { rowsPerUnit = ((plan.rows + 7) / 8 + grain - 1) / grain * grain }
    let units = (plan.rows + rowsPerUnit - 1) / rowsPerUnit
    let sums = dw == nil ? [] : (0..<units).map { _ in Storage(count: plan.weightCount) }
    let weights = transformedWeights
    parallel(units) { unit in
      let rows = unit * rowsPerUnit..<min(plan.rows, (unit + 1) * rowsPerUnit)
      let mostRows = min(rowsPerChunk, rows.count)
      let chunk =
        onlyResult.map { WinogradChunk(plan, mostRows: mostRows, resultOn: $0) }
        ?? WinogradChunk(plan, mostRows: mostRows, isShared: false)
      for first in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerChunk) {
        work(
          on: first..<min(rows.upperBound, first + rowsPerChunk), in: chunk, weights,
          sum: sums.isEmpty ? nil : sums[unit],
          isFirst: first == rows.lowerBound)
      }
    }
    guard let dw else { return }
    parallelChunks(plan.weightCount, of: elementwiseChunk) { range in
      for other in sums.dropFirst() {
        ladle_accumulate(other.pointer + range.lowerBound, range.count, sums[0].pointer + range.lowerBound)
      }
    }
    plan.weightGradient(sums[0], into: dw)
  }

  /// The side of y, or of dx, if that alone is computed.
  private var onlyResult: WinogradChunk.Side? {
    if dw != nil || (y != nil && dx != nil) { return nil }
    return y != nil ? .output : .input
  }

  private func runTogether() {
    let most = max(64, ((dw == nil ? 24 : 8) << 20) / plan.bytesPerTile)
    let rowsPerChunk = min(plan.rows, max(1, most / plan.tilesPerRow))
    let chunk = WinogradChunk(plan, mostRows: rowsPerChunk, isShared: true)
    if rowsPerChunk == plan.rows { return runAtOnce(in: chunk) }
    let sum = dw == nil ? nil : Storage(count: plan.weightCount)
    let weights = transformedWeights
    for first in Swift.stride(from: 0, to: plan.rows, by: rowsPerChunk) {
      work(on: first..<min(plan.rows, first + rowsPerChunk), in: chunk, weights, sum: sum, isFirst: first == 0)
    }
    if let dw, let sum { plan.weightGradient(sum, into: dw) }
  }

  /// The same where all rows fit: one large transform is let go before the next is made.
  private func runAtOnce(in chunk: WinogradChunk) {
    let rows = 0..<plan.rows
    if let x, y != nil || dw != nil { chunk.transformInput(x, read: mapOfX, rows) }
    if let y {
      chunk.multiply(into: .output, by: y.weight.transformed(by: plan, for: .output), rows)
      chunk.transformOutput(into: y.target, y.epilogue, rows)
    }
    if let dy { chunk.transformCotangent(dy, read: mapOfDY, rows) }
    if let dw {
      let sum = Storage(count: plan.weightCount)
      chunk.correlate(into: sum.pointer, plan.whole(for: .output), accumulate: false, rows)
      plan.weightGradient(sum, into: dw)
    }
    if let dx {
      chunk.multiply(into: .input, by: dx.weight.transformed(by: plan, for: .input), rows)
      chunk.transformInputGradient(into: dx.target, rows)
    }
  }

  /// For y and dx.
  private var transformedWeights: (y: Storage?, dx: Storage?) {
    (y?.weight.transformed(by: plan, for: .output), dx?.weight.transformed(by: plan, for: .input))
  }

  /// Every result's part that comes from these rows of tiles.
  private func work(
    on rows: Range<Int>, in chunk: WinogradChunk, _ weights: (y: Storage?, dx: Storage?), sum: Storage?, isFirst: Bool
  ) {
    if let x, y != nil || sum != nil { chunk.transformInput(x, read: mapOfX, rows) }
    if let y, let weight = weights.y {
      chunk.multiply(into: .output, by: weight, rows)
      chunk.transformOutput(into: y.target, y.epilogue, rows)
    }
    if let dy { chunk.transformCotangent(dy, read: mapOfDY, rows) }
    if let sum { chunk.correlate(into: sum.pointer, plan.whole(for: .output), accumulate: !isFirst, rows) }
    if let dx, let weight = weights.dx {
      chunk.multiply(into: .input, by: weight, rows)
      chunk.transformInputGradient(into: dx.target, rows)
    }
  }

  private func clearInputGradient() {
    guard let dx else { return }
    let count = plan.rows / plan.rowsPerImage * plan.shape.height * plan.shape.width * plan.shape.channels
    parallelChunks(count, of: elementwiseChunk) { range in
      (dx.target + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }
}

extension WinogradPlan {
  /// Whether every pixel of the large image lies in a tile: otherwise the gradient of the rest is zero.
  var coversInput: Bool {
    let reach = shape.stride * (shape.outputs - 1 + shape.taps)
    return (shape.tiles_y - 1) * shape.outputs * shape.stride + reach - shape.padding_y >= shape.height
      && (shape.tiles_x - 1) * shape.outputs * shape.stride + reach - shape.padding_x >= shape.width
  }
}
