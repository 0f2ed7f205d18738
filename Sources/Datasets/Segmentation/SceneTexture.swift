internal import Tensor

/// The background of a scene: stripes in a random direction, patches of light and shade, and a scanner's noise.
struct SceneTexture {
  private let base: [Float]
  private let direction: SIMD2<Float>
  private let stripes: Float
  private let patches: Float

  init(channels: Int, using random: inout RandomSource) {
    base = (0..<channels).map { _ in 0.15 + 0.3 * random.uniform() }
    let raw = SIMD2(random.normal(), random.normal())
    let length = (raw * raw).sum().squareRoot()
    // Stripes are 4 to 12 pixels apart.
    direction = raw / (max(length, 1e-3) * (4 + 8 * random.uniform()))
    stripes = 0.3 * random.uniform()
    patches = 0.1 + 0.3 * random.uniform()
  }

  /// `size * size * channels` values, row by row, not clamped.
  func values(size: Int, using random: inout RandomSource) -> [Float] {
    let cell = 8
    let lattice = size / cell + 2
    let knots = (0..<lattice * lattice).map { _ in random.uniform() - 0.5 }
    var values: [Float] = []
    values.reserveCapacity(size * size * base.count)
    for y in 0..<size {
      for x in 0..<size {
        let along = (SIMD2(Float(x), Float(y)) * direction).sum()
        let wave = abs(along - along.rounded(.down) - 0.5) * 2 - 0.5
        let (row, column) = (y / cell, x / cell)
        let (v, u) = (Float(y % cell) / Float(cell), Float(x % cell) / Float(cell))
        let corner = row * lattice + column
        let upper = knots[corner] + u * (knots[corner + 1] - knots[corner])
        let lower = knots[corner + lattice] + u * (knots[corner + lattice + 1] - knots[corner + lattice])
        let shade = stripes * wave + patches * (upper + v * (lower - upper)) + 0.04 * random.normal()
        for channel in base { values.append(min(1, max(0, channel + shade))) }
      }
    }
    return values
  }
}
