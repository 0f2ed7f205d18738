internal import CKernels

/// Calls `body` with blocks of rows of `x` along the last axis.
private func eachBlockOfRows(_ x: Tensor, _ body: (_ rows: Range<Int>, _ columns: Int) -> Void) {
  guard x.count > 0 else { return }
  let columns = x.shape[x.rank - 1]
  parallelChunks(x.count / columns, of: max(1, elementwiseChunk / columns)) { body($0, columns) }
}

private func preconditionRows(_ x: Tensor, _ name: String) {
  precondition(x.rank > 0 && x.shape[x.rank - 1] > 0, "\(name) needs rows of at least one scalar, not \(x.shape)")
}

/// eˣ divided by its sum along the last axis. The largest of each row is subtracted first, so nothing overflows.
public func softmax(_ x: Tensor) -> Tensor {
  preconditionRows(x, "softmax")
  let y = Tensor(uninitialized: x.shape)
  let (source, target) = (x.pointer, y.freshPointer)
  eachBlockOfRows(x) { rows, columns in
    let start = rows.lowerBound * columns
    ladle_softmax(source + start, target + start, rows.count, columns)
  }
  withExtendedLifetime(x) {}
  return y.recorded(from: x) { cotangent, _ in
    let gradient = Tensor(uninitialized: y.shape)
    let (saved, dy, dx) = (y.pointer, cotangent.pointer, gradient.freshPointer)
    eachBlockOfRows(y) { rows, columns in
      let start = rows.lowerBound * columns
      ladle_softmax_backward(saved + start, dy + start, dx + start, rows.count, columns)
    }
    withExtendedLifetime((y, cotangent)) {}
    return [gradient]
  }
}

/// The logarithm of ``softmax(_:)``, computed without taking the logarithm of a small number.
public func logSoftmax(_ x: Tensor) -> Tensor {
  preconditionRows(x, "logSoftmax")
  let y = Tensor(uninitialized: x.shape)
  let (source, target) = (x.pointer, y.freshPointer)
  eachBlockOfRows(x) { rows, columns in
    let start = rows.lowerBound * columns
    ladle_log_softmax(source + start, target + start, rows.count, columns)
  }
  withExtendedLifetime(x) {}
  return y.recorded(from: x) { cotangent, _ in
    let gradient = Tensor(uninitialized: y.shape)
    let (saved, dy, dx) = (y.pointer, cotangent.pointer, gradient.freshPointer)
    eachBlockOfRows(y) { rows, columns in
      let start = rows.lowerBound * columns
      ladle_log_softmax_backward(saved + start, dy + start, dx + start, rows.count, columns)
    }
    withExtendedLifetime((y, cotangent)) {}
    return [gradient]
  }
}

/// log Σ eˣ along the last axis, which disappears.
public func logSumExp(_ x: Tensor) -> Tensor {
  preconditionRows(x, "logSumExp")
  let y = Tensor(uninitialized: Array(x.shape.dropLast()))
  let (source, target) = (x.pointer, y.freshPointer)
  eachBlockOfRows(x) { rows, columns in
    ladle_log_sum_exp(source + rows.lowerBound * columns, target + rows.lowerBound, rows.count, columns)
  }
  let input = x.detached
  return y.recorded(from: x) { cotangent, _ in
    let gradient = Tensor(uninitialized: input.shape)
    let (x, saved, dy, dx) = (input.pointer, y.pointer, cotangent.pointer, gradient.freshPointer)
    eachBlockOfRows(input) { rows, columns in
      let (start, row) = (rows.lowerBound * columns, rows.lowerBound)
      ladle_log_sum_exp_backward(x + start, saved + row, dy + row, dx + start, rows.count, columns)
    }
    withExtendedLifetime((input, y, cotangent)) {}
    return [gradient]
  }
}
