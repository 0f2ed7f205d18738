/// The signed distance from every pixel's centre to the ink, in pixels: negative inside.
struct GlyphField {
  let size: Int
  /// `size * size` distances, row by row; `far` where no stroke is near.
  private(set) var distances: [Float]
  /// How far from the edge of the ink distances are kept.
  private let reach: Float

  static let far: Float = 1e6

  init(size: Int, reach: Float) {
    self.size = size
    self.reach = reach
    distances = [Float](repeating: Self.far, count: size * size)
  }

  mutating func clear() {
    for i in distances.indices { distances[i] = Self.far }
  }

  /// Adds a tapered piece of a stroke: half as thick as `radii.0` at `a`, growing to `radii.1` at `b`. Pixel (0, 0)
  /// covers the unit square from the origin.
  mutating func add(from a: SIMD2<Float>, to b: SIMD2<Float>, radii: (Float, Float)) {
    let margin = Swift.max(radii.0, radii.1) + reach - 0.5
    let limit = Float(size)
    // Written so that a point far outside cannot overflow an integer.
    let left = Int(Swift.max(0, Swift.min(limit, (Swift.min(a.x, b.x) - margin).rounded(.down))))
    let right = Int(Swift.max(0, Swift.min(limit, (Swift.max(a.x, b.x) + margin).rounded(.up))))
    let top = Int(Swift.max(0, Swift.min(limit, (Swift.min(a.y, b.y) - margin).rounded(.down))))
    let bottom = Int(Swift.max(0, Swift.min(limit, (Swift.max(a.y, b.y) + margin).rounded(.up))))
    guard left < right, top < bottom else { return }
    let along = b - a
    let inverse = 1 / Swift.max((along * along).sum(), 1e-9)
    let growth = radii.1 - radii.0
    distances.withUnsafeMutableBufferPointer { field in
      for row in top..<bottom {
        let y = Float(row) + 0.5 - a.y
        for column in left..<right {
          let x = Float(column) + 0.5 - a.x
          let projection = (x * along.x + y * along.y) * inverse
          let t = projection < 0 ? 0 : projection > 1 ? 1 : projection
          let (dx, dy) = (x - t * along.x, y - t * along.y)
          let distance = (dx * dx + dy * dy).squareRoot() - (radii.0 + t * growth)
          let index = row * size + column
          if distance < field[index] { field[index] = distance }
        }
      }
    }
  }
}
