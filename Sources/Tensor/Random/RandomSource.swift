internal import CKernels

/// A counter-based generator of random numbers with named streams.
///
/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), checked against the
/// authors' test vectors. A stream is a key derived from its parent's key, a name and an index; adding a consumer
/// with a new name never shifts the numbers another one sees.
///
/// ```swift
/// let root = RandomSource(seed: 7)
/// var weights = root.stream("weights")
/// var query = root.stream("query", 3)
/// ```
public struct RandomSource: Sendable, Hashable, Codable {
  let key: UInt64
  /// The next block of four words; every draw starts at a fresh block.
  var position: UInt64 = 0

  /// The root of all streams of one seed.
  public init(seed: Int) { key = Self.mixed(UInt64(bitPattern: Int64(seed)) ^ 0x4C61_646C_6500_0001) }

  private init(key: UInt64) { self.key = key }

  /// The stream `name`, `index`: the same for the same parent seed, whatever else was drawn.
  public func stream(_ name: String, _ index: Int = 0) -> RandomSource {
    // FNV-1a over the name, then the SplitMix64 finaliser over everything.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let child = Self.mixed(Self.mixed(key ^ hash) &+ UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15)
    return RandomSource(key: child)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

// MARK: - Scalars

extension RandomSource: RandomNumberGenerator {
  /// 64 random bits.
  public mutating func next() -> UInt64 {
    var words: (UInt32, UInt32) = (0, 0)
    withUnsafeMutableBytes(of: &words) { bytes in
      ladle_philox_words(key, 0, position, bytes.baseAddress?.assumingMemoryBound(to: UInt32.self), 2)
    }
    position += 1
    return UInt64(words.0) | UInt64(words.1) << 32
  }

  /// A uniform number in [0, 1).
  public mutating func uniform() -> Float {
    var value: Float = 0
    ladle_philox_uniform(key, 0, position, &value, 1)
    position += 1
    return value
  }

  /// A uniform number in `range`.
  public mutating func uniform(in range: Range<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A standard normal number.
  public mutating func normal() -> Float {
    var value: Float = 0
    ladle_philox_normal(key, 0, position, &value, 1)
    position += 1
    return value
  }

  /// A uniform integer in `0..<bound`, without modulo bias. Precondition: `bound > 0`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "there is no integer below \(bound) to draw")
    return Int(next(upperBound: UInt64(bound)))
  }

  private mutating func next(upperBound: UInt64) -> UInt64 {
    // Lemire, "Fast random integer generation in an interval", 2019.
    var product = next().multipliedFullWidth(by: upperBound)
    if product.low < upperBound {
      let threshold = (0 &- upperBound) % upperBound
      while product.low < threshold { product = next().multipliedFullWidth(by: upperBound) }
    }
    return product.high
  }

  /// A random order of `0..<count` (Fisher–Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }

  /// `count` distinct elements of `elements` in random order. Precondition: there are that many.
  public mutating func sample<Element>(_ count: Int, from elements: [Element]) -> [Element] {
    precondition(count <= elements.count, "cannot draw \(count) of \(elements.count) elements")
    var pool = elements
    for i in 0..<count { pool.swapAt(i, i + integer(below: pool.count - i)) }
    return Array(pool.prefix(count))
  }
}

// MARK: - Tensors

extension Tensor {
  /// Independent uniform numbers in [`low`, `high`).
  public init(uniform shape: Shape, low: Float = 0, high: Float = 1, using random: inout RandomSource) {
    self.init(uninitialized: shape)
    let (key, start, target) = (random.key, random.position, freshPointer)
    parallelChunks(count, of: elementwiseChunk) { range in
      ladle_philox_uniform(key, 0, start + UInt64(range.lowerBound / 4), target + range.lowerBound, range.count)
      if low != 0 || high != 1 {
        for i in range { target[i] = low + (high - low) * target[i] }
      }
    }
    random.position += UInt64((count + 3) / 4)
  }

  /// Independent normal numbers.
  public init(
    normal shape: Shape, mean: Float = 0, standardDeviation: Float = 1, using random: inout RandomSource
  ) {
    self.init(uninitialized: shape)
    let (key, start, target) = (random.key, random.position, freshPointer)
    parallelChunks(count, of: elementwiseChunk) { range in
      ladle_philox_normal(key, 0, start + UInt64(range.lowerBound / 4), target + range.lowerBound, range.count)
      if mean != 0 || standardDeviation != 1 {
        for i in range { target[i] = mean + standardDeviation * target[i] }
      }
    }
    random.position += UInt64((count + 3) / 4)
  }
}
