// A sweep over all tiles at once whose units of work are a few channels of the weight each.
//
// The transform of a large weight is several times its size: 210 MB for a 4×4 kernel with stride 2 between 512 and 1024
// channels. Written to memory and read back, it costs more time than its products with a hundred tiles. A unit
// transforms two blocks of channels of the result by a few blocks of those that are summed over, which its core's cache
// holds, multiplies what the tiles have of them, and goes on to the next few. The gradient comes back the same way. What
// the tiles take is read once by each unit.

extension WinogradSweep {
  /// Whether the transformed weight is large, and larger than twice what the tiles take or else those stay in a cache.
  var isGroupingWorthwhile: Bool {
    let weightBytes = plan.weightCount * 4
    guard weightBytes > 8 << 20 else { return false }
    return heldScalars * 4 <= max(24 << 20, weightBytes / 2)
  }

  /// Scalars that all tiles take between the transforms.
  private var heldScalars: Int {
    let input = y != nil || dw != nil ? plan.inputBlocks : 0
    let output = dx != nil || dw != nil ? plan.outputBlocks : 0
    return (input + output) * plan.frequencies * 16 * plan.tiles
  }

  func runInGroups() {
    let rows = 0..<plan.rows
    func chunk(input: Range<Int>, output: Range<Int>, isShared: Bool) -> WinogradChunk {
      WinogradChunk(plan, mostRows: plan.rows, isShared: isShared, inputLines: input, outputLines: output)
    }
    let held = chunk(
      input: y != nil || dw != nil ? 0..<plan.inputBlocks : 0..<0,
      output: dx != nil || dw != nil ? 0..<plan.outputBlocks : 0..<0, isShared: true)
    if let x, y != nil || dw != nil { held.transformInput(x, read: mapOfX, rows) }
    if let dy, dx != nil || dw != nil { held.transformCotangent(dy, read: mapOfDY, rows) }
    if let y {
      let kept = y.weight.kept(by: plan, for: .output)
      overGroups(on: .output) { group in
        let part = chunk(input: 0..<0, output: group.lines, isShared: false)
        multiply(held, into: part, by: y.weight, kept: kept, group)
        part.transformOutput(into: y.target, y.epilogue, rows)
      }
    }
    if let dw {
      overGroups(on: .output) { group in
        let sum = Storage(count: most(of: group).count)
        visit(group) { part in
          held.alone.correlate(into: sum.pointer, part, accumulate: false, rows)
          plan.weightGradient(sum.pointer, part, into: dw)
        }
      }
    }
    if let dx {
      let kept = dx.weight.kept(by: plan, for: .input)
      overGroups(on: .input) { group in
        let part = chunk(input: group.lines, output: 0..<0, isShared: false)
        multiply(held, into: part, by: dx.weight, kept: kept, group)
        part.transformInputGradient(into: dx.target, rows)
      }
    }
  }

  /// The products of what is held with a group of the weight.
  private func multiply(
    _ held: WinogradChunk, into result: WinogradChunk, by weight: WinogradWeight, kept: Storage?, _ group: WinogradPart
  ) {
    let rows = 0..<plan.rows
    if let kept {
      let whole = plan.whole(for: group.side)
      return result.multiply(into: group.side, from: held, by: kept.pointer, whole, accumulate: false, rows)
    }
    let transformed = Storage(count: most(of: group).count)
    visit(group) { part in
      plan.transform(weight.pointer, part, into: transformed.pointer)
      result.multiply(
        into: group.side, from: held, by: transformed.pointer, part, accumulate: part.inner.lowerBound > 0, rows)
    }
  }

  // MARK: - Cuts

  /// Units of two blocks of channels, which is what the products' register tile takes at a time.
  private func overGroups(on side: WinogradChunk.Side, _ body: (_ group: WinogradPart) -> Void) {
    let whole = plan.whole(for: side)
    parallelChunks(whole.lines.count, of: 2) { lines in
      body(WinogradPart(side: side, lines: lines, inner: whole.inner, frequencies: plan.frequencies))
    }
  }

  /// As many blocks of a group at a time as its core's cache has room for, beside what the tiles take of them.
  private func visit(_ group: WinogradPart, _ body: (_ part: WinogradPart) -> Void) {
    let step = most(of: group).inner.count
    for first in Swift.stride(from: 0, to: group.inner.count, by: step) {
      body(group.over(first..<min(group.inner.count, first + step)))
    }
  }

  /// The first, and largest, of them.
  private func most(of group: WinogradPart) -> WinogradPart {
    let room = max(1, (448 << 10) / (plan.frequencies * group.lines.count * 1024))
    let parts = (group.inner.count + room - 1) / room
    return group.over(0..<(group.inner.count + parts - 1) / parts)
  }
}
