extension Dense: TorchExchangeable {
  /// Adds the layer's tensors.
  public func describe(to layout: inout TorchLayout) {
    let orders = layout.takeOrders(of: self)
    layout.addTensor("weight", axes: [1, 0], orders: orders.weight)
    if bias != nil { layout.addTensor("bias", orders: orders.vector) }
  }
}

extension Convolution2D: TorchExchangeable {
  /// Adds the layer's tensors.
  public func describe(to layout: inout TorchLayout) {
    _ = layout.takeOrders(of: self)
    layout.addTensor("weight", axes: [3, 2, 0, 1])
    if bias != nil { layout.addTensor("bias") }
  }
}

extension TransposedConvolution2D: TorchExchangeable {
  /// Adds the layer's tensors.
  public func describe(to layout: inout TorchLayout) {
    _ = layout.takeOrders(of: self)
    layout.addTensor("weight", axes: [3, 2, 0, 1])
    if bias != nil { layout.addTensor("bias") }
  }
}

extension BatchNormalization: TorchExchangeable {
  /// Adds the layer's tensors.
  public func describe(to layout: inout TorchLayout) {
    let orders = layout.orderOfFeatures
    layout.addTensor("scale", as: "weight", orders: orders)
    layout.addTensor("shift", as: "bias", orders: orders)
    layout.addTensor("runningMean", as: "running_mean", orders: orders)
    layout.addTensor("runningVariance", as: "running_var", orders: orders)
    layout.addCounter("num_batches_tracked")
  }
}

extension LayerNormalization: TorchExchangeable {
  /// Adds the layer's tensors.
  public func describe(to layout: inout TorchLayout) {
    layout.addTensor("scale", as: "weight", orders: layout.orderOfFeatures)
    layout.addTensor("shift", as: "bias", orders: layout.orderOfFeatures)
  }
}

extension WeightNormalized: TorchExchangeable {
  /// Adds the layer's tensors: those of `torch.nn.utils.parametrizations.weight_norm`, whose `dim` counts the outputs (1
  /// for a transposed convolution, otherwise 0).
  public func describe(to layout: inout TorchLayout) {
    let orders = layout.takeOrders(of: wrapped)
    let axes = wrapped.torchAxes
    layout.addTensor("weight", as: "parametrizations.weight.original1", axes: axes, orders: orders.weight)
    if wrapped.bias != nil { layout.addTensor("bias", orders: orders.vector) }
    var outputs = orders.weight
    if wrapped.weight.rank == 2 { outputs[0] = nil }
    layout.addTensor("magnitude", as: "parametrizations.weight.original0", axes: axes, orders: outputs)
  }
}

extension SpectralNormalized: TorchExchangeable {
  /// Adds the layer's tensors: those of `torch.nn.utils.parametrizations.spectral_norm`. PyTorch also keeps the other
  /// singular vector, which is written as it follows from ours and is not read.
  public func describe(to layout: inout TorchLayout) {
    let orders = layout.takeOrders(of: wrapped)
    let (weight, direction) = ("parametrizations.weight.original", "parametrizations.weight.0._u")
    layout.addTensor("weight", as: weight, axes: wrapped.torchAxes, orders: orders.weight)
    if wrapped.bias != nil { layout.addTensor("bias", orders: orders.vector) }
    layout.addVector("direction", as: direction, order: orders.vector[0])
    let outputAxis = wrapped.torchAxes.firstIndex(of: wrapped.outputAxis) ?? 0
    layout.addSingularVector(
      "parametrizations.weight.0._v", weight: weight, direction: direction, outputAxis: outputAxis)
  }
}

extension Flatten: TorchExchangeable {
  /// Images become rows that PyTorch orders differently.
  public func describe(to layout: inout TorchLayout) {
    if case .image(let channels) = layout.flow { layout.flow = .features(TorchFeatureOrder(channels: channels)) }
  }
}

extension Reshape: TorchExchangeable {
  /// Rows become images.
  public func describe(to layout: inout TorchLayout) {
    layout.flow = shape.count == 3 ? .image(channels: shape[2]) : .plain
  }
}

extension GlobalAveragePool2D: TorchExchangeable {
  /// Images become rows of one feature a channel.
  public func describe(to layout: inout TorchLayout) { layout.flow = .plain }
}

extension Sequential: TorchExchangeable {
  /// Adds the layers under their numbers, as `torch.nn.Sequential` does.
  public func describe(to layout: inout TorchLayout) {
    for (index, layer) in layers.enumerated() {
      layout.outputOrder = orderOfOutputs(at: index)
      layout.addLayer("\(index)", layer)
    }
    layout.outputOrder = nil
  }

  /// The order of the outputs of the layer at `index`, if they are unfolded to an image further on with nothing in
  /// between that mixes them.
  private func orderOfOutputs(at index: Int) -> TorchFeatureOrder? {
    for layer in layers[(index + 1)...] {
      if let unfolding = layer as? Reshape {
        return unfolding.shape.count == 3 ? TorchFeatureOrder(channels: unfolding.shape[2]) : nil
      }
      let isElementwise =
        layer is BatchNormalization || layer is LayerNormalization || !(layer is any TorchExchangeable)
      guard isElementwise else { return nil }
    }
    return nil
  }
}

extension WeightedLayer {
  /// PyTorch's axis i of the weight is our axis `torchAxes[i]`: outputs first, but for a transposed convolution.
  fileprivate var torchAxes: [Int] { weight.rank == 2 ? [1, 0] : [3, 2, 0, 1] }
}

extension TorchLayout {
  /// The order of the features that come in, for a layer with a value per feature.
  fileprivate var orderOfFeatures: [Int: TorchFeatureOrder] {
    if case .features(let order) = flow { [0: order] } else { [:] }
  }

  /// The orders of the axes of a layer's weight and of its vectors; ``flow`` becomes what the layer puts out.
  fileprivate mutating func takeOrders(
    of layer: some WeightedLayer
  ) -> (weight: [Int: TorchFeatureOrder], vector: [Int: TorchFeatureOrder]) {
    guard layer.weight.rank == 2 else {
      let groups = (layer as? TransposedConvolution2D)?.groups ?? 1
      flow = .image(channels: layer.weight.shape[layer.outputAxis] * groups)
      return ([:], [:])
    }
    var orders: [Int: TorchFeatureOrder] = [:]
    if case .features(let order) = flow { orders[0] = order }
    orders[1] = outputOrder
    flow = outputOrder.map { .features($0) } ?? .plain
    return (orders, outputOrder.map { [0: $0] } ?? [:])
  }
}
