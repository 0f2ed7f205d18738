public import Tensor

/// How far each row of a learner's decision values is from the decision boundary: |f| for two classes (`[N]`), the
/// difference of the two largest values for more (`[N, classes]`). 0 is on the boundary.
///
/// - Precondition: a vector, or a matrix with at least two columns.
public func boundaryDistances(ofDecisionValues values: Tensor) -> [Float] {
  if values.rank == 1 { return values.withUnsafeScalars { $0.map(abs) } }
  precondition(
    values.rank == 2 && values.shape[1] >= 2,
    "decision values are [N] or [N, classes] with two classes or more, not \(values.shape)")
  let classes = values.shape[1]
  let rows = values.shape[0]
  return values.withUnsafeScalars { scalars in
    [Float](unsafeUninitializedCapacity: rows) { distances, count in
      for row in 0..<rows {
        let start = row * classes
        var (first, second) = (scalars[start], scalars[start + 1])
        if second > first { swap(&first, &second) }
        for place in start + 2..<start + classes {
          let value = scalars[place]
          if value > first { (first, second) = (value, first) } else if value > second { second = value }
        }
        distances.initializeElement(at: row, to: first - second)
      }
      count = rows
    }
  }
}

/// The indices of the largest and the second largest element; of equal ones the first.
///
/// - Precondition: at least two elements.
func topTwo(of scalars: Slice<UnsafeBufferPointer<Float>>) -> (first: Int, second: Int) {
  var (first, second) = (scalars.startIndex, scalars.startIndex + 1)
  if scalars[second] > scalars[first] { swap(&first, &second) }
  for index in scalars.indices.dropFirst(2) {
    if scalars[index] > scalars[first] {
      (first, second) = (index, first)
    } else if scalars[index] > scalars[second] {
      second = index
    }
  }
  return (first, second)
}
