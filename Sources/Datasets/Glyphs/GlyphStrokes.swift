/// One movement of the pen: a smooth curve through its knots, with sharp turns at the corners.
///
/// Coordinates are in the unit box: x to the right, y down; a digit is one unit tall.
struct GlyphStroke: Sendable {
  var knots: [SIMD2<Float>]
  /// The indices of knots where the pen turns sharply.
  var corners: [Int]

  init(_ knots: [(Float, Float)], corners: [Int] = []) {
    self.knots = knots.map { SIMD2($0.0, $0.1) }
    self.corners = corners
  }
}

/// One way of writing a digit.
struct GlyphVariant: Sendable {
  /// How often it is written with a pen, and in the other style, among the ways of its digit.
  var weights: (pen: Float, stamp: Float)
  var strokes: [GlyphStroke]
}

/// The ways of writing 0 to 9, drawn for this library.
enum GlyphAlphabet {
  static let variants: [[GlyphVariant]] = [zero, one, two, three, four, five, six, seven, eight, nine]

  private static let zero = [
    // A plain ring.
    GlyphVariant(
      weights: (5, 6),
      strokes: [
        GlyphStroke([
          (0.56, 0.02), (0.32, 0.12), (0.19, 0.48), (0.29, 0.86), (0.51, 0.98), (0.73, 0.84), (0.81, 0.48),
          (0.72, 0.14), (0.53, 0.02),
        ])
      ]),
    // The end runs past the beginning.
    GlyphVariant(
      weights: (3, 2),
      strokes: [
        GlyphStroke([
          (0.62, 0.06), (0.40, 0.04), (0.22, 0.34), (0.22, 0.72), (0.44, 0.97), (0.70, 0.86), (0.80, 0.52),
          (0.70, 0.16), (0.46, 0.04), (0.30, 0.12),
        ])
      ]),
    // Open at the top.
    GlyphVariant(
      weights: (1, 1),
      strokes: [
        GlyphStroke([
          (0.42, 0.05), (0.24, 0.26), (0.18, 0.62), (0.36, 0.96), (0.62, 0.95), (0.80, 0.66), (0.78, 0.30),
          (0.62, 0.08),
        ])
      ]),
  ]

  private static let one = [
    GlyphVariant(weights: (5, 7), strokes: [GlyphStroke([(0.51, 0.00), (0.50, 0.50), (0.49, 1.00)])]),
    // With an upstroke.
    GlyphVariant(
      weights: (3, 2), strokes: [GlyphStroke([(0.30, 0.25), (0.52, 0.01), (0.51, 1.00)], corners: [1])]),
    // With an upstroke and a foot.
    GlyphVariant(
      weights: (1.5, 0.7),
      strokes: [
        GlyphStroke([(0.30, 0.22), (0.51, 0.01), (0.51, 0.98)], corners: [1]),
        GlyphStroke([(0.25, 0.99), (0.77, 0.98)]),
      ]),
    // A bent one.
    GlyphVariant(weights: (1, 0.7), strokes: [GlyphStroke([(0.55, 0.00), (0.47, 0.40), (0.53, 1.00)])]),
  ]

  private static let two = [
    GlyphVariant(
      weights: (4, 3),
      strokes: [
        GlyphStroke(
          [
            (0.20, 0.24), (0.34, 0.06), (0.56, 0.02), (0.74, 0.16), (0.72, 0.38), (0.52, 0.66), (0.19, 0.97),
            (0.83, 0.95),
          ], corners: [6])
      ]),
    // With a loop at the foot.
    GlyphVariant(
      weights: (3, 4),
      strokes: [
        GlyphStroke([
          (0.24, 0.20), (0.48, 0.02), (0.73, 0.18), (0.66, 0.50), (0.42, 0.84), (0.22, 0.95), (0.17, 0.84),
          (0.32, 0.77), (0.56, 0.90), (0.86, 0.93),
        ])
      ]),
    // A wave for a foot.
    GlyphVariant(
      weights: (1.5, 2),
      strokes: [
        GlyphStroke(
          [
            (0.22, 0.16), (0.50, 0.02), (0.72, 0.20), (0.60, 0.50), (0.20, 0.94), (0.46, 0.88), (0.66, 0.98),
            (0.86, 0.88),
          ], corners: [4])
      ]),
  ]

  private static let three = [
    GlyphVariant(
      weights: (5, 5),
      strokes: [
        GlyphStroke(
          [
            (0.22, 0.13), (0.46, 0.02), (0.70, 0.13), (0.67, 0.34), (0.42, 0.47), (0.70, 0.58), (0.78, 0.79),
            (0.56, 0.97), (0.20, 0.88),
          ], corners: [4])
      ]),
    // A flat top.
    GlyphVariant(
      weights: (1, 1),
      strokes: [
        GlyphStroke(
          [
            (0.20, 0.03), (0.75, 0.04), (0.44, 0.40), (0.72, 0.54), (0.76, 0.80), (0.50, 0.98), (0.19, 0.88),
          ], corners: [1, 2])
      ]),
    // A small loop in the middle.
    GlyphVariant(
      weights: (2, 2),
      strokes: [
        GlyphStroke([
          (0.20, 0.10), (0.50, 0.02), (0.71, 0.18), (0.56, 0.42), (0.40, 0.50), (0.42, 0.42), (0.68, 0.54),
          (0.77, 0.80), (0.50, 0.98), (0.20, 0.90),
        ])
      ]),
  ]

  private static let four = [
    // Open, of two strokes.
    GlyphVariant(
      weights: (5, 3),
      strokes: [
        GlyphStroke([(0.28, 0.06), (0.20, 0.36), (0.21, 0.56), (0.82, 0.55)], corners: [2]),
        GlyphStroke([(0.70, 0.02), (0.67, 0.48), (0.64, 1.00)]),
      ]),
    // Closed, with a pointed top.
    GlyphVariant(
      weights: (1.5, 3),
      strokes: [
        GlyphStroke([(0.62, 0.01), (0.15, 0.65), (0.88, 0.64)], corners: [1]),
        GlyphStroke([(0.62, 0.01), (0.62, 0.55), (0.61, 1.00)]),
      ]),
    // Of one stroke, round below: easily taken for a nine.
    GlyphVariant(
      weights: (2, 1.5),
      strokes: [
        GlyphStroke(
          [(0.26, 0.04), (0.19, 0.36), (0.32, 0.53), (0.58, 0.47), (0.74, 0.06), (0.66, 1.00)], corners: [4])
      ]),
  ]

  private static let five = [
    // Body first, then the top bar.
    GlyphVariant(
      weights: (4, 3),
      strokes: [
        GlyphStroke(
          [
            (0.31, 0.05), (0.27, 0.45), (0.50, 0.37), (0.75, 0.52), (0.74, 0.82), (0.50, 0.98), (0.20, 0.88),
          ], corners: [1]),
        GlyphStroke([(0.30, 0.05), (0.80, 0.03)]),
      ]),
    // One stroke, from the right of the bar.
    GlyphVariant(
      weights: (3, 4),
      strokes: [
        GlyphStroke(
          [
            (0.78, 0.02), (0.36, 0.04), (0.29, 0.42), (0.54, 0.38), (0.75, 0.58), (0.68, 0.88), (0.44, 0.98),
            (0.18, 0.88),
          ], corners: [1, 2])
      ]),
    // Nearly an S.
    GlyphVariant(
      weights: (2, 2.5),
      strokes: [
        GlyphStroke([
          (0.78, 0.05), (0.48, 0.05), (0.30, 0.24), (0.44, 0.44), (0.68, 0.60), (0.66, 0.87), (0.42, 0.98),
          (0.19, 0.88),
        ])
      ]),
  ]

  private static let six = [
    GlyphVariant(
      weights: (4, 4),
      strokes: [
        GlyphStroke([
          (0.66, 0.01), (0.40, 0.24), (0.23, 0.60), (0.30, 0.90), (0.53, 0.98), (0.75, 0.82), (0.68, 0.58),
          (0.46, 0.54), (0.27, 0.70),
        ])
      ]),
    // An upright back and a small bowl.
    GlyphVariant(
      weights: (2, 2),
      strokes: [
        GlyphStroke([
          (0.40, 0.00), (0.28, 0.36), (0.25, 0.76), (0.42, 0.98), (0.68, 0.92), (0.72, 0.72), (0.54, 0.62),
          (0.30, 0.78),
        ])
      ]),
    // A bowl that does not close.
    GlyphVariant(
      weights: (1, 1),
      strokes: [
        GlyphStroke([
          (0.64, 0.02), (0.34, 0.32), (0.21, 0.68), (0.34, 0.95), (0.62, 0.95), (0.76, 0.74), (0.62, 0.57),
          (0.44, 0.62),
        ])
      ]),
  ]

  private static let seven = [
    GlyphVariant(
      weights: (5, 6),
      strokes: [GlyphStroke([(0.17, 0.06), (0.80, 0.04), (0.56, 0.46), (0.43, 1.00)], corners: [1])]),
    // With a bar.
    GlyphVariant(
      weights: (2, 0.4),
      strokes: [
        GlyphStroke([(0.17, 0.07), (0.79, 0.04), (0.56, 0.50), (0.42, 1.00)], corners: [1]),
        GlyphStroke([(0.34, 0.52), (0.76, 0.48)]),
      ]),
    // With a downward hook at the left.
    GlyphVariant(
      weights: (2, 2),
      strokes: [
        GlyphStroke([(0.19, 0.22), (0.20, 0.05), (0.80, 0.05), (0.50, 1.00)], corners: [1, 2])
      ]),
    // A round shoulder: easily taken for a nine or a one.
    GlyphVariant(
      weights: (1.5, 1.5),
      strokes: [GlyphStroke([(0.18, 0.14), (0.42, 0.04), (0.70, 0.10), (0.72, 0.34), (0.56, 0.64), (0.48, 1.00)])]),
  ]

  private static let eight = [
    // One stroke, from the top right.
    GlyphVariant(
      weights: (5, 5),
      strokes: [
        GlyphStroke([
          (0.72, 0.15), (0.52, 0.02), (0.29, 0.14), (0.34, 0.36), (0.56, 0.52), (0.76, 0.73), (0.67, 0.94),
          (0.44, 0.98), (0.24, 0.82), (0.34, 0.60), (0.58, 0.44), (0.74, 0.26), (0.66, 0.06),
        ])
      ]),
    // Two rings.
    GlyphVariant(
      weights: (2, 2),
      strokes: [
        GlyphStroke([
          (0.52, 0.02), (0.32, 0.10), (0.30, 0.34), (0.50, 0.46), (0.70, 0.34), (0.70, 0.12), (0.50, 0.02),
        ]),
        GlyphStroke([
          (0.50, 0.46), (0.27, 0.56), (0.22, 0.82), (0.48, 0.98), (0.76, 0.84), (0.74, 0.58), (0.52, 0.46),
        ]),
      ]),
    // Open at the top right.
    GlyphVariant(
      weights: (1, 1.5),
      strokes: [
        GlyphStroke([
          (0.76, 0.08), (0.50, 0.03), (0.28, 0.18), (0.40, 0.40), (0.66, 0.60), (0.70, 0.86), (0.46, 0.98),
          (0.25, 0.82), (0.40, 0.56), (0.78, 0.20),
        ])
      ]),
  ]

  private static let nine = [
    // A ring and a straight tail.
    GlyphVariant(
      weights: (4, 4),
      strokes: [
        GlyphStroke(
          [
            (0.71, 0.18), (0.52, 0.02), (0.28, 0.14), (0.25, 0.38), (0.44, 0.50), (0.65, 0.38), (0.73, 0.12),
            (0.68, 0.56), (0.62, 1.00),
          ], corners: [6])
      ]),
    // A curled tail.
    GlyphVariant(
      weights: (2, 2),
      strokes: [
        GlyphStroke([
          (0.70, 0.22), (0.54, 0.03), (0.29, 0.12), (0.26, 0.38), (0.48, 0.48), (0.68, 0.32), (0.74, 0.14),
          (0.75, 0.54), (0.62, 0.92), (0.36, 0.98), (0.22, 0.88),
        ])
      ]),
    // A ring that does not close: easily taken for a four.
    GlyphVariant(
      weights: (1.5, 1.5),
      strokes: [
        GlyphStroke(
          [
            (0.60, 0.06), (0.36, 0.08), (0.23, 0.32), (0.40, 0.50), (0.64, 0.36), (0.72, 0.10), (0.64, 1.00),
          ], corners: [5])
      ]),
  ]
}
