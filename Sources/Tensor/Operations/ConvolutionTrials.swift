/// One pass by a given algorithm: what tests compare and benchmarks time.
extension ConvolutionGeometry {
  /// y, dx or dw by `algorithm`. Precondition: the algorithm covers the geometry.
  package func run(
    _ pass: ConvolutionAlgorithm.Pass, x: Tensor, weight: Tensor, dy: Tensor, by algorithm: ConvolutionAlgorithm
  ) -> Tensor {
    let shape = pass == .forward ? outputShape : pass == .inputGradient ? inputShape : weightShape
    let result = Tensor(uninitialized: shape)
    switch pass {
    case .forward: forward(x.pointer, weight: weight.pointer, into: result.freshPointer, by: algorithm)
    case .inputGradient: inputGradient(dy.pointer, weight: weight.pointer, into: result.freshPointer, by: algorithm)
    case .weightGradient: weightGradient(x.pointer, dy.pointer, into: result.freshPointer, by: algorithm)
    }
    withExtendedLifetime((x, weight, dy)) {}
    return result
  }

  /// Whether `algorithm` can compute this geometry at all.
  package func isCovered(by algorithm: ConvolutionAlgorithm) -> Bool {
    switch algorithm {
    case .pointwise: kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0
    case .blocked, .whole: groups == 1
    case .fewChannels: groups == 1 && dilation == 1
    case .winograd4, .winograd2: WinogradPlan.taps(of: self) != nil
    }
  }

  /// y, dx and dw by Winograd's method in one sweep, whose tiles threads take alone, together, or together with the
  /// weight in groups.
  package func sweep(
    x: Tensor, weight: Tensor, dy: Tensor, tile: Int, _ schedule: WinogradSchedule
  ) -> (y: Tensor, dx: Tensor, dw: Tensor)? {
    guard let plan = WinogradPlan(self, outputs: tile) else { return nil }
    let (y, dx, dw) = (
      Tensor(uninitialized: outputShape), Tensor(uninitialized: inputShape), Tensor(uninitialized: weightShape)
    )
    WinogradSweep(
      plan: plan, x: x.pointer, dy: dy.pointer,
      y: (y.freshPointer, WinogradWeight(weight.pointer), ConvolutionEpilogue()),
      dx: (dx.freshPointer, WinogradWeight(weight.pointer)), dw: dw.freshPointer, forced: schedule
    ).run()
    withExtendedLifetime((x, weight, dy)) {}
    return (y, dx, dw)
  }
}
