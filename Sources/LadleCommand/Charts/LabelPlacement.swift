/// Places labels beside the points they name so that none overlap.
enum LabelPlacement {
  /// Positions near `wanted`, at least `spacing` apart and inside `bounds` (when they fit there at all), with the
  /// smallest total squared movement: neighbours that collide become one block around their mean, as in isotonic
  /// regression by pooling adjacent violators. The answer is in the order of `wanted`; equal wishes keep their order.
  static func positions(wanted: [Double], spacing: Double, bounds: ClosedRange<Double>) -> [Double] {
    struct Block {
      var members: [Int]
      var sum: Double  // of (wish − offset inside the block)
      var start: Double
    }
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    var blocks: [Block] = []
    for index in order {
      blocks.append(Block(members: [index], sum: wanted[index], start: 0))
      settle(&blocks[blocks.count - 1])
      while blocks.count > 1, overlap(blocks[blocks.count - 2], blocks[blocks.count - 1]) {
        let last = blocks.removeLast()
        var block = blocks.removeLast()
        let shift = Double(block.members.count) * spacing
        block.sum += last.sum - shift * Double(last.members.count)
        block.members += last.members
        settle(&block)
        blocks.append(block)
      }
    }
    var result = wanted
    for block in blocks {
      for (place, index) in block.members.enumerated() { result[index] = block.start + Double(place) * spacing }
    }
    return result

    func settle(_ block: inout Block) {
      let size = Double(block.members.count - 1) * spacing
      let ideal = block.sum / Double(block.members.count)
      block.start = max(bounds.lowerBound, min(ideal, bounds.upperBound - size))
    }
    func overlap(_ upper: Block, _ lower: Block) -> Bool {
      upper.start + Double(upper.members.count) * spacing > lower.start + 1e-9
    }
  }
}
