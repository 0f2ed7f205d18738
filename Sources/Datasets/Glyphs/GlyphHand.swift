internal import Tensor

extension GlyphGenerator {
  /// Who wrote the digits, and how they were scanned and framed.
  public enum Style: String, Sendable, Hashable, Codable, CaseIterable {
    /// A thick pen, slanted, upright proportions kept, centred with a margin of a seventh of the frame: like MNIST.
    case pen
    /// Deslanted, stretched to the frame, blurred and unevenly inked: like digits of envelopes (USPS).
    case stamp
  }
}

/// What is random about one glyph except the shape of its strokes: the hand, the pen and the scan.
struct GlyphHand {
  /// Multiplies every irregularity; some writers are careless.
  var carelessness: Float
  /// Coefficients of a smooth warp of the plane, in Legendre polynomials: six for x, six for y.
  var warp: (SIMD8<Float>, SIMD8<Float>)
  /// Width over height before framing.
  var aspect: Float
  /// Horizontal shift per unit of height; positive leans right.
  var slant: Float
  /// The tangent of half the angle of rotation.
  var halfTurn: Float
  /// Half the stroke's thickness, in frames.
  var radius: Float
  /// How much thinner a stroke's ends are: 1 not at all.
  var taper: Float
  /// How much horizontal strokes are thicker than vertical ones.
  var nib: Float
  /// The width of the blurred edge, in pixels.
  var softness: Float
  /// The darkest ink, 0 to 1, and how it fades to the right and downwards.
  var ink: Float
  var fade: SIMD2<Float>
  /// The standard deviation of pixel noise on a clean sheet and on full ink.
  var noise: Float
  /// The box the strokes fill, in frames, and where its centre is off the frame's.
  var box: SIMD2<Float>
  var offset: SIMD2<Float>

  init(style: GlyphGenerator.Style, size: Int, using random: inout RandomSource) {
    // Most are tidy; one in nine is not.
    let tidy = 0.55 + 0.65 * random.uniform()
    carelessness = random.uniform() < 0.11 ? tidy + 0.5 + 0.7 * random.uniform() : tidy
    let c = carelessness
    var coefficients = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    for i in 0..<6 {
      coefficients.0[i] = 0.05 * c * random.normal()
      coefficients.1[i] = 0.04 * c * random.normal()
    }
    warp = coefficients
    let pixel = 1 / Float(size)
    switch style {
    case .pen:
      aspect = 0.98 + 0.18 * random.normal()
      slant = 0.18 + 0.2 * c * random.normal()
      halfTurn = 0.045 * c * random.normal()
      radius = 0.047 * (1 + 0.24 * random.normal())
      taper = 0.6 + 0.4 * random.uniform()
      nib = 0.10 * random.normal()
      softness = 1.15 + 0.5 * random.uniform()
      ink = 0.93 + 0.07 * random.uniform()
      fade = .zero
      noise = 0.02 * random.uniform()
      // Small frames have no pixels to spare for MNIST's margin.
      let fill = (size < 16 ? 0.95 : 20 / 28) * (0.94 + 0.08 * random.uniform())
      box = SIMD2(fill, fill)
      offset = SIMD2(random.normal(), random.normal()) * (0.025 * c)
    case .stamp:
      aspect = 1.0 + 0.16 * random.normal()
      slant = 0.07 + 0.1 * c * random.normal()
      halfTurn = 0.025 * c * random.normal()
      radius = 0.058 * (1 + 0.26 * random.normal())
      taper = 0.75 + 0.3 * random.uniform()
      nib = -0.12 + 0.12 * random.normal()
      softness = Swift.max(1.5, Float(size) / 16 * (1.5 + random.uniform()))
      ink = 0.8 + 0.4 * random.uniform()
      fade = SIMD2(random.normal(), random.normal()) * 0.12
      noise = 0.008 + 0.022 * random.uniform()
      box = SIMD2(0.82 + 0.14 * random.uniform(), 0.84 + 0.14 * random.uniform())
      offset = SIMD2(random.normal(), random.normal()) * 0.012
    }
    aspect = Swift.min(1.6, Swift.max(0.6, aspect))
    slant = Swift.min(0.6, Swift.max(-0.35, slant))
    // Never thinner than what a pixel can show, nor so thick that loops fill up.
    radius = Swift.min(0.1, Swift.max(0.022, 0.42 * pixel, radius))
  }

  /// Where a point of the unit box goes before framing: warped, leaned, turned, about the origin.
  func placed(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let x = 2 * point.x - 1
    let y = 2 * point.y - 1
    let (x2, y2) = (1.5 * x * x - 0.5, 1.5 * y * y - 0.5)
    let basis = SIMD8(x * y, y2, x * y2, 2.5 * y * y * y - 1.5 * y, x2, y * x2, 0, 0)
    let warped = SIMD2(x + (warp.0 * basis).sum(), y + (warp.1 * basis).sum())
    let leaned = SIMD2(warped.x * aspect - slant * warped.y, warped.y)
    let square = halfTurn * halfTurn
    let (cosine, sine) = ((1 - square) / (1 + square), 2 * halfTurn / (1 + square))
    return SIMD2(cosine * leaned.x - sine * leaned.y, sine * leaned.x + cosine * leaned.y)
  }
}
