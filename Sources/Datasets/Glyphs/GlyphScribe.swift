internal import Tensor

/// Draws glyphs one after another, keeping its scratch memory between them.
struct GlyphScribe {
  private let configuration: GlyphGenerator.Configuration
  private var curve = StrokeCurve()
  private var field: GlyphField
  /// The points of all strokes and half the thickness there.
  private var points: [SIMD2<Float>] = []
  private var radii: [Float] = []
  /// Where each stroke ends in `points`.
  private var ends: [Int] = []

  init(_ configuration: GlyphGenerator.Configuration) {
    self.configuration = configuration
    let size = configuration.size
    field = GlyphField(size: size, reach: Swift.max(1.5, Float(size) / 16 * 2.5) / 2 + 0.01)
  }

  /// Writes glyph number `index` as `size * size` bytes.
  mutating func draw(_ index: Int, to pixels: UnsafeMutableBufferPointer<UInt8>) {
    var random = configuration.stream(index)
    let digit = configuration.digits[configuration.drawnLabel(&random)]
    let variant = Self.variant(of: digit, style: configuration.style, using: &random)
    let hand = GlyphHand(style: configuration.style, size: configuration.size, using: &random)
    write(variant, hand: hand, using: &random)
    frame(hand)
    render()
    expose(hand, to: pixels, using: &random)
  }

  private static func variant(
    of digit: Int, style: GlyphGenerator.Style, using random: inout RandomSource
  ) -> GlyphVariant {
    let variants = GlyphAlphabet.variants[digit]
    func weight(_ variant: GlyphVariant) -> Float { style == .pen ? variant.weights.pen : variant.weights.stamp }
    var rest = random.uniform() * variants.reduce(0) { $0 + weight($1) }
    for variant in variants.dropLast() {
      rest -= weight(variant)
      if rest < 0 { return variant }
    }
    return variants[variants.count - 1]
  }

  /// Moves the pen: jittered knots, followed, warped and leaned.
  private mutating func write(_ variant: GlyphVariant, hand: GlyphHand, using random: inout RandomSource) {
    points.removeAll(keepingCapacity: true)
    radii.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    let step = 2.2 / (Float(configuration.size) * hand.box.y)
    for stroke in variant.strokes {
      var knots = stroke.knots
      // A stroke of a few knots is one swing of the hand and shakes less.
      let shake = 0.024 * hand.carelessness
      for i in knots.indices {
        let isEnd = i == 0 || i == knots.count - 1
        knots[i] += SIMD2(random.normal(), random.normal()) * (isEnd ? 1.5 * shake : shake)
      }
      curve.follow(knots, corners: stroke.corners, step: step)
      let start = points.count
      for point in curve.points { points.append(hand.placed(point)) }
      ends.append(points.count)
      appendRadii(from: start, hand: hand)
    }
  }

  /// Half the thickness along the stroke whose points begin at `start`, in frames.
  private mutating func appendRadii(from start: Int, hand: GlyphHand) {
    let last = points.count - 1
    var total: Float = 0
    for i in start..<last { total += (points[i + 1] - points[i]).length }
    var walked: Float = 0
    for i in start...last {
      let ahead = points[Swift.min(i + 1, last)] - points[Swift.max(i - 1, start)]
      let squared = ahead * ahead
      let direction = (squared.x - squared.y) / Swift.max(squared.sum(), 1e-9)
      let fromEnd = Swift.min(walked, total - walked) / 0.4
      let tapered = hand.taper + (1 - hand.taper) * Swift.min(1, Swift.max(0, fromEnd))
      radii.append(Swift.max(0.2, (1 + hand.nib * direction) * tapered) * hand.radius)
      if i < last { walked += (points[i + 1] - points[i]).length }
    }
  }

  /// Moves the strokes from the plane into the frame, so that the ink's box has the size the hand wants; from here on
  /// points and radii are in pixels.
  private mutating func frame(_ hand: GlyphHand) {
    guard var low = points.first else { return }
    var high = low
    for point in points {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    let size = Float(configuration.size)
    let extent = pointwiseMax(high - low, SIMD2(repeating: 1e-3))
    // The pen's thickness counts towards the box.
    let room = hand.box - SIMD2(repeating: 2 * hand.radius)
    var scale = SIMD2(repeating: Swift.min(room.x / extent.x, room.y / extent.y))
    if configuration.style == .stamp {
      // Stretched to the frame, but a stroke that stands upright stays narrow.
      let stretched = room / extent
      scale = SIMD2(Swift.min(stretched.x, 1.3 * stretched.y), Swift.min(stretched.y, 1.6 * stretched.x))
    }
    var middle = (low + high) * 0.5
    if configuration.style == .pen {
      // MNIST centres digits by their mass, so a 7, heavy at the top, sits low; half of that keeps the styles apart.
      middle = (middle + centerOfMass) * 0.5
    }
    let center = SIMD2(repeating: 0.5) + hand.offset
    for i in points.indices {
      points[i] = ((points[i] - middle) * scale + center) * size
      radii[i] *= size
    }
  }

  /// The mean of the points, weighted by the length and thickness of the stroke there.
  private var centerOfMass: SIMD2<Float> {
    var mass: Float = 1e-6
    var sum = SIMD2<Float>.zero
    var start = 0
    for end in ends {
      for i in start..<Swift.max(start, end - 1) {
        let weight = (points[i + 1] - points[i]).length * radii[i]
        mass += weight
        sum += (points[i] + points[i + 1]) * (0.5 * weight)
      }
      start = end
    }
    return sum / mass
  }

  private mutating func render() {
    field.clear()
    var start = 0
    for end in ends {
      for i in start..<Swift.max(start, end - 1) {
        field.add(from: points[i], to: points[i + 1], radii: (radii[i], radii[i + 1]))
      }
      start = end
    }
  }

  /// Turns distances into ink, fades it and adds the scanner's noise.
  private func expose(
    _ hand: GlyphHand, to pixels: UnsafeMutableBufferPointer<UInt8>, using random: inout RandomSource
  ) {
    let size = configuration.size
    let amplitude = hand.noise * configuration.noise * 3.4641016
    let noise = Tensor(uniform: [size * size], low: -0.5 * amplitude, high: 0.5 * amplitude, using: &random)
    let sharpness = 1 / hand.softness
    let center = Float(size) / 2
    noise.withUnsafeScalars { noise in
      field.distances.withUnsafeBufferPointer { distances in
        for row in 0..<size {
          let down = hand.ink + hand.fade.y * ((Float(row) + 0.5) / center - 1)
          for column in 0..<size {
            let i = row * size + column
            let level = 0.5 - distances[i] * sharpness
            let clamped = level < 0 ? 0 : level > 1 ? 1 : level
            let coverage = clamped * clamped * (3 - 2 * clamped)
            let full = down + hand.fade.x * ((Float(column) + 0.5) / center - 1)
            let ink = coverage * Swift.min(1, Swift.max(0.35, full))
            // A scanner's white clips most of the noise away.
            pixels[i] = (ink + noise[i] * (0.5 + ink) - 0.006).unitByte
          }
        }
      }
    }
  }
}
