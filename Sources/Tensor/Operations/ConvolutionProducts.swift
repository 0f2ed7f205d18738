/// y = act((x * w) · factor + offset), the epilogue on the way to memory, and the map of `x` on the way from it, where
/// the algorithm can.
func convolved(
  _ x: Tensor, read map: ChannelMap? = nil, _ weight: Tensor, _ geometry: ConvolutionGeometry, factor: Tensor? = nil,
  offset: Tensor? = nil, slope: Float = 1
) -> Tensor {
  var y = Tensor(uninitialized: geometry.outputShape)
  if let offset {
    precondition(
      offset.shape == [geometry.outputChannels], "a bias of shape \(offset.shape) does not fit \(geometry.outputShape)")
  }
  let algorithm = ConvolutionAlgorithm.choose(geometry, .forward)
  let epilogue = ConvolutionEpilogue(factor: factor?.pointer, offset: offset?.pointer, slope: slope)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(
      plan: plan, x: x.pointer, mapOfX: map, y: (y.freshPointer, WinogradWeight(weight), epilogue)
    ).run()
  } else if algorithm == .fewChannels {
    let x = map?.applied(to: x) ?? x
    FewChannelConvolution(geometry).forward(x.pointer, weight: weight.pointer, epilogue, into: y.freshPointer)
    withExtendedLifetime(x) {}
  } else {
    let x = map?.applied(to: x) ?? x
    geometry.forward(x.pointer, weight: weight.pointer, into: y.freshPointer)
    if let offset { y.applyEpilogue(factor: factor, offset: offset, slope: slope) }
  }
  withExtendedLifetime((x, weight, factor, offset)) {}
  return y
}

/// dx = the adjoint of the convolution with w, applied to dy, or to the map of it.
func convolutionInputGradient(
  _ dy: Tensor, read map: ChannelMap? = nil, _ weight: Tensor, _ geometry: ConvolutionGeometry
) -> Tensor {
  let dx = Tensor(uninitialized: geometry.inputShape)
  let algorithm = ConvolutionAlgorithm.choose(geometry, .inputGradient)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(plan: plan, dy: dy.pointer, mapOfDY: map, dx: (dx.freshPointer, WinogradWeight(weight))).run()
  } else if algorithm == .fewChannels {
    FewChannelConvolution(geometry).inputGradient(
      dy.pointer, read: map, weight: weight.pointer, into: dx.freshPointer)
  } else {
    let dy = map?.applied(to: dy) ?? dy
    geometry.inputGradient(dy.pointer, weight: weight.pointer, into: dx.freshPointer)
  }
  withExtendedLifetime((dy, weight)) {}
  return dx
}

/// dx and dw of a convolution of x, or of the map of it, as far as wanted. dx is with respect to what the map gives.
func convolutionGradients(
  _ x: Tensor, read map: ChannelMap? = nil, _ weight: Tensor, _ dy: Tensor, _ geometry: ConvolutionGeometry,
  input: Bool, weight wantsWeight: Bool
) -> (dx: Tensor?, dw: Tensor?) {
  guard wantsWeight else { return (input ? convolutionInputGradient(dy, weight, geometry) : nil, nil) }
  let dw = Tensor(uninitialized: geometry.weightShape)
  let algorithm = ConvolutionAlgorithm.choose(geometry, .weightGradient)
  defer { withExtendedLifetime((x, weight, dy)) {} }
  if input, ConvolutionAlgorithm.choose(geometry, .inputGradient) == algorithm,
    let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) })
  {
    let dx = Tensor(uninitialized: geometry.inputShape)
    WinogradSweep(
      plan: plan, x: x.pointer, mapOfX: map, dy: dy.pointer, dx: (dx.freshPointer, WinogradWeight(weight)),
      dw: dw.freshPointer
    ).run()
    return (dx, dw)
  }
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(plan: plan, x: x.pointer, mapOfX: map, dy: dy.pointer, dw: dw.freshPointer).run()
    return (input ? convolutionInputGradient(dy, weight, geometry) : nil, dw)
  }
  let x = map?.applied(to: x) ?? x
  geometry.weightGradient(x.pointer, dy.pointer, into: dw.freshPointer)
  return (input ? convolutionInputGradient(dy, weight, geometry) : nil, dw)
}

/// dx and dw of a transposed convolution of x, or of the map of it, as far as wanted; `geometry` is that of the convolution it is the adjoint of,
/// so that its dy is the large image and its x the small one.
func transposedConvolutionGradients(
  _ x: Tensor, read map: ChannelMap? = nil, _ weight: Tensor, _ dy: Tensor, _ geometry: ConvolutionGeometry,
  input: Bool, weight wantsWeight: Bool
) -> (dx: Tensor?, dw: Tensor?) {
  guard wantsWeight else { return (input ? convolved(dy, weight, geometry) : nil, nil) }
  let dw = Tensor(uninitialized: geometry.weightShape)
  let algorithm = ConvolutionAlgorithm.choose(geometry, .weightGradient)
  defer { withExtendedLifetime((x, weight, dy)) {} }
  if input, ConvolutionAlgorithm.choose(geometry, .forward) == algorithm,
    let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) })
  {
    let dx = Tensor(uninitialized: geometry.outputShape)
    WinogradSweep(
      plan: plan, x: dy.pointer, dy: x.pointer, mapOfDY: map,
      y: (dx.freshPointer, WinogradWeight(weight), ConvolutionEpilogue()), dw: dw.freshPointer
    ).run()
    return (dx, dw)
  }
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(plan: plan, x: dy.pointer, dy: x.pointer, mapOfDY: map, dw: dw.freshPointer).run()
    return (input ? convolved(dy, weight, geometry) : nil, dw)
  }
  if algorithm == .fewChannels {
    FewChannelConvolution(geometry).weightGradient(dy.pointer, x.pointer, read: map, into: dw.freshPointer)
    return (input ? convolved(dy, weight, geometry) : nil, dw)
  }
  let x = map?.applied(to: x) ?? x
  geometry.weightGradient(dy.pointer, x.pointer, into: dw.freshPointer)
  return (input ? convolved(dy, weight, geometry) : nil, dw)
}
