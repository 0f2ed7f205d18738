/// y = x * w + bias, with the bias on the way to memory where the algorithm can.
func convolved(
  _ x: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry, bias: Tensor? = nil
) -> Tensor {
  var y = Tensor(uninitialized: geometry.outputShape)
  if let bias {
    precondition(
      bias.shape == [geometry.outputChannels], "a bias of shape \(bias.shape) does not fit \(geometry.outputShape)")
  }
  let algorithm = ConvolutionAlgorithm.choose(geometry, .forward)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    let epilogue = ConvolutionEpilogue(offset: bias?.pointer)
    WinogradSweep(plan: plan, x: x.pointer, y: (y.freshPointer, plan.transformed(weight), epilogue)).run()
  } else {
    geometry.forward(x.pointer, weight: weight.pointer, into: y.freshPointer, by: algorithm)
    if let bias { y.addBias(bias) }
  }
  withExtendedLifetime((x, weight, bias)) {}
  return y
}

/// dx = the adjoint of the convolution with w, applied to dy.
func convolutionInputGradient(_ dy: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
  let dx = Tensor(uninitialized: geometry.inputShape)
  let algorithm = ConvolutionAlgorithm.choose(geometry, .inputGradient)
  if let plan = algorithm.tileSize.flatMap({ WinogradPlan(geometry, outputs: $0) }) {
    WinogradSweep(plan: plan, dy: dy.pointer, dx: (dx.freshPointer, plan.transposed(weight))).run()
  } else {
    geometry.inputGradient(dy.pointer, weight: weight.pointer, into: dx.freshPointer, by: algorithm)
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
  geometry.weightGradient(x.pointer, dy.pointer, into: dw.freshPointer, by: algorithm)
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
  geometry.weightGradient(dy.pointer, x.pointer, into: dw.freshPointer, by: algorithm)
  return (input ? convolved(dy, weight, geometry) : nil, dw)
}
