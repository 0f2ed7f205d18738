/// Other shapes for the same scalars.
extension Tensor {
  /// The same scalars, row by row, in another shape. Free: the storage is shared.
  ///
  /// - Precondition: both shapes hold the same number of scalars.
  public func reshaped(to target: Shape) -> Tensor {
    if shape == target { return self }
    precondition(
      count == target.scalarCount && target.allSatisfy { $0 >= 0 },
      "a tensor of shape \(shape) cannot be reshaped to \(target): \(count) scalars do not fill it")
    let own = shape
    return Tensor(storage: storage, offset: offset, shape: target)
      .recorded(from: self) { cotangent, _ in [cotangent.reshaped(to: own)] }
  }

  /// Each sample of the batch as one row: `[N, …]` becomes `[N, the rest's product]`. Free.
  ///
  /// - Precondition: there is a first axis.
  public func flattened() -> Tensor {
    precondition(rank >= 1, "a scalar has no samples to flatten")
    return reshaped(to: [shape[0], shape[1...].reduce(1, *)])
  }

  /// Samples `range` of the first axis. Free: the storage is shared.
  ///
  /// - Precondition: the range lies within the first axis.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      rank >= 1 && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "a tensor of shape \(shape) has no rows \(range)")
    let rowSize = shape[1...].reduce(1, *)
    let own = shape
    return Tensor(
      storage: storage, offset: offset + range.lowerBound * rowSize, shape: [range.count] + shape.dropFirst()
    )
    .recorded(from: self) { cotangent, _ in
      let gradient = Tensor(uninitialized: own)
      let (target, source) = (gradient.freshPointer, cotangent.pointer)
      let (start, end) = (range.lowerBound * rowSize, range.upperBound * rowSize)
      target.update(repeating: 0, count: start)
      (target + start).update(from: source, count: end - start)
      (target + end).update(repeating: 0, count: own.scalarCount - end)
      withExtendedLifetime(cotangent) {}
      return [gradient]
    }
  }

  /// One row per label, with 1 at the label's place and 0 elsewhere: shape `[labels.count, classes]`.
  ///
  /// - Precondition: every label is in `0..<classes`.
  public static func oneHot(_ labels: [Int], classes: Int) -> Tensor {
    let result = Tensor.zeros([labels.count, classes])
    let target = result.freshPointer
    for (row, label) in labels.enumerated() {
      precondition((0..<classes).contains(label), "label \(label) of row \(row) is not in 0..<\(classes)")
      target[row * classes + label] = 1
    }
    return result
  }
}
