// A sweep over all tiles at once that transforms the weight, and takes its gradient back, for a few channels at a time.
//
// The transform of a large weight is several times its size: 210 MB for a 4×4 kernel with stride 2 between 512 and 1024
// channels. Written to memory and read back, it costs as much time as its products with a hundred tiles; in groups it
// stays in the last-level cache, or nearly, and takes little room. A group is twice as large as what the tiles take,
// which is read again for every group.

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
    let held = WinogradChunk(
      plan, mostRows: plan.rows, isShared: true,
      inputLines: y != nil || dw != nil ? 0..<plan.inputBlocks : 0..<0,
      outputLines: dx != nil || dw != nil ? 0..<plan.outputBlocks : 0..<0)
    if let x, y != nil || dw != nil { held.transformInput(x, read: mapOfX, rows) }
    if let dy, dx != nil || dw != nil { held.transformCotangent(dy, read: mapOfDY, rows) }
    if let y {
      products(of: held, on: .output, with: y.weight) { part in
        part.transformOutput(into: y.target, y.epilogue, rows)
      }
    }
    if let dw {
      overGroups(on: .output) { lines in
        let sum = Storage(count: plan.frequencies * plan.stride(lines: lines, of: .output))
        held.correlate(into: sum, lines: lines, accumulate: false, rows)
        plan.weightGradient(sum, lines: lines, into: dw)
      }
    }
    if let dx {
      products(of: held, on: .input, with: dx.weight) { part in
        part.transformInputGradient(into: dx.target, rows)
      }
    }
  }

  /// The products of what is held with the weight, group by group, each handed to `take`.
  private func products(
    of held: WinogradChunk, on side: WinogradChunk.Side, with weight: WinogradWeight,
    _ take: (WinogradChunk) -> Void
  ) {
    let kept = weight.kept(by: plan, for: side)
    overGroups(on: side) { lines in
      let part = WinogradChunk(
        plan, mostRows: plan.rows, isShared: true, inputLines: side == .input ? lines : 0..<0,
        outputLines: side == .output ? lines : 0..<0)
      if let kept {
        part.multiply(into: side, from: held, by: kept, isWhole: true, 0..<plan.rows)
      } else {
        let transformed = Storage(count: plan.frequencies * plan.stride(lines: lines, of: side))
        plan.transform(weight.pointer, for: side, lines: lines, into: transformed.pointer)
        part.multiply(into: side, from: held, by: transformed, isWhole: false, 0..<plan.rows)
      }
      take(part)
    }
  }

  /// An even number of blocks of channels at a time.
  private func overGroups(on side: WinogradChunk.Side, _ body: (_ lines: Range<Int>) -> Void) {
    let all = side == .output ? plan.outputBlocks : plan.inputBlocks
    let group = max(2, max(1 << 20, 2 * heldScalars) / plan.scalarsPerLine(of: side) & ~1)
    for first in Swift.stride(from: 0, to: all, by: group) { body(first..<min(all, first + group)) }
  }
}
