public import Tensor

/// An unlimited source of handwriting-like digits that needs no file.
///
/// The strokes of every digit, in several ways of writing it, are drawn by this library; a sample jitters, warps,
/// leans, turns and frames them, and renders their distance field with soft edges and a scanner's noise. Sample `i`
/// depends on the configuration and `i` alone: pools of a million samples are streamed, in any order, by any number
/// of threads, with the same bits.
///
/// ```swift
/// let glyphs = GlyphGenerator(configuration: .init(size: 28, style: .pen, digits: [5, 7], seed: 1))
/// let batch = glyphs.images(0..<64)   // [64, 28, 28, 1] in [0, 1]
/// ```
public struct GlyphGenerator: Sendable, Hashable {
  /// Which glyphs to draw.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Rows and columns of an image, 8 to 128.
    public var size: Int
    /// The writer, the scanner and the framing.
    public var style: Style
    /// The digits that occur, equally often; label `k` is `digits[k]`.
    public var digits: [Int]
    /// Chooses everything that is random.
    public var seed: Int
    /// Multiplies the style's pixel noise; 0 is a perfect scanner.
    public var noise: Float

    /// Glyphs of all digits, 28 pixels square, in the pen style unless said otherwise.
    public init(
      size: Int = 28, style: Style = .pen, digits: [Int] = Array(0...9), seed: Int = 1, noise: Float = 1
    ) {
      self.size = size
      self.style = style
      self.digits = digits
      self.seed = seed
      self.noise = noise
    }

    func stream(_ index: Int) -> RandomSource { RandomSource(seed: seed).stream("glyph", index) }

    /// The first draw of every sample's stream.
    func drawnLabel(_ random: inout RandomSource) -> Int { random.integer(below: digits.count) }
  }

  /// What is drawn.
  public let configuration: Configuration

  /// Precondition: `size` is 8 to 128; `digits` are distinct, 0 to 9, and at least one; `noise` is 0 to 10.
  public init(configuration: Configuration = Configuration()) {
    precondition((8...128).contains(configuration.size), "a glyph is 8 to 128 pixels, not \(configuration.size)")
    let digits = configuration.digits
    precondition(
      !digits.isEmpty && Set(digits).count == digits.count && digits.allSatisfy((0...9).contains),
      "glyphs are distinct digits 0 to 9, not \(digits)")
    precondition((0...10).contains(configuration.noise), "noise is 0 to 10, not \(configuration.noise)")
    self.configuration = configuration
  }

  /// The class of sample `index`: a position in `configuration.digits`.
  public func label(_ index: Int) -> Int {
    var random = configuration.stream(index)
    return configuration.drawnLabel(&random)
  }

  /// The classes of samples.
  public func labels(_ range: Range<Int>) -> [Int] { range.map(label) }

  /// Samples of a range as `[N, size, size, 1]` in [0, 1], in steps of 1/255.
  public func images(_ range: Range<Int>) -> Tensor { images(range.count) { range.lowerBound + $0 } }

  /// Any samples, in the order given, as `[N, size, size, 1]` in [0, 1], in steps of 1/255.
  public func images(_ indices: [Int]) -> Tensor { images(indices.count) { indices[$0] } }

  private func images(_ count: Int, _ index: (Int) -> Int) -> Tensor {
    let area = configuration.size * configuration.size
    return Tensor(shape: [count, configuration.size, configuration.size, 1]) { target in
      draw(count, index) { position, pixels in
        for i in 0..<area { target[position * area + i] = ImageBytes.unit[Int(pixels[i])] }
      }
    }
  }

  /// Draws samples sixteen at a time on all threads.
  func draw(_ count: Int, _ index: (Int) -> Int, _ body: (Int, UnsafeMutableBufferPointer<UInt8>) -> Void) {
    let area = configuration.size * configuration.size
    parallelChunks(count, of: 16) { positions in
      var scribe = GlyphScribe(configuration)
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: area) { pixels in
        for position in positions {
          scribe.draw(index(position), to: pixels)
          body(position, pixels)
        }
      }
    }
  }
}

extension GlyphGenerator {
  /// Samples `0..<count`, or those of a range, as a data set of bytes; its classes are named by their digits.
  public func dataset(count: Int) -> ImageDataset { dataset(0..<count) }

  /// The samples of a range as a data set of bytes; its classes are named by their digits.
  public func dataset(_ range: Range<Int>) -> ImageDataset {
    let size = configuration.size
    let area = size * size
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count * area) { target, filled in
      let start = target.baseAddress
      draw(range.count, { range.lowerBound + $0 }) { position, pixels in
        if let start, let source = pixels.baseAddress {
          (start + position * area).initialize(from: source, count: area)
        }
      }
      filled = range.count * area
    }
    return ImageDataset(
      name: "glyphs-\(configuration.style.rawValue)",
      bytes: ImageBytes(shape: ImageShape(height: size, width: size, channels: 1), count: range.count, bytes: bytes),
      labels: labels(range), classNames: configuration.digits.map { "\($0)" })
  }
}
