/// Follows a stroke: one cubic Hermite curve between two knots, whose tangents make circular arcs of knots on a circle.
struct StrokeCurve {
  /// The points of the followed curve, ends included.
  private(set) var points: [SIMD2<Float>] = []
  private var tangents: [SIMD2<Float>] = []

  /// Replaces `points` by the curve through `knots`, cut so that a step is about `step` long.
  mutating func follow(_ knots: [SIMD2<Float>], corners: [Int], step: Float) {
    points.removeAll(keepingCapacity: true)
    guard let first = knots.first else { return }
    points.append(first)
    var start = 0
    for end in 1..<Swift.max(knots.count, 1) where end == knots.count - 1 || corners.contains(end) {
      followSmooth(knots[start...end], step: step)
      start = end
    }
  }

  /// A run of knots without corners inside.
  private mutating func followSmooth(_ knots: ArraySlice<SIMD2<Float>>, step: Float) {
    let (first, last) = (knots.startIndex, knots.endIndex - 1)
    tangents.removeAll(keepingCapacity: true)
    tangents.append(.zero)
    for i in first + 1..<Swift.max(last, first + 1) {
      let before = knots[i] - knots[i - 1]
      let after = knots[i + 1] - knots[i]
      // The nearer knot tells more about the direction here.
      let (lengthBefore, lengthAfter) = (before.length, after.length)
      let mean =
        before * (lengthAfter / Swift.max(lengthBefore, 1e-6)) + after * (lengthBefore / Swift.max(lengthAfter, 1e-6))
      tangents.append(mean / Swift.max(mean.length, 1e-6))
    }
    tangents.append(.zero)
    // At the ends the tangent is the neighbour's mirrored in the chord, as on a circle.
    tangents[0] = Self.mirrored(knots.count > 2 ? tangents[1] : .zero, along: knots[first + 1] - knots[first])
    tangents[last - first] = Self.mirrored(
      knots.count > 2 ? tangents[last - first - 1] : .zero, along: knots[last] - knots[last - 1])

    for i in first..<last {
      let (from, to) = (knots[i], knots[i + 1])
      let chord = (to - from).length
      // 1.08 is close to the arc for turns of 40 to 80 degrees.
      let leave = tangents[i - first] * (1.08 * chord)
      let arrive = tangents[i - first + 1] * (1.08 * chord)
      let steps = Swift.min(24, Swift.max(2, Int((chord * 1.1 / step).rounded(.up))))
      for k in 1...steps {
        let t = Float(k) / Float(steps)
        let (t2, t3) = (t * t, t * t * t)
        points.append(
          from * (2 * t3 - 3 * t2 + 1) + leave * (t3 - 2 * t2 + t) + to * (3 * t2 - 2 * t3) + arrive * (t3 - t2))
      }
    }
  }

  private static func mirrored(_ tangent: SIMD2<Float>, along chord: SIMD2<Float>) -> SIMD2<Float> {
    let direction = chord / Swift.max(chord.length, 1e-6)
    guard tangent != .zero else { return direction }
    return direction * (2 * (tangent * direction).sum()) - tangent
  }
}

extension SIMD2<Float> {
  var length: Float { (self * self).sum().squareRoot() }
}
