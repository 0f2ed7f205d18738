internal import CKernels

/// The memory of some rows of tiles between the transforms, of all blocks of channels or some, and the steps on it. Shared
/// ones spread a step over the threads; the cuts depend on the shape alone.
struct WinogradChunk {
  enum Side { case input, output }

  private let plan: WinogradPlan
  private var isShared: Bool
  /// Where they begin. In a chunk with one result both are the same memory.
  private let input: UnsafeMutablePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let storages: [Storage]
  private let isOneMemory: Bool
  /// The blocks of C, phase by phase, and of K that are held.
  private let inputLines: Range<Int>
  private let outputLines: Range<Int>

  init(
    _ plan: WinogradPlan, mostRows: Int, isShared: Bool, inputLines: Range<Int>? = nil, outputLines: Range<Int>? = nil
  ) {
    self.plan = plan
    self.isShared = isShared
    self.inputLines = inputLines ?? 0..<plan.inputBlocks
    self.outputLines = outputLines ?? 0..<plan.outputBlocks
    let tiles = mostRows * plan.tilesPerRow
    storages = [self.inputLines, self.outputLines].map { lines in
      Storage(count: lines.isEmpty ? 0 : plan.frequencies * plan.stride(blocks: lines.count, tiles: tiles))
    }
    (input, output) = (storages[0].pointer, storages[1].pointer)
    isOneMemory = false
  }

  /// A chunk of a thread that works alone, whose only result is on side `result`: the products of a frequency are written to
  /// where the operand of the frequency before was, which takes half the memory.
  init(_ plan: WinogradPlan, mostRows: Int, resultOn result: Side) {
    self.plan = plan
    isShared = false
    inputLines = 0..<plan.inputBlocks
    outputLines = 0..<plan.outputBlocks
    isOneMemory = true
    let frequency = plan.stride(
      blocks: max(plan.inputBlocks, plan.outputBlocks), tiles: mostRows * plan.tilesPerRow)
    let storage = Storage(count: (plan.frequencies + 1) * frequency)
    storages = [storage]
    input = storage.pointer + (result == .input ? 0 : frequency)
    output = storage.pointer + (result == .output ? 0 : frequency)
  }

  /// The same memory for a thread that works alone.
  var alone: WinogradChunk {
    var result = self
    result.isShared = false
    return result
  }

  func transformInput(_ x: UnsafePointer<Float>, read map: ChannelMap?, _ rows: Range<Int>) {
    let (frequency, block) = strides(plan.inputBlocks, rows)
    let read = map?.kernelMap ?? ladle_channel_map()
    overTiles(rows) { first, count, offset in
      ladle_winograd_input(x, read, plan.shape, first, count, input + offset, frequency, block)
    }
  }

  func transformCotangent(_ dy: UnsafePointer<Float>, read map: ChannelMap?, _ rows: Range<Int>) {
    let (frequency, block) = strides(plan.outputBlocks, rows)
    let read = map?.kernelMap ?? ladle_channel_map()
    overTiles(rows) { first, count, offset in
      ladle_winograd_cotangent(dy, read, plan.shape, first, count, output + offset, frequency, block)
    }
  }

  func transformOutput(into y: UnsafeMutablePointer<Float>, _ epilogue: ConvolutionEpilogue, _ rows: Range<Int>) {
    let (frequency, block) = strides(outputLines.count, rows)
    overTiles(rows) { first, count, offset in
      ladle_winograd_output(
        output + offset, frequency, block, plan.shape, first, count, outputLines.lowerBound, outputLines.count,
        epilogue.factor, epilogue.offset, epilogue.slope, y)
    }
  }

  func transformInputGradient(into dx: UnsafeMutablePointer<Float>, _ rows: Range<Int>) {
    let (frequency, block) = strides(inputLines.count, rows)
    func transform(_ part: Range<Int>, joinsAbove: Bool, joinsBelow: Bool) {
      let (first, count) = (part.lowerBound * plan.tilesPerRow, part.count * plan.tilesPerRow)
      let offset = (part.lowerBound - rows.lowerBound) * plan.tilesPerRow * 16
      ladle_winograd_input_gradient(
        input + offset, frequency, block, plan.shape, first, count, inputLines.lowerBound, inputLines.count,
        joinsAbove ? 1 : 0, joinsBelow ? 1 : 0, dx)
    }
    let startsInside = rows.lowerBound % plan.rowsPerImage != 0
    guard isShared else { return transform(rows, joinsAbove: startsInside, joinsBelow: false) }
    let images = rows.lowerBound / plan.rowsPerImage..<(rows.upperBound - 1) / plan.rowsPerImage + 1
    if images.count >= 8 || plan.rowsPerImage == 1 {
      let group = max(1, images.count / 16)
      parallelChunks(images.count, of: group) { range in
        let low = max(rows.lowerBound, (images.lowerBound + range.lowerBound) * plan.rowsPerImage)
        let high = min(rows.upperBound, (images.lowerBound + range.upperBound) * plan.rowsPerImage)
        transform(low..<high, joinsAbove: low % plan.rowsPerImage != 0, joinsBelow: false)
      }
      return
    }
    // Few images: every second row of tiles first, then those between, which add to what both neighbours wrote.
    for parity in 0..<2 {
      parallel(rows.count) { index in
        let row = rows.lowerBound + index
        guard row % plan.rowsPerImage % 2 == parity else { return }
        let isLast = row + 1 == rows.upperBound
        transform(
          row..<row + 1, joinsAbove: parity == 1 || (index == 0 && startsInside), joinsBelow: parity == 1 && !isLast)
      }
    }
  }

  /// `side` ← the other side · `weight`, a whole transform.
  func multiply(into side: Side, by weight: Storage, _ rows: Range<Int>) {
    multiply(into: side, from: self, by: weight.pointer, plan.whole(for: side), accumulate: false, rows)
  }

  /// The blocks of `side` that are held ← or += the blocks `part.inner` of the other side of `source`, which holds all of
  /// it, · the part of the transform that `weight` holds.
  func multiply(
    into side: Side, from source: WinogradChunk, by weight: UnsafePointer<Float>, _ part: WinogradPart,
    accumulate: Bool, _ rows: Range<Int>
  ) {
    let tiles = rows.count * plan.tilesPerRow
    let (from, to) = side == .output ? (source.input, output) : (source.output, input)
    let lines = side == .output ? outputLines : inputLines
    let (fromFrequency, fromBlock) = strides(side == .output ? plan.inputBlocks : plan.outputBlocks, rows)
    let (toFrequency, toBlock) = strides(lines.count, rows)
    let first = lines.lowerBound
    overProducts(lines: lines.count) { f, range in
      let needed = plan.neededBlocks(at: f)
      let a = from + f * fromFrequency + part.inner.lowerBound * fromBlock
      let b = weight + f * part.frequency + (first - part.lines.lowerBound) * part.line
      let c = to + f * toFrequency
      func products(_ lines: Range<Int>, over inner: ladle_blocks) {
        ladle_line_products(
          a, tiles, fromBlock, inner, b + lines.lowerBound * part.line, part.line, lines.count,
          c + lines.lowerBound * toBlock, toBlock, accumulate ? 1 : 0)
      }
      guard side == .input else {
        let inner = needed.within(part.inner)
        if inner.first + inner.second > 0 { products(range, over: inner) }
        return
      }
      let held = ladle_blocks(first: part.inner.count, gap: 0, second: 0)
      needed.visit(first + range.lowerBound..<first + range.upperBound) { lines, isNeeded in
        // What nobody needs is neither stored nor read.
        if isNeeded { products(lines.lowerBound - first..<lines.upperBound - first, over: held) }
      }
    }
  }

  /// `sum` ← or += inputᵀ · output, frequency by frequency, for the part that `sum` holds: blocks `part.lines` of K and blocks
  /// `part.inner` of C.
  func correlate(into sum: UnsafeMutablePointer<Float>, _ part: WinogradPart, accumulate: Bool, _ rows: Range<Int>) {
    let tiles = rows.count * plan.tilesPerRow
    let (inputFrequency, inputBlock) = strides(plan.inputBlocks, rows)
    let (outputFrequency, outputBlock) = strides(plan.outputBlocks, rows)
    overProducts(lines: part.lines.count) { f, range in
      plan.neededBlocks(at: f).visit(part.inner) { blocks, isNeeded in
        guard isNeeded else { return }
        ladle_line_correlations(
          input + f * inputFrequency + blocks.lowerBound * inputBlock, tiles, inputBlock, blocks.count,
          output + f * outputFrequency + (part.lines.lowerBound + range.lowerBound) * outputBlock, outputBlock,
          range.count,
          sum + f * part.frequency + range.lowerBound * part.line + (blocks.lowerBound - part.inner.lowerBound) * 256,
          part.line, accumulate ? 1 : 0)
      }
    }
  }

  // MARK: - Cuts

  /// Scalars between frequencies and between blocks.
  private func strides(_ blocks: Int, _ rows: Range<Int>) -> (frequency: Int, block: Int) {
    let tiles = rows.count * plan.tilesPerRow
    let wide = isOneMemory ? max(plan.inputBlocks, plan.outputBlocks) : blocks
    return (plan.stride(blocks: wide, tiles: tiles), tiles * 16)
  }

  private func overTiles(_ rows: Range<Int>, _ body: (_ first: Int, _ count: Int, _ offset: Int) -> Void) {
    let (first, count) = (rows.lowerBound * plan.tilesPerRow, rows.count * plan.tilesPerRow)
    guard isShared else { return body(first, count, 0) }
    parallelChunks(count, of: max(1, min(16, (count + 15) / 16))) { range in
      body(first + range.lowerBound, range.count, range.lowerBound * 16)
    }
  }

  private func overProducts(lines: Int, _ body: (_ frequency: Int, _ lines: Range<Int>) -> Void) {
    guard isShared else {
      for f in 0..<plan.frequencies { body(f, 0..<lines) }
      return
    }
    let group = max(2, lines * plan.frequencies / 64 & ~1)
    let groups = (lines + group - 1) / group
    parallel(plan.frequencies * groups) { unit in
      let (f, l) = (unit / groups, unit % groups * group)
      body(f, l..<min(lines, l + group))
    }
  }
}
