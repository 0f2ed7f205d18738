internal import Tensor

/// Kernel rows in fixed-size slots, the least recently used one given up when all are taken.
package struct KernelRowCache {
  /// Scalars per row.
  package let width: Int
  /// The most rows held.
  package let capacity: Int
  private let stride: Int
  private let slotsPerChunk: Int
  private var chunks: [Storage] = []
  private var slot: [Int32]
  private var owner: [Int32] = []
  // A ring of slots by time of use. An extra slot, number `capacity`, closes it: the oldest comes after it, the newest
  // before it.
  private var next: [Int32]
  private var previous: [Int32]

  /// Room for at most `bytes` of rows of `width` scalars, one for each of `count` samples; never fewer than four.
  package init(count: Int, width: Int, bytes: Int) {
    self.width = width
    stride = max(16, (width + 15) / 16 * 16)
    capacity = min(count, max(4, bytes / (stride * MemoryLayout<Float>.stride)))
    slotsPerChunk = max(1, (1 << 20) / stride)
    slot = [Int32](repeating: -1, count: count)
    next = [Int32](repeating: Int32(capacity), count: capacity + 1)
    previous = next
    owner.reserveCapacity(capacity)
  }

  /// How many rows are held.
  package var heldCount: Int { owner.count }

  /// Whether the row of `sample` is held.
  package func holds(_ sample: Int) -> Bool { slot[sample] >= 0 }

  /// The row of `sample`, now the most recently used one.
  package mutating func row(_ sample: Int) -> UnsafeMutablePointer<Float>? {
    let found = slot[sample]
    guard found >= 0 else { return nil }
    unlink(found)
    linkNewest(found)
    return pointer(found)
  }

  /// Room for the row of `sample`, as the most recently used one. Precondition: it is not held.
  package mutating func makeRow(_ sample: Int) -> UnsafeMutablePointer<Float> {
    let made: Int32
    if owner.count < capacity {
      made = Int32(owner.count)
      owner.append(Int32(sample))
      if Int(made) / slotsPerChunk == chunks.count { chunks.append(Storage(count: slotsPerChunk * stride)) }
    } else {
      made = next[capacity]
      slot[Int(owner[Int(made)])] = -1
      owner[Int(made)] = Int32(sample)
      unlink(made)
    }
    slot[sample] = made
    linkNewest(made)
    return pointer(made)
  }

  /// The samples whose rows are held, the least recently used first.
  package var samplesByAge: [Int] {
    var found: [Int] = []
    var slot = Int(next[capacity])
    while slot != capacity {
      found.append(Int(owner[slot]))
      slot = Int(next[slot])
    }
    return found
  }

  private func pointer(_ slot: Int32) -> UnsafeMutablePointer<Float> {
    chunks[Int(slot) / slotsPerChunk].pointer + Int(slot) % slotsPerChunk * stride
  }

  private mutating func unlink(_ slot: Int32) {
    let (before, after) = (previous[Int(slot)], next[Int(slot)])
    next[Int(before)] = after
    previous[Int(after)] = before
  }

  private mutating func linkNewest(_ slot: Int32) {
    let before = previous[capacity]
    next[Int(before)] = slot
    previous[Int(slot)] = before
    next[Int(slot)] = Int32(capacity)
    previous[capacity] = slot
  }
}
