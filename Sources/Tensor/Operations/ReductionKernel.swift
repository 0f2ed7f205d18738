internal import CKernels

/// A contiguous tensor seen as [outer, reduced, inner].
private struct ReductionLayout {
  var outer: Int
  var reduced: Int
  var inner: Int
}

/// Reduces the middle of [outer, reduced, inner]. Work is cut by shape into units whose partial results are combined
/// in order, so the bits do not depend on the threads. The sum of nothing is zero.
private func reduce(_ function: ladle_reduction, _ x: UnsafePointer<Float>, _ layout: ReductionLayout) -> Storage {
  let (outer, reduced, inner) = (layout.outer, layout.reduced, layout.inner)
  let result = Storage(count: outer * inner)
  let y = result.pointer
  // A unit is a block of `rowBlock` reduced rows and `columnBlock` columns, or several whole matrices.
  let columnBlock = min(inner, 4096)
  let rowBlock = max(1, elementwiseChunk / max(1, columnBlock))
  let rowUnits = (reduced + rowBlock - 1) / rowBlock
  let columnUnits = (inner + columnBlock - 1) / max(1, columnBlock)
  guard outer * inner > 0, reduced > 0 else {
    y.update(repeating: 0, count: outer * inner)
    return result
  }
  if rowUnits == 1 && columnUnits == 1 {
    parallelChunks(outer, of: max(1, elementwiseChunk / (reduced * inner))) { range in
      if inner == 1 {
        ladle_reduce_columns(
          function, x + range.lowerBound * reduced, reduced, y + range.lowerBound, range.count, reduced)
      } else {
        for o in range {
          ladle_reduce_rows(function, x + o * reduced * inner, inner, y + o * inner, reduced, inner)
        }
      }
    }
    return result
  }
  let partials = rowUnits == 1 ? result : Storage(count: outer * rowUnits * inner)
  let p = partials.pointer
  parallel(outer * rowUnits * columnUnits) { unit in
    let c = unit % columnUnits * columnBlock
    let row = unit / columnUnits % rowUnits
    let o = unit / (columnUnits * rowUnits)
    let rows = min(rowBlock, reduced - row * rowBlock)
    let source = x + (o * reduced + row * rowBlock) * inner + c
    let target = p + (o * rowUnits + row) * inner + c
    if inner == 1 {
      ladle_reduce_columns(function, source, rows, target, 1, rows)
    } else {
      ladle_reduce_rows(function, source, inner, target, rows, min(columnBlock, inner - c))
    }
  }
  if rowUnits > 1 {
    parallel(outer) { o in ladle_combine(function, p + o * rowUnits * inner, y + o * inner, rowUnits, inner) }
  }
  withExtendedLifetime(partials) {}
  return result
}

/// The reduction of `x` along `axes`, untraced, with those axes kept at size 1.
func reduced(_ function: ladle_reduction, _ x: Tensor, alongAxes axes: [Int]) -> Tensor {
  var shape = x.shape
  var (storage, offset) = (x.storage, x.offset)
  // Neighbouring axes go together; groups apart go one after the other, the last first.
  var end = shape.count
  while end > 0 {
    guard axes.contains(end - 1) else {
      end -= 1
      continue
    }
    var start = end - 1
    while start > 0 && axes.contains(start - 1) { start -= 1 }
    let layout = ReductionLayout(
      outer: shape[..<start].reduce(1, *), reduced: shape[start..<end].reduce(1, *),
      inner: shape[end...].reduce(1, *))
    if layout.reduced != 1 {
      let next = reduce(function, UnsafePointer(storage.pointer + offset), layout)
      withExtendedLifetime(storage) {}
      (storage, offset) = (next, 0)
      for axis in start..<end { shape[axis] = 1 }
    }
    end = start
  }
  return Tensor(storage: storage, offset: offset, shape: shape)
}
