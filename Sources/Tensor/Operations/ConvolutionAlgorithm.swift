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

  /// The three products of a convolution.
  package enum Pass: String, CaseIterable, Sendable { case forward, inputGradient, weightGradient }

  /// The algorithm for a shape without dilation and groups. Measured on AVX2 and AVX-512 machines; the thresholds are flat within ±50 %.
  package static func choose(_ geometry: ConvolutionGeometry, _ pass: Pass) -> ConvolutionAlgorithm {
    let isPointwise =
      geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.stride == 1 && geometry.padding == 0
    return isPointwise ? .pointwise : patchMatrix(geometry, pass)
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
}
