/// The maximum over windows; see ``maxPool2D(_:size:stride:padding:)``.
public struct MaxPool2D: ParameterlessLayer {
  /// Pixels on a side of a window.
  public let size: Int
  /// Pixels between windows.
  public let stride: Int
  /// Pixels around the image that never win.
  public let padding: Int

  /// Windows of `size` × `size` pixels, side by side unless `stride` says otherwise.
  public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    maxPool2D(input, size: size, stride: stride, padding: padding)
  }
}

extension MaxPool2D: NormalizedBatchReader {
  func read(_ batch: NormalizedBatch) -> Tensor {
    maxPool2D(batch, size: size, stride: stride, padding: padding)
  }
}

/// The mean over windows; see ``averagePool2D(_:size:stride:padding:)``.
public struct AveragePool2D: ParameterlessLayer {
  /// Pixels on a side of a window.
  public let size: Int
  /// Pixels between windows.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int

  /// Windows of `size` × `size` pixels, side by side unless `stride` says otherwise.
  public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    averagePool2D(input, size: size, stride: stride, padding: padding)
  }
}

/// The mean over all pixels: `[N, H, W, C]` to `[N, C]`.
public struct GlobalAveragePool2D: ParameterlessLayer {
  /// The layer.
  public init() {}

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor { globalAveragePool2D(input) }
}
