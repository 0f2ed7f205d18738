internal import CKernels

/// The maximum over windows of `size` × `size` pixels of images `[N, H, W, C]`. Padding never wins.
///
/// Gradient: the cotangent goes to the pixel that won, the first one if several did.
///
/// - Precondition: `padding` is at most half of `size`.
public func maxPool2D(_ x: Tensor, size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
  let geometry = poolGeometry(x.shape, size: size, stride: stride ?? size, padding: padding)
  let (y, winners) = maxima(of: x, read: nil, geometry)
  return y.recorded(from: x) { dy, _ in [maximaGradient(dy, winners, geometry)] }
}

/// The maximum over windows of a normalised batch.
///
/// Gradient: with respect to what was normalised, γ and β.
package func maxPool2D(_ x: NormalizedBatch, size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
  let geometry = poolGeometry(x.input.shape, size: size, stride: stride ?? size, padding: padding)
  let (y, winners) = maxima(of: x.input, read: x.map, geometry)
  let batch = x.detached
  return y.recorded(from: x.input, x.scale, x.shift) { dy, wanted in
    var inner = maximaGradient(dy, winners, geometry)
    return batch.pullback(&inner, input: wanted[0])
  }
}

private func maxima(
  of x: Tensor, read map: ChannelMap?, _ geometry: ConvolutionGeometry
) -> (y: Tensor, winners: Winners) {
  let (channels, shape) = (geometry.channels, geometry.patches)
  let y = Tensor(uninitialized: geometry.outputShape)
  let winners = Winners(count: y.count)
  let read = map?.kernelMap ?? ladle_channel_map()
  parallelChunks(geometry.positions, of: max(1, elementwiseChunk / max(1, channels))) { range in
    let at = range.lowerBound * channels
    ladle_max_pool(
      x.pointer, read.factor, read.offset, read.slope, shape, range.lowerBound, range.count, y.freshPointer + at,
      winners.pointer + at)
  }
  withExtendedLifetime((x, map)) {}
  return (y, winners)
}

private func maximaGradient(_ dy: Tensor, _ winners: Winners, _ geometry: ConvolutionGeometry) -> Tensor {
  let shape = geometry.patches
  let dx = Tensor(uninitialized: geometry.inputShape)
  parallel(geometry.batch) { image in
    ladle_max_pool_backward(dy.pointer, winners.pointer, shape, image, 1, dx.freshPointer)
  }
  withExtendedLifetime(dy) {}
  return dx
}

/// The mean over windows of `size` × `size` pixels of images `[N, H, W, C]`; padding counts as zeros.
///
/// Gradient: the cotangent, divided by `size`², goes to every pixel of its window.
public func averagePool2D(_ x: Tensor, size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
  let geometry = poolGeometry(x.shape, size: size, stride: stride ?? size, padding: padding)
  let channels = geometry.channels
  let (patch, shape) = (geometry.patchSize, geometry.patches)
  let share = 1 / Float(size * size)
  let y = Tensor(uninitialized: geometry.outputShape)
  parallelChunks(geometry.positions, of: max(1, elementwiseChunk / max(1, patch))) { range in
    let gathered = Storage(count: range.count * patch)
    ladle_gather_patches(x.pointer, shape, range.lowerBound, range.count, gathered.pointer)
    for row in 0..<range.count {
      ladle_channel_sums(
        gathered.pointer + row * patch, size * size, channels, y.freshPointer + (range.lowerBound + row) * channels)
    }
    let target = y.freshPointer + range.lowerBound * channels
    for i in 0..<range.count * channels { target[i] *= share }
  }
  withExtendedLifetime(x) {}
  let imageScalars = geometry.height * geometry.width * channels
  return y.recorded(from: x) { dy, _ in
    let dx = Tensor(uninitialized: geometry.inputShape)
    parallel(geometry.batch) { image in
      (dx.freshPointer + image * imageScalars).update(repeating: 0, count: imageScalars)
      let spread = Storage(count: geometry.positionsPerImage * patch)
      for position in 0..<geometry.positionsPerImage {
        let from = dy.pointer + (image * geometry.positionsPerImage + position) * channels
        for tap in 0..<size * size {
          let to = spread.pointer + position * patch + tap * channels
          for c in 0..<channels { to[c] = from[c] * share }
        }
      }
      ladle_scatter_patches(
        spread.pointer, shape, image * geometry.positionsPerImage, geometry.positionsPerImage, dx.freshPointer)
    }
    withExtendedLifetime(dy) {}
    return [dx]
  }
}

/// The mean over all pixels of images `[N, H, W, C]`: `[N, C]`.
///
/// Gradient: the cotangent, divided by H·W, goes to every pixel.
public func globalAveragePool2D(_ x: Tensor) -> Tensor {
  precondition(x.rank == 4, "pooling takes images [N, H, W, C], not a tensor of shape \(x.shape)")
  let (batch, pixels, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
  let share = 1 / Float(max(1, pixels))
  let y = Tensor(uninitialized: [batch, channels])
  parallel(batch) { image in
    let target = y.freshPointer + image * channels
    ladle_channel_sums(x.pointer + image * pixels * channels, pixels, channels, target)
    for c in 0..<channels { target[c] *= share }
  }
  withExtendedLifetime(x) {}
  let shape = x.shape
  return y.recorded(from: x) { dy, _ in
    let dx = Tensor(uninitialized: shape)
    parallel(batch) { image in
      let from = dy.pointer + image * channels
      for pixel in 0..<pixels {
        let to = dx.freshPointer + (image * pixels + pixel) * channels
        for c in 0..<channels { to[c] = from[c] * share }
      }
    }
    withExtendedLifetime(dy) {}
    return [dx]
  }
}

func poolGeometry(_ shape: Shape, size: Int, stride: Int, padding: Int) -> ConvolutionGeometry {
  precondition(shape.count == 4, "pooling takes images [N, H, W, C], not a tensor of shape \(shape)")
  precondition(size >= 1 && padding * 2 <= size, "a pool of size \(size) cannot be padded by \(padding)")
  return ConvolutionGeometry(
    input: shape, weight: [size, size, shape[3], shape[3]], stride: stride, padding: padding)
}

/// Where each maximum was: written once, before anyone reads it. Kept in a recycled buffer.
private final class Winners: @unchecked Sendable {
  private let storage: Storage
  let pointer: UnsafeMutablePointer<Int32>

  init(count: Int) {
    // A position takes the four bytes of a scalar.
    storage = Storage(count: count)
    pointer = UnsafeMutableRawPointer(storage.pointer).bindMemory(to: Int32.self, capacity: max(1, count))
  }
}
