internal import CKernels

/// Reductions. Sums are taken in blocks that depend on the shape alone and combined in a fixed order: the same bits
/// for any number of threads.
extension Tensor {
  /// `shape` without `axes`, after checking them.
  private func shapeReduced(alongAxes axes: [Int], keepingAxes: Bool) -> Shape {
    precondition(
      axes.allSatisfy(shape.indices.contains) && Set(axes).count == axes.count,
      "cannot reduce a tensor of shape \(shape) along axes \(axes): each must be one of its axes, once")
    return keepingAxes
      ? shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
      : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
  }

  /// The number of scalars that go into each element of a reduction along `axes`.
  private func reducedCount(alongAxes axes: [Int]) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  /// The sum of all scalars, as a scalar; 0 if there are none.
  public func sum() -> Tensor { sum(alongAxes: Array(shape.indices)) }

  /// The sums along `axes`, which disappear unless `keepingAxes` leaves them at size 1.
  public func sum(alongAxes axes: [Int], keepingAxes: Bool = false) -> Tensor {
    let result = shapeReduced(alongAxes: axes, keepingAxes: keepingAxes)
    let kept = shapeReduced(alongAxes: axes, keepingAxes: true)
    let full = shape
    return reduced(LADLE_SUM, self, alongAxes: axes).reshaped(to: result)
      .recorded(from: self) { cotangent, _ in [cotangent.reshaped(to: kept).broadcast(to: full)] }
  }

  /// The mean of all scalars, as a scalar. Precondition: there is at least one.
  public func mean() -> Tensor { mean(alongAxes: Array(shape.indices)) }

  /// The means along `axes`. Precondition: the axes are not empty.
  public func mean(alongAxes axes: [Int], keepingAxes: Bool = false) -> Tensor {
    let result = shapeReduced(alongAxes: axes, keepingAxes: keepingAxes)
    let kept = shapeReduced(alongAxes: axes, keepingAxes: true)
    let full = shape
    let count = reducedCount(alongAxes: axes)
    precondition(count > 0, "there is no mean of a tensor of shape \(shape) along \(axes): no scalars")
    let mean = reduced(LADLE_SUM, self, alongAxes: axes) * (1 / Float(count))
    return mean.reshaped(to: result)
      .recorded(from: self) { cotangent, _ in
        [(cotangent.reshaped(to: kept) * (1 / Float(count))).broadcast(to: full)]
      }
  }

  /// The variance of all scalars (divided by their number, not by one less), as a scalar.
  public func variance() -> Tensor { variance(alongAxes: Array(shape.indices)) }

  /// The variances along `axes` (the mean squared deviation: divided by the number of scalars). Two passes, so that
  /// a large mean does not cancel it.
  public func variance(alongAxes axes: [Int], keepingAxes: Bool = false) -> Tensor {
    let result = shapeReduced(alongAxes: axes, keepingAxes: keepingAxes)
    let kept = shapeReduced(alongAxes: axes, keepingAxes: true)
    let count = reducedCount(alongAxes: axes)
    let centred = detached - detached.mean(alongAxes: axes, keepingAxes: true)
    return centred.squared().mean(alongAxes: axes).reshaped(to: result)
      .recorded(from: self) { cotangent, _ in
        [centred * (cotangent.reshaped(to: kept) * (2 / Float(count)))]
      }
  }

  /// The largest of all scalars, as a scalar.
  public func max() -> Tensor { max(alongAxes: Array(shape.indices)) }

  /// The largest scalars along `axes`; NaN if there is one. Equal ones share the gradient.
  ///
  /// - Precondition: the axes are not empty.
  public func max(alongAxes axes: [Int], keepingAxes: Bool = false) -> Tensor {
    extremum(LADLE_MAXIMUM, alongAxes: axes, keepingAxes: keepingAxes)
  }

  /// The smallest of all scalars, as a scalar.
  public func min() -> Tensor { min(alongAxes: Array(shape.indices)) }

  /// The smallest scalars along `axes`; NaN if there is one. Equal ones share the gradient.
  ///
  /// - Precondition: the axes are not empty.
  public func min(alongAxes axes: [Int], keepingAxes: Bool = false) -> Tensor {
    extremum(LADLE_MINIMUM, alongAxes: axes, keepingAxes: keepingAxes)
  }

  private func extremum(_ function: ladle_reduction, alongAxes axes: [Int], keepingAxes: Bool) -> Tensor {
    let result = shapeReduced(alongAxes: axes, keepingAxes: keepingAxes)
    precondition(
      reducedCount(alongAxes: axes) > 0, "there is no extremum of a tensor of shape \(shape) along \(axes): no scalars")
    let input = detached
    let extremum = reduced(function, self, alongAxes: axes)
    return extremum.reshaped(to: result)
      .recorded(from: self) { cotangent, _ in
        let chosen = elementwise(LADLE_EQUAL, input, extremum, shape: input.shape)
        let ties = reduced(LADLE_SUM, chosen, alongAxes: axes)
        return [chosen * (cotangent.reshaped(to: extremum.shape) / ties)]
      }
  }

  /// The place of the first largest scalar of every row along the last axis: `[N, C]` gives `N` places below `C`.
  /// A NaN counts as the largest.
  ///
  /// - Precondition: the last axis is not empty.
  public func argmax() -> [Int] {
    precondition(rank > 0 && shape[rank - 1] > 0, "argmax needs rows of at least one scalar, not shape \(shape)")
    let columns = shape[rank - 1]
    return [Int](unsafeUninitializedCapacity: count / columns) { places, initialised in
      initialised = count / columns
      guard let target = places.baseAddress else { return }
      let source = pointer
      parallelChunks(initialised, of: Swift.max(1, elementwiseChunk / columns)) { rows in
        ladle_argmax(source + rows.lowerBound * columns, target + rows.lowerBound, rows.count, columns)
      }
      withExtendedLifetime(self) {}
    }
  }
}
