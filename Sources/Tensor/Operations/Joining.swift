/// Copies `runs` runs of `length` scalars, `sourceStep` and `targetStep` apart.
private func copyRuns(
  _ runs: Int, length: Int, from source: UnsafePointer<Float>, step sourceStep: Int,
  to target: UnsafeMutablePointer<Float>, step targetStep: Int
) {
  guard length > 0 else { return }
  parallelChunks(runs, of: max(1, elementwiseChunk / length)) { range in
    for run in range { (target + run * targetStep).update(from: source + run * sourceStep, count: length) }
  }
}

/// The tensors one after the other along `axis`.
///
/// Gradient: each operand gets its part.
///
/// - Precondition: there is at least one, and the shapes agree but for `axis`.
public func concatenate(_ tensors: [Tensor], alongAxis axis: Int = 0) -> Tensor {
  guard let first = tensors.first else { preconditionFailure("concatenate needs at least one tensor") }
  precondition(first.shape.indices.contains(axis), "shape \(first.shape) has no axis \(axis) to concatenate along")
  var shape = first.shape
  shape[axis] = 0
  for tensor in tensors {
    var other = tensor.shape
    if other.indices.contains(axis) { other[axis] = first.shape[axis] }
    precondition(
      other == first.shape, "cannot concatenate shapes \(first.shape) and \(tensor.shape) along axis \(axis)")
    shape[axis] += tensor.shape[axis]
  }
  let outer = shape[..<axis].reduce(1, *)
  let inner = shape[(axis + 1)...].reduce(1, *)
  let result = Tensor(uninitialized: shape)
  var place = 0
  for tensor in tensors {
    let length = tensor.shape[axis] * inner
    copyRuns(
      outer, length: length, from: tensor.pointer, step: length, to: result.freshPointer + place,
      step: shape[axis] * inner)
    place += length
  }
  withExtendedLifetime(tensors) {}
  let sizes = tensors.map { $0.shape[axis] }
  return result.recorded(fromAll: tensors) { cotangent, wanted in
    cotangent.parts(sizes: sizes, alongAxis: axis, wanted: wanted)
  }
}

/// The tensors as the rows of one with a new first axis: `n` of shape `[…]` become `[n, …]`.
///
/// - Precondition: there is at least one, and the shapes are equal.
public func stacked(_ tensors: [Tensor]) -> Tensor {
  concatenate(tensors.map { $0.reshaped(to: [1] + $0.shape) })
}

extension Tensor {
  /// Copies of the parts of `sizes` along `axis` that are wanted, untraced.
  fileprivate func parts(sizes: [Int], alongAxis axis: Int, wanted: [Bool]) -> [Tensor?] {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var place = 0
    return zip(sizes, wanted).map { size, wanted in
      defer { place += size * inner }
      guard wanted else { return nil }
      var partShape = shape
      partShape[axis] = size
      // One run is shared, not copied.
      if outer == 1 { return Tensor(storage: storage, offset: offset + place, shape: partShape) }
      let part = Tensor(uninitialized: partShape)
      copyRuns(
        outer, length: size * inner, from: pointer + place, step: shape[axis] * inner, to: part.freshPointer,
        step: size * inner)
      return part
    }
  }

  /// This tensor cut along `axis` into parts of `sizes`; along the first axis the parts share the storage.
  ///
  /// - Precondition: the sizes add up to the axis.
  public func split(sizes: [Int], alongAxis axis: Int = 0) -> [Tensor] {
    precondition(
      shape.indices.contains(axis) && sizes.allSatisfy { $0 >= 0 } && sizes.reduce(0, +) == shape[axis],
      "a tensor of shape \(shape) cannot be split along axis \(axis) into parts of \(sizes)")
    let own = shape
    var place = 0
    return zip(sizes, parts(sizes: sizes, alongAxis: axis, wanted: sizes.map { _ in true })).compactMap { size, part in
      defer { place += size }
      return part?.recorded(from: self) { [place] cotangent, _ in
        // Zero but for this part.
        var (before, after) = (own, own)
        (before[axis], after[axis]) = (place, own[axis] - place - size)
        return [concatenate([.zeros(before), cotangent, .zeros(after)], alongAxis: axis)]
      }
    }
  }

  /// The order reversed along `axis`: along the third, images `[N, H, W, C]` are mirrored.
  ///
  /// - Precondition: there is such an axis.
  public func reversed(alongAxis axis: Int) -> Tensor {
    precondition(shape.indices.contains(axis), "shape \(shape) has no axis \(axis) to reverse")
    let outer = shape[..<axis].reduce(1, *)
    let (size, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    let result = Tensor(uninitialized: shape)
    let (source, target) = (pointer, result.freshPointer)
    parallelChunks(outer, of: Swift.max(1, elementwiseChunk / Swift.max(1, size * inner))) { range in
      for o in range {
        for i in 0..<size {
          (target + (o * size + i) * inner).update(from: source + (o * size + size - 1 - i) * inner, count: inner)
        }
      }
    }
    withExtendedLifetime(self) {}
    return result.recorded(from: self) { cotangent, _ in [cotangent.reversed(alongAxis: axis)] }
  }
}
