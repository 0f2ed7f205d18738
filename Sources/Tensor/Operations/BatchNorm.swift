internal import CKernels

/// The statistics of a batch over every axis but the last.
package struct BatchStatistics: Sendable {
  /// `[C]`.
  package var mean: Tensor
  /// Biased (divided by the number of rows), `[C]`.
  package var variance: Tensor
}

/// A batch normalisation over all axes but the last, with the leaky rectifier that follows:
/// act(γ · (x − μ)/√(σ² + ε) + β) with act(v) = v for v > 0 and `slope`·v otherwise; slope 1 is no activation.
///
/// It is not stored until somebody asks for ``materialized``: a convolution, a pool or a sum that reads it applies the
/// map on the way, which saves a pass over memory and the memory of one activation per layer.
///
/// Ioffe and Szegedy, "Batch normalization", ICML 2015, Algorithm 1. One pass computes the statistics (chunks that
/// fit the cache, combined by Chan's formula in double precision); backward takes two.
///
/// Gradient: with g = act′ ∘ dy, n rows, x̂ the normalised input and s = γ/√(σ² + ε):
/// dβ = Σg, dγ = Σg·x̂, dx = s · (g − dβ/n − x̂·dγ/n).
package struct NormalizedBatch: Sendable {
  /// x, γ and β, traced if they were.
  let input, scale, shift: Tensor
  /// Of this batch.
  package let statistics: BatchStatistics
  /// y = act(x · factor + offset).
  let map: ChannelMap
  /// 1/√(σ² + ε), `[C]`.
  private let inverse: Tensor

  /// Measures the batch `x` `[N, …, C]`.
  package init(_ x: Tensor, scale gamma: Tensor, shift beta: Tensor, epsilon: Float, slope: Float) {
    let channels = x.shape.last ?? 1
    precondition(x.rank >= 2, "batch normalisation takes a batch [N, …, C], not a tensor of shape \(x.shape)")
    precondition(
      gamma.shape == [channels] && beta.shape == [channels],
      "batch normalisation of \(x.shape) needs scale and shift of shape [\(channels)], not \(gamma.shape), "
        + "\(beta.shape)")
    let rows = x.count / max(1, channels)
    precondition(rows > 0, "batch normalisation of no rows")
    let statistics = batchStatistics(x, rows: rows, channels: channels)
    let (mean, variance) = (statistics.mean, statistics.variance)
    let inverse = Tensor(shape: [channels]) { target in
      for c in 0..<channels { target[c] = Float(1 / (Double(variance.pointer[c]) + Double(epsilon)).squareRoot()) }
    }
    let factor = Tensor(shape: [channels]) { t in
      for c in 0..<channels { t[c] = gamma.pointer[c] * inverse.pointer[c] }
    }
    let offset = Tensor(shape: [channels]) { t in
      for c in 0..<channels { t[c] = beta.pointer[c] - mean.pointer[c] * factor.pointer[c] }
    }
    (input, scale, shift) = (x, gamma, beta)
    self.statistics = statistics
    self.inverse = inverse
    map = ChannelMap(factor: factor, offset: offset, slope: slope)
  }

  /// The normalised and activated batch.
  package var materialized: Tensor {
    let untraced = detached
    return map.applied(to: input).recorded(from: input, scale, shift) { dy, wanted in
      untraced.pullback(&dy, input: wanted[0])
    }
  }

  /// The same without its history, for those who save it.
  var detached: NormalizedBatch {
    NormalizedBatch(
      input: input.detached, scale: scale.detached, shift: shift.detached, statistics: statistics, map: map,
      inverse: inverse)
  }

  /// dx, dγ and dβ for the gradient `dy` with respect to the activated batch; dx only if it is wanted, and then in the memory
  /// of `dy` if nobody else holds that. `sums` are those of `dy` if they are known.
  func pullback(_ dy: inout Tensor, input wantsInput: Bool, sums: NormalizationSums? = nil) -> [Tensor?] {
    let (factor, offset, slope, mean) = (map.factor, map.offset, map.slope, statistics.mean)
    let (x, channels) = (input, mean.count)
    let rows = x.count / channels
    let sums = sums ?? normalizationSums(x, dy, factor, offset, slope: slope, mean: mean)
    var dx: Tensor?
    if wantsInput {
      // dx = s·g + x·a + b with a = −s·(dγ/n)/√(σ² + ε) and b = −s·dβ/n − μ·a.
      let n = Double(rows)
      var a = [Float](repeating: 0, count: channels)
      var b = a
      for c in 0..<channels {
        let s = Double(factor.pointer[c])
        let r = Double(inverse.pointer[c])
        let slopeOfX = -s * sums.product[c] * r * r / n
        a[c] = Float(slopeOfX)
        b[c] = Float(-s * sums.sum[c] / n - Double(mean.pointer[c]) * slopeOfX)
      }
      let (result, source) = (dy.overwritable(), dy.pointer)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          parallelChunks(rows, of: rowsPerUnit(rows, channels: channels)) { range in
            let at = range.lowerBound * channels
            ladle_norm_backward_apply(
              x.pointer + at, source + at, range.count, channels, factor.pointer, offset.pointer, slope,
              a.baseAddress, b.baseAddress, result.freshPointer + at)
          }
        }
      }
      dx = result
    }
    let dGamma = Tensor(shape: [channels]) { t in
      for c in 0..<channels { t[c] = Float(sums.product[c] * Double(inverse.pointer[c])) }
    }
    let dBeta = Tensor(sums.sum.map { Float($0) })
    withExtendedLifetime((x, dy)) {}
    return [dx, dGamma, dBeta]
  }

  private init(
    input: Tensor, scale: Tensor, shift: Tensor, statistics: BatchStatistics, map: ChannelMap, inverse: Tensor
  ) {
    (self.input, self.scale, self.shift) = (input, scale, shift)
    (self.statistics, self.map, self.inverse) = (statistics, map, inverse)
  }
}

/// act(x · factor + offset) per channel of the last axis, act the leaky rectifier of `slope`.
struct ChannelMap: Sendable {
  /// `[C]`, untraced.
  let factor, offset: Tensor
  /// 1 is no activation, 0 is ReLU.
  let slope: Float

  func applied(to x: Tensor) -> Tensor { affineActivation(x, factor, offset, slope: slope) }

  /// Valid while the map is held.
  var kernelMap: ladle_channel_map {
    ladle_channel_map(factor: factor.pointer, offset: offset.pointer, slope: slope)
  }
}

/// ``NormalizedBatch``, stored.
package func batchNormalized(
  _ x: Tensor, scale gamma: Tensor, shift beta: Tensor, epsilon: Float, slope: Float
) -> (output: Tensor, statistics: BatchStatistics) {
  let batch = NormalizedBatch(x, scale: gamma, shift: beta, epsilon: epsilon, slope: slope)
  return (batch.materialized, batch.statistics)
}

/// y = act(x · factor + offset) per channel of the last axis; gradient with respect to `x` alone: factor and offset
/// are constants (running statistics of a frozen or evaluated network).
package func affineActivated(_ x: Tensor, factor: Tensor, offset: Tensor, slope: Float) -> Tensor {
  let channels = x.shape.last ?? 1
  precondition(
    factor.shape == [channels] && offset.shape == [channels],
    "an affine map of \(x.shape) needs factors of shape [\(channels)], not \(factor.shape) and \(offset.shape)")
  let y = affineActivation(x, factor, offset, slope: slope)
  let ux = x.detached
  return y.recorded(from: x) { dy, _ in
    let (dx, source) = (dy.overwritable(), dy.pointer)
    parallelChunks(ux.count / channels, of: rowsPerUnit(ux.count / channels, channels: channels)) { range in
      let at = range.lowerBound * channels
      ladle_affine_act_backward(
        ux.pointer + at, source + at, range.count, channels, factor.pointer, offset.pointer, slope,
        dx.freshPointer + at)
    }
    withExtendedLifetime(dy) {}
    return [dx]
  }
}

private func affineActivation(_ x: Tensor, _ factor: Tensor, _ offset: Tensor, slope: Float) -> Tensor {
  let channels = x.shape.last ?? 1
  let y = Tensor(uninitialized: x.shape)
  let rows = x.count / max(1, channels)
  parallelChunks(rows, of: rowsPerUnit(rows, channels: channels)) { range in
    let at = range.lowerBound * channels
    ladle_affine_act(
      x.pointer + at, range.count, channels, factor.pointer, offset.pointer, slope, y.freshPointer + at)
  }
  withExtendedLifetime((x, factor, offset)) {}
  return y
}

private func batchStatistics(_ x: Tensor, rows: Int, channels: Int) -> BatchStatistics {
  let chunk = max(1, elementwiseChunk / channels)
  let chunks = (rows + chunk - 1) / chunk
  let partial = Storage(count: chunks * channels * 2)
  parallel(chunks) { index in
    let first = index * chunk
    let means = partial.pointer + index * channels * 2
    ladle_channel_moments(x.pointer + first * channels, min(chunk, rows - first), channels, means, means + channels)
  }
  withExtendedLifetime(x) {}
  let (mean, variance) = (Tensor(uninitialized: [channels]), Tensor(uninitialized: [channels]))
  for c in 0..<channels {
    var count = 0.0
    var average = 0.0
    var squares = 0.0
    for index in 0..<chunks {
      let size = Double(min(chunk, rows - index * chunk))
      let delta = Double(partial.pointer[index * channels * 2 + c]) - average
      let total = count + size
      squares += Double(partial.pointer[index * channels * 2 + channels + c]) + delta * delta * count * size / total
      average += delta * size / total
      count = total
    }
    mean.freshPointer[c] = Float(average)
    variance.freshPointer[c] = Float(squares / count)
  }
  return BatchStatistics(mean: mean, variance: variance)
}

private func normalizationSums(
  _ x: Tensor, _ dy: Tensor, _ factor: Tensor, _ offset: Tensor, slope: Float, mean: Tensor
) -> NormalizationSums {
  let channels = mean.count
  let sums = NormalizationSums(rows: x.count / channels, channels: channels) { rows, sum, product in
    let at = rows.lowerBound * channels
    ladle_norm_backward_sums(
      x.pointer + at, dy.pointer + at, rows.count, channels, factor.pointer, offset.pointer, slope, mean.pointer, sum,
      product)
  }
  withExtendedLifetime((x, dy, factor, offset, mean)) {}
  return sums
}

/// Σg and Σg·(x − μ) per channel, over rows that are cut by the shape alone and added in order.
struct NormalizationSums {
  private(set) var sum, product: [Double]

  /// `add` gives the sums of some rows, each `[C]`.
  init(
    rows: Int, channels: Int,
    _ add: (_ rows: Range<Int>, _ sum: UnsafeMutablePointer<Float>, _ product: UnsafeMutablePointer<Float>) -> Void
  ) {
    let chunk = max(1, elementwiseChunk / channels)
    let chunks = (rows + chunk - 1) / chunk
    let partial = Storage(count: chunks * channels * 2)
    parallelChunks(rows, of: chunk) { range in
      let sums = partial.pointer + range.lowerBound / chunk * channels * 2
      add(range, sums, sums + channels)
    }
    sum = [Double](repeating: 0, count: channels)
    product = sum
    for index in 0..<chunks {
      for c in 0..<channels {
        sum[c] += Double(partial.pointer[index * channels * 2 + c])
        product[c] += Double(partial.pointer[index * channels * 2 + channels + c])
      }
    }
  }
}

/// Rows of `channels` scalars per unit of an elementwise kernel: 128 KiB, or less where that would be fewer than sixteen
/// units, but at least 8 KiB.
func rowsPerUnit(_ rows: Int, channels: Int) -> Int {
  let scalars = min(elementwiseChunk, max(2048, rows * channels / 16))
  return max(1, scalars / max(1, channels))
}
