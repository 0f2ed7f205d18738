/// y = act((x * w) · factor + offset), the epilogue on the way to memory where the algorithm can.
func convolved(
  _ x: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry, factor: Tensor? = nil, offset: Tensor? = nil,
  slope: Float = 1
) -> Tensor {
  var y = Tensor(uninitialized: geometry.outputShape)
  if let offset {
    precondition(
      offset.shape == [geometry.outputChannels], "a bias of shape \(offset.shape) does not fit \(geometry.outputShape)")
  }
  let algorithm = ConvolutionAlgorithm.choose(geometry, .forward)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    let epilogue = ConvolutionEpilogue(factor: factor?.pointer, offset: offset?.pointer, slope: slope)
    WinogradSweep(plan: plan, x: x.pointer, y: (y.freshPointer, plan.transformed(weight), epilogue)).run()
  } else {
    geometry.forward(x.pointer, weight: weight.pointer, into: y.freshPointer)
    if let offset { y.applyEpilogue(factor: factor, offset: offset, slope: slope) }
  }
  withExtendedLifetime((x, weight, factor, offset)) {}
  return y
}

/// dx = the adjoint of the convolution with w, applied to dy.
func convolutionInputGradient(_ dy: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
  let dx = Tensor(uninitialized: geometry.inputShape)
  let algorithm = ConvolutionAlgorithm.choose(geometry, .inputGradient)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(plan: plan, dy: dy.pointer, dx: (dx.freshPointer, plan.transposed(weight))).run()
  } else {
    geometry.inputGradient(dy.pointer, weight: weight.pointer, into: dx.freshPointer)
  }
  withExtendedLifetime((dy, weight)) {}
  return dx
}

/// dx and dw of a convolution, as far as wanted.
func convolutionGradients(
  _ x: Tensor, _ weight: Tensor, _ dy: Tensor, _ geometry: ConvolutionGeometry, input: Bool, weight wantsWeight: Bool
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
      plan: plan, x: x.pointer, dy: dy.pointer, dx: (dx.freshPointer, plan.transposed(weight)), dw: dw.freshPointer
    ).run()
    return (dx, dw)
  }
  geometry.weightGradient(x.pointer, dy.pointer, into: dw.freshPointer)
  return (input ? convolutionInputGradient(dy, weight, geometry) : nil, dw)
}

/// dx and dw of a transposed convolution, as far as wanted; `geometry` is that of the convolution it is the adjoint of,
/// so that its dy is the large image and its x the small one.
func transposedConvolutionGradients(
  _ x: Tensor, _ weight: Tensor, _ dy: Tensor, _ geometry: ConvolutionGeometry, input: Bool, weight wantsWeight: Bool
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
      plan: plan, x: dy.pointer, dy: x.pointer, y: (dx.freshPointer, plan.transformed(weight), ConvolutionEpilogue()),
      dw: dw.freshPointer
    ).run()
    return (dx, dw)
  }
  geometry.weightGradient(dy.pointer, x.pointer, into: dw.freshPointer)
  return (input ? convolved(dy, weight, geometry) : nil, dw)
}
