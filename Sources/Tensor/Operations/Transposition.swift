internal import CKernels

extension Tensor {
  /// The matrix with rows and columns exchanged. ``matmul(_:_:transposeA:transposeB:)`` transposes for free.
  ///
  /// - Precondition: this is a matrix.
  public func transposed() -> Tensor {
    precondition(rank == 2, "only a matrix is transposed without a permutation, not shape \(shape)")
    return transposed(permutation: [1, 0])
  }

  /// Axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor. Copies, unless the order
  /// of the scalars stays the same.
  ///
  /// - Precondition: `permutation` holds every axis once.
  public func transposed(permutation: [Int]) -> Tensor {
    precondition(
      permutation.sorted() == Array(shape.indices), "\(permutation) is not an order of the axes of shape \(shape)")
    var inverse = permutation
    for (place, axis) in permutation.enumerated() { inverse[axis] = place }
    let result = permutedCopy(self, permutation)
    return result.recorded(from: self) { [inverse] cotangent, _ in [cotangent.transposed(permutation: inverse)] }
  }
}

/// A copy with axes permuted, untraced.
private func permutedCopy(_ x: Tensor, _ permutation: [Int]) -> Tensor {
  let shape = permutation.map { x.shape[$0] }
  var steps = [Int](repeating: 1, count: x.rank)
  for axis in x.shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * x.shape[axis + 1] }
  // The result's axes, without those of size 1, and with neighbours merged where they are neighbours in x.
  var axes: [(size: Int, step: Int)] = []
  for axis in permutation where x.shape[axis] != 1 {
    if let last = axes.last, last.step == steps[axis] * x.shape[axis] {
      axes[axes.count - 1] = (last.size * x.shape[axis], steps[axis])
    } else {
      axes.append((x.shape[axis], steps[axis]))
    }
  }
  if axes.count <= 1 { return Tensor(storage: x.storage, offset: x.offset, shape: shape) }
  let result = Tensor(uninitialized: shape)
  guard result.count > 0 else { return result }
  // Every unit moves one matrix: the result's last axis, and the one whose scalars are neighbours in x (or, if that
  // is the last itself, the one before it).
  var targets = [Int](repeating: 1, count: axes.count)
  for axis in axes.indices.dropLast().reversed() { targets[axis] = targets[axis + 1] * axes[axis + 1].size }
  let last = axes.count - 1
  let row = axes[last].step == 1 ? last - 1 : axes.firstIndex { $0.step == 1 } ?? last - 1
  let outer = axes.indices.filter { $0 != row && $0 != last }
  let matrices = outer.reduce(1) { $0 * axes[$1].size }
  // Rows are cut too, in blocks of at least one cache line of x.
  let rowBlock = max(16, elementwiseChunk / axes[last].size)
  let blocks = (axes[row].size + rowBlock - 1) / rowBlock
  let (source, target) = (x.pointer, result.freshPointer)
  let perUnit = max(1, elementwiseChunk / (axes[row].size * axes[last].size))
  parallelChunks(matrices * blocks, of: blocks == 1 ? perUnit : 1) { units in
    for unit in units {
      let start = unit % blocks * rowBlock
      var (from, to, rest) = (start * axes[row].step, start * targets[row], unit / blocks)
      for axis in outer.reversed() {
        let place = rest % axes[axis].size
        rest /= axes[axis].size
        from += place * axes[axis].step
        to += place * targets[axis]
      }
      ladle_copy_matrix(
        source + from, axes[row].step, axes[last].step, target + to, targets[row],
        min(rowBlock, axes[row].size - start), axes[last].size)
    }
  }
  withExtendedLifetime(x) {}
  return result
}
