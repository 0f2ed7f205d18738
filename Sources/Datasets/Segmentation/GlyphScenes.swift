internal import Tensor

/// An unlimited source of images for segmentation that needs no file: one to three digits of ``GlyphGenerator`` on a
/// textured background, and the class of every pixel.
///
/// Class 0 is the background, class k + 1 the ink of `digits[k]`; where digits overlap, the later one is on top. Scene
/// `i` depends on the configuration and `i` alone.
///
/// ```swift
/// let scenes = GlyphScenes(configuration: .init(size: 32, digits: [0, 1, 7], seed: 1)).dataset(0..<100)
/// ```
public struct GlyphScenes: Sendable, Hashable {
  /// Which scenes to draw.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Rows and columns, 24 to 128.
    public var size: Int
    /// 1 grey or 3 coloured.
    public var channels: Int
    /// The digits that occur; digit `digits[k]` is class k + 1.
    public var digits: [Int]
    /// How often each digit occurs, relative to the others; empty for equally often.
    public var frequencies: [Float]
    /// Chooses everything that is random.
    public var seed: Int

    /// Grey scenes of 32 pixels a side with four digits unless said otherwise.
    public init(
      size: Int = 32, channels: Int = 1, digits: [Int] = [0, 1, 4, 7], frequencies: [Float] = [], seed: Int = 1
    ) {
      self.size = size
      self.channels = channels
      self.digits = digits
      self.frequencies = frequencies
      self.seed = seed
    }
  }

  /// What is drawn.
  public let configuration: Configuration

  /// Precondition: `size` is 24 to 128, `channels` 1 or 3, `digits` are distinct, 0 to 9, and at least one;
  /// `frequencies` is empty or has a number for each, 0 or more, with a positive sum.
  public init(configuration: Configuration = Configuration()) {
    let (digits, frequencies) = (configuration.digits, configuration.frequencies)
    precondition((24...128).contains(configuration.size), "a scene is 24 to 128 pixels, not \(configuration.size)")
    precondition([1, 3].contains(configuration.channels), "a scene has 1 or 3 channels, not \(configuration.channels)")
    precondition(
      !digits.isEmpty && Set(digits).count == digits.count && digits.allSatisfy((0...9).contains),
      "the digits of scenes are distinct, 0 to 9, not \(digits)")
    precondition(
      frequencies.isEmpty
        || frequencies.count == digits.count && frequencies.allSatisfy { $0 >= 0 } && frequencies.reduce(0, +) > 0,
      "frequencies \(frequencies) do not fit \(digits.count) digits")
    self.configuration = configuration
  }

  /// The scenes of a range. Precondition: it is not negative.
  public func dataset(_ range: Range<Int>) -> SegmentationDataset {
    precondition(range.lowerBound >= 0, "there are no scenes \(range)")
    let (size, channels) = (configuration.size, configuration.channels)
    var images: [UInt8] = []
    var masks: [UInt8] = []
    images.reserveCapacity(range.count * size * size * channels)
    masks.reserveCapacity(range.count * size * size)
    for index in range {
      let scene = scene(index)
      images += scene.image
      masks += scene.mask
    }
    return SegmentationDataset(
      images: ImageBytes(
        shape: ImageShape(height: size, width: size, channels: channels), count: range.count, bytes: images),
      masks: ImageBytes(shape: ImageShape(height: size, width: size, channels: 1), count: range.count, bytes: masks),
      classNames: ["background"] + configuration.digits.map { "\($0)" })
  }

  private func scene(_ index: Int) -> (image: [UInt8], mask: [UInt8]) {
    let (size, channels) = (configuration.size, configuration.channels)
    var random = RandomSource(seed: configuration.seed).stream("scene", index)
    var values = SceneTexture(channels: channels, using: &random).values(size: size, using: &random)
    var mask = [UInt8](repeating: 0, count: size * size)
    for place in 0..<1 + random.integer(below: 3) {
      let label = drawnLabel(&random)
      let side = size * 2 / 5 + random.integer(below: size / 5 + 1)
      let (top, left) = (random.integer(below: size - side + 1), random.integer(below: size - side + 1))
      let ink = (0..<channels).map { _ in 0.7 + 0.3 * random.uniform() }
      let pixels = glyph(configuration.digits[label], side: side, number: 3 * index + place)
      for y in 0..<side {
        for x in 0..<side {
          let (cover, target) = (ImageBytes.unit[Int(pixels[y * side + x])], (top + y) * size + left + x)
          for c in 0..<channels {
            values[target * channels + c] += cover * (ink[c] - values[target * channels + c])
          }
          if cover >= 0.5 { mask[target] = UInt8(label + 1) }
        }
      }
    }
    return (values.map(\.unitByte), mask)
  }

  private func drawnLabel(_ random: inout RandomSource) -> Int {
    let frequencies = configuration.frequencies
    guard !frequencies.isEmpty else { return random.integer(below: configuration.digits.count) }
    var rest = random.uniform() * frequencies.reduce(0, +)
    for (label, frequency) in frequencies.enumerated() {
      rest -= frequency
      if rest < 0 { return label }
    }
    return frequencies.lastIndex { $0 > 0 } ?? 0
  }

  private func glyph(_ digit: Int, side: Int, number: Int) -> [UInt8] {
    var scribe = GlyphScribe(.init(size: side, digits: [digit], seed: configuration.seed, noise: 0))
    return [UInt8](unsafeUninitializedCapacity: side * side) { buffer, count in
      buffer.initialize(repeating: 0)
      scribe.draw(number, to: buffer)
      count = side * side
    }
  }
}
