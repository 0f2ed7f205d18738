internal import CKernels

/// The shape of an elementwise operation on `a` and `b` by NumPy's rule: shapes are aligned at their last axes, and
/// an axis of size 1 (or a missing one) is repeated. `nil` if they do not agree.
package func broadcastShape(_ a: Shape, _ b: Shape) -> Shape? {
  if a == b { return a }
  let rank = max(a.count, b.count)
  var result = Shape(repeating: 1, count: rank)
  for axis in 0..<rank {
    let sizeA = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
    let sizeB = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
    guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else { return nil }
    result[axis] = sizeA == 1 ? sizeB : sizeA
  }
  return result
}

/// How a contiguous operand of `shape` is walked when repeated to `result`: a step per axis, 0 where repeated.
private func broadcastStrides(of shape: Shape, to result: Shape) -> [Int] {
  var strides = [Int](repeating: 0, count: result.count)
  var step = 1
  for axis in result.indices.reversed() {
    let own = axis - (result.count - shape.count)
    guard own >= 0 else { break }
    if shape[own] != 1 { strides[axis] = step }
    step *= shape[own]
  }
  return strides
}

/// An elementwise walk with neighbouring axes merged wherever both operands allow it: most pairs of shapes become
/// one or two axes. There are always at least two.
private struct BroadcastPlan {
  var sizes: [Int] = []
  var stridesA: [Int] = []
  var stridesB: [Int] = []

  init(_ a: Shape, _ b: Shape, result: Shape) {
    if a == result && !b.isEmpty && result.suffix(b.count) == b[...] {
      // A bias: the same row added to every row.
      let row = b.scalarCount
      (sizes, stridesA, stridesB) = ([result.scalarCount / row, row], [row, 1], [0, 1])
      return
    }
    let (strideA, strideB) = (broadcastStrides(of: a, to: result), broadcastStrides(of: b, to: result))
    for axis in result.indices where result[axis] != 1 {
      if let last = sizes.indices.last, stridesA[last] == strideA[axis] * result[axis],
        stridesB[last] == strideB[axis] * result[axis]
      {
        sizes[last] *= result[axis]
        stridesA[last] = strideA[axis]
        stridesB[last] = strideB[axis]
      } else {
        sizes.append(result[axis])
        stridesA.append(strideA[axis])
        stridesB.append(strideB[axis])
      }
    }
    while sizes.count < 2 {
      sizes.insert(1, at: 0)
      stridesA.insert(0, at: 0)
      stridesB.insert(0, at: 0)
    }
  }
}

/// f(a, b) at every element, untraced; the operands are repeated to `shape`, to which both must broadcast.
func elementwise(_ function: ladle_binary_function, _ a: Tensor, _ b: Tensor, shape: Shape) -> Tensor {
  let result = Tensor(uninitialized: shape)
  let count = result.count
  guard count > 0 else { return result }
  let (pa, pb, y) = (a.pointer, b.pointer, result.freshPointer)
  if (a.count == count || a.count == 1) && (b.count == count || b.count == 1) {
    // The usual case needs no plan: each operand is walked straight, or is one number.
    let (stepA, stepB) = (a.count == count ? 1 : 0, b.count == count ? 1 : 0)
    parallelChunks(count, of: elementwiseChunk) { range in
      let start = range.lowerBound
      ladle_binary(function, pa + start * stepA, 0, stepA, pb + start * stepB, 0, stepB, y + start, 1, range.count)
    }
    withExtendedLifetime((a, b)) {}
    return result
  }
  let plan = BroadcastPlan(a.shape, b.shape, result: shape)
  let last = plan.sizes.count - 1
  let (rows, columns) = (plan.sizes[last - 1], plan.sizes[last])
  let (rowA, rowB) = (plan.stridesA[last - 1], plan.stridesB[last - 1])
  let (columnA, columnB) = (plan.stridesA[last], plan.stridesB[last])
  let matrices = plan.sizes[..<(last - 1)].reduce(1, *)
  // A unit is a block of rows and columns of one matrix; the axes before them number the matrices.
  let columnBlock = min(columns, elementwiseChunk)
  let rowBlock = max(1, elementwiseChunk / columnBlock)
  let rowUnits = (rows + rowBlock - 1) / rowBlock
  let columnUnits = (columns + columnBlock - 1) / columnBlock
  parallel(matrices * rowUnits * columnUnits) { unit in
    let c = unit % columnUnits * columnBlock
    let r = unit / columnUnits % rowUnits * rowBlock
    let matrix = unit / (columnUnits * rowUnits)
    var (startA, startB, rest) = (r * rowA + c * columnA, r * rowB + c * columnB, matrix)
    for axis in stride(from: last - 2, through: 0, by: -1) {
      let place = rest % plan.sizes[axis]
      rest /= plan.sizes[axis]
      startA += place * plan.stridesA[axis]
      startB += place * plan.stridesB[axis]
    }
    // With more than one unit of columns a block is one row, so the step between rows of y does not matter.
    ladle_binary(
      function, pa + startA, rowA, columnA, pb + startB, rowB, columnB, y + (matrix * rows + r) * columns + c,
      min(rowBlock, rows - r), min(columnBlock, columns - c))
  }
  withExtendedLifetime((a, b)) {}
  return result
}

extension Tensor {
  /// The sum over the axes along which `target` was repeated to this tensor's shape: the gradient of broadcasting.
  /// Untraced.
  package func summed(to target: Shape) -> Tensor {
    if shape == target { return detached }
    let extra = rank - target.count
    let axes = shape.indices.filter { $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1) }
    return detached.sum(alongAxes: axes, keepingAxes: true).reshaped(to: target)
  }

  /// This tensor repeated along axes of size 1, and along new axes in front, to `target` (NumPy's rule).
  ///
  /// Gradient: the sum over the repeats.
  ///
  /// - Precondition: the shape broadcasts to `target`.
  public func broadcast(to target: Shape) -> Tensor {
    precondition(
      broadcastShape(shape, target) == target, "a tensor of shape \(shape) does not broadcast to \(target)")
    if shape == target { return self }
    let own = shape
    // Times one: keeps every value, and the sign of zero.
    return elementwise(LADLE_MULTIPLY, self, Tensor(1), shape: target)
      .recorded(from: self) { cotangent, _ in [cotangent.summed(to: own)] }
  }
}
