internal import CKernels

// The phases of a kernel that the stride does not divide.
//
// Of five taps with stride 2, one phase of an axis has three and the other two; of three taps, two and one. The last
// frequency of an axis, the point at infinity, is the last tap alone: for the shorter phase nothing. So the same
// transforms serve both, and the products of those phases at those frequencies are left out: 30.25 instead of 36 per
// tile and channel for 5×5, 20.25 instead of 25 for 3×3, which is what mixing F(4, 3) with F(4, 2), and F(4, 2) with
// F(4, 1), would take.

extension WinogradPlan {
  /// The blocks of C, phase by phase, that take part in a frequency: two runs with a gap between them. The first begins
  /// at block 0.
  struct NeededBlocks {
    let first, second: Range<Int>

    /// Those of blocks `inner`, as a product sums over them that begins with the first of `inner`.
    func within(_ inner: Range<Int>) -> ladle_blocks {
      let (low, high) = (first.clamped(to: inner), second.clamped(to: inner))
      guard !low.isEmpty else {
        return ladle_blocks(first: 0, gap: high.lowerBound - inner.lowerBound, second: high.count)
      }
      let gap = high.isEmpty ? 0 : high.lowerBound - low.upperBound
      return ladle_blocks(first: low.count, gap: gap, second: high.count)
    }

    /// The parts of `range` that are needed and those that are not, in order.
    func visit(_ range: Range<Int>, _ body: (_ part: Range<Int>, _ isNeeded: Bool) -> Void) {
      func visit(_ low: Int, _ high: Int, _ isNeeded: Bool) {
        let part = range.clamped(to: low..<max(low, high))
        if !part.isEmpty { body(part, isNeeded) }
      }
      visit(first.lowerBound, first.upperBound, true)
      visit(first.upperBound, second.lowerBound, false)
      visit(second.lowerBound, second.upperBound, true)
      visit(second.upperBound, max(second.upperBound, range.upperBound), false)
    }
  }

  func neededBlocks(at frequency: Int) -> NeededBlocks {
    let side = frequenciesPerAxis
    let (isLastY, isLastX) = (frequency / side == side - 1, frequency % side == side - 1)
    let (halvesY, halvesX) = (isLastY && isUneven(shape.kernel_height), isLastX && isUneven(shape.kernel_width))
    // Phases are stored row by row: (0, 0), (0, 1), (1, 0), (1, 1).
    let phase = inputBlocks / (shape.stride * shape.stride)
    switch (halvesY, halvesX) {
    case (false, false): return NeededBlocks(first: 0..<inputBlocks, second: inputBlocks..<inputBlocks)
    case (true, false): return NeededBlocks(first: 0..<2 * phase, second: 2 * phase..<2 * phase)
    case (false, true): return NeededBlocks(first: 0..<phase, second: 2 * phase..<3 * phase)
    case (true, true): return NeededBlocks(first: 0..<phase, second: phase..<phase)
    }
  }

  /// The share of the products that are needed.
  var neededShare: Double {
    let side = Double(frequenciesPerAxis)
    func share(_ taps: Int) -> Double { isUneven(taps) ? 1 - 1 / (2 * side) : 1 }
    return share(shape.kernel_height) * share(shape.kernel_width)
  }

  /// Whether the second phase of an axis has one tap less than the first.
  private func isUneven(_ taps: Int) -> Bool { shape.stride == 2 && taps == 2 * shape.taps - 1 }
}
