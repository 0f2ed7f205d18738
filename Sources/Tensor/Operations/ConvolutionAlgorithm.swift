/// How one pass of a convolution is computed. The choice is a pure function of the shape: see ``choose(_:_:)``.
package enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// A 1×1 kernel with stride 1 and no padding: the images already are the patch matrix.
  case pointwise
  /// Patches of a block of positions, then a product, block after block: the patches stay in the cache. The weight
  /// is packed once per block, which pays when there are many positions.
  case blocked
  /// All patches at once, then one product cut along its larger side: for few positions and large weights, where
  /// packing the weight once per block would dominate.
  case whole
  /// For images of few channels: patches are read where they lie, see ``FewChannelConvolution``.
  case fewChannels
  /// Winograd's method on tiles of 4×4 positions: see ``WinogradPlan``.
  case winograd4
  /// The same on tiles of 2×2, for images that 4×4 would mostly pad.
  case winograd2

  /// Positions a side of a Winograd tile, or nil for the other algorithms.
  var tileSize: Int? { self == .winograd4 ? 4 : self == .winograd2 ? 2 : nil }

  /// False inside ``withDirectConvolutions(_:)``.
  @TaskLocal static var allowsWinograd = true

  /// The three products of a convolution.
  package enum Pass: String, CaseIterable, Sendable { case forward, inputGradient, weightGradient }

  /// The algorithm for a shape without dilation and groups. Measured on AVX2 and AVX-512 machines; the thresholds are flat within ±50 %.
  package static func choose(_ geometry: ConvolutionGeometry, _ pass: Pass) -> ConvolutionAlgorithm {
    let isPointwise =
      geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.stride == 1 && geometry.padding == 0
    if isPointwise { return .pointwise }
    if areFew(geometry, pass) { return .fewChannels }
    if allowsWinograd, let winograd = winograd(geometry) { return winograd }
    return patchMatrix(geometry, pass)
  }

  /// The algorithm among those that go through the patch matrix, the only ones that know dilation.
  static func patchMatrix(_ geometry: ConvolutionGeometry, _ pass: Pass) -> ConvolutionAlgorithm {
    let patchScalars = geometry.positions * geometry.patchSize
    switch pass {
    case .forward, .inputGradient:
      return geometry.positions <= 1024 && patchScalars <= 4 << 20 ? .whole : .blocked
    case .weightGradient:
      return patchScalars <= 1 << 20 ? .whole : .blocked
    }
  }

  /// Whether the images have so few channels, and the outputs so many, that patches are best read where they lie. Lines
  /// of outputs that are not full cost more than patches do.
  private static func areFew(_ geometry: ConvolutionGeometry, _ pass: Pass) -> Bool {
    guard geometry.channels <= 4, geometry.dilation == 1, geometry.groups == 1 else { return false }
    return geometry.outputChannels >= 16 && (pass == .inputGradient || geometry.outputChannels % 16 == 0)
  }

  /// The better Winograd tile, if it beats patches: by the multiplications left, tiles that hang over the edge counted
  /// whole, and a fixed price per transformed scalar.
  private static func winograd(_ geometry: ConvolutionGeometry) -> ConvolutionAlgorithm? {
    guard min(geometry.channels, geometry.outputChannels) >= 8 else { return nil }
    let direct =
      Double(geometry.positions) * Double(geometry.patchSize) * Double(geometry.outputChannels)
    var best: (cost: Double, algorithm: ConvolutionAlgorithm)?
    for algorithm in [winograd4, winograd2] {
      guard let plan = WinogradPlan(geometry, outputs: algorithm.tileSize ?? 0) else { continue }
      let (c, k) = (Double(plan.inputBlocks * 16), Double(plan.outputBlocks * 16))
      let perTile = plan.neededShare * c * k + 32 * (c + k)
      let perWeight = 24 * c * k
      let cost = Double(plan.frequencies) * (Double(plan.tiles) * perTile + perWeight)
      if cost < best?.cost ?? .infinity { best = (cost, algorithm) }
    }
    guard let best, best.cost < direct * 1.1 else { return nil }
    return best.algorithm
  }
}

/// Runs `body` with every convolution summed directly, product by product. Winograd's method, which is otherwise used
/// where it is faster, rounds differently: within 5e-5 of the largest output instead of within 1e-5. For comparisons;
/// two to four times slower on 3×3 kernels and on kernels with stride 2.
public func withDirectConvolutions<Result>(_ body: () throws -> Result) rethrows -> Result {
  try ConvolutionAlgorithm.$allowsWinograd.withValue(false, operation: body)
}
