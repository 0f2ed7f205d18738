/// Layers applied one after the other.
///
/// ```swift
/// let classifier = Sequential {
///   Dense(784, 128)
///   ReLU()
///   Dense(128, 10)
/// }
/// ```
///
/// Neighbours are fused, so that models stay as papers write them. In training, batch normalisation with the ReLU or
/// LeakyReLU behind it is applied by the convolution or pool that reads it, where that layer can, and otherwise in one
/// pass; in inference both are part of the convolution before them.
public struct Sequential: Layer {
  /// The layers, in order.
  public var layers: [any Layer]

  /// The layers that `layers` lists.
  public init(@SequentialBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

  /// The given layers.
  public init(layers: [any Layer]) { self.layers = layers }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    for index in layers.indices {
      var scoped = ScopedVisitor(prefix: "\(index).", base: visitor)
      layers[index].visitParameters(with: &scoped)
      visitor = scoped.base
    }
  }

  /// Inference.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var x = input
    var index = 0
    while index < layers.count {
      if !x.isTraced, let groups = PooledGroups(layers, from: index, shape: x.shape) {
        x = groups.map(x) { inferred($0, index..<groups.end) }
        index = groups.end
      } else {
        index += inferNext(at: index, &x)
      }
    }
    return x
  }

  /// Inference of some of the layers.
  private func inferred(_ input: Tensor, _ range: Range<Int>) -> Tensor {
    var x = input
    var index = range.lowerBound
    while index < range.upperBound { index += inferNext(at: index, &x) }
    return x
  }

  /// Inference of the layer at `index` and those fused with it; how many that were.
  private func inferNext(at index: Int, _ x: inout Tensor) -> Int {
    if let (result, count) = fusedConvolution(at: index, of: x) {
      x = result
      return count
    }
    if let norm = layers[index] as? BatchNormalization, let slope = slope(after: index) {
      x = norm.inferred(x, slope: slope)
      return 2
    }
    x = layers[index](x)
    return 1
  }

  /// Training.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    switch advance(input, using: &random) {
    case .stored(let tensor): tensor
    case .normalized(let batch): batch.materialized
    }
  }

  /// Training up to a sum with `shortcut` and ReLU: ReLU(layers(input) + shortcut), the end of a residual block.
  package mutating func forward(
    _ input: Tensor, rectifiedWith shortcut: (inout RandomSource) -> Tensor, using random: inout RandomSource
  ) -> Tensor {
    switch advance(input, using: &random) {
    case .normalized(let batch) where batch.map.slope == 1: rectifiedSum(batch, shortcut(&random))
    case .normalized(let batch): (batch.materialized + shortcut(&random)).relu()
    case .stored(let tensor): (tensor + shortcut(&random)).relu()
    }
  }

  /// What goes from one layer to the next: a tensor, or a batch normalisation that the next layer may read unstored.
  private enum Value {
    case stored(Tensor)
    case normalized(NormalizedBatch)
  }

  private mutating func advance(_ input: Tensor, using random: inout RandomSource) -> Value {
    var value = Value.stored(input)
    var index = 0
    while index < layers.count {
      if case .normalized(let batch) = value, slope(after: index) == nil,
        let reader = layers[index] as? any NormalizedBatchReader
      {
        value = .stored(reader.read(batch))
        index += 1
        continue
      }
      let x =
        switch value {
        case .stored(let tensor): tensor
        case .normalized(let batch): batch.materialized
        }
      let slope = slope(after: index)
      if var norm = layers[index] as? BatchNormalization {
        value = .normalized(norm.measured(x, slope: slope ?? 1))
        layers[index] = norm
        index += slope == nil ? 1 : 2
      } else if let convolution = layers[index] as? Convolution2D, let slope, slope >= 0 {
        value = .stored(convolution.rectified(x, slope: slope))
        index += 2
      } else {
        value = .stored(layers[index].forward(x, using: &random))
        index += 1
      }
    }
    return value
  }

  /// A convolution at `index` whose parameters are constants, with the batch normalisation and the rectifier that
  /// follow, and how many layers that was; nil where there is nothing to fuse.
  private func fusedConvolution(at index: Int, of x: Tensor) -> (result: Tensor, count: Int)? {
    guard let convolution = layers[index] as? Convolution2D, !convolution.weight.isTraced,
      !(convolution.bias?.isTraced ?? false)
    else { return nil }
    let norm = index + 1 < layers.count ? layers[index + 1] as? BatchNormalization : nil
    if let norm, norm.scale.isTraced || norm.shift.isTraced { return nil }
    let slope = slope(after: norm == nil ? index : index + 1)
    if let slope, slope < 0 { return nil }
    guard norm != nil || slope != nil else { return nil }
    return (
      convolution.inferred(x, followedBy: norm, slope: slope ?? 1), 1 + (norm == nil ? 0 : 1) + (slope == nil ? 0 : 1)
    )
  }

  /// The negative slope of the rectifier that follows layer `index`, if one does.
  private func slope(after index: Int) -> Float? {
    guard index + 1 < layers.count else { return nil }
    if layers[index + 1] is ReLU { return 0 }
    return (layers[index + 1] as? LeakyReLU)?.slope
  }

  /// The layers without fusion of neighbours: what tests compare with.
  package func unfused(_ input: Tensor) -> Tensor { layers.reduce(input) { $1($0) } }

  /// Training without fusion of neighbours.
  package mutating func unfusedForward(_ input: Tensor, using random: inout RandomSource) -> Tensor {
    var x = input
    for index in layers.indices { x = layers[index].forward(x, using: &random) }
    return x
  }
}

/// A layer that is the same in training and inference and can read a batch normalisation that is not stored.
protocol NormalizedBatchReader {
  /// The layer applied to the normalised batch.
  func read(_ batch: NormalizedBatch) -> Tensor
}

/// Collects the layers of a ``Sequential``.
@resultBuilder public enum SequentialBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Several layers.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// One after the other.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// `if` without `else`.
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  /// `if`.
  public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
  /// `else`.
  public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
  /// `for`.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
