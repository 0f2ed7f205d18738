public import Tensor

/// A grid of images on one picture, for reports and for looking at what a generator or a reader made.
///
/// ```swift
/// let sheet = ImageSheet(generator.images(0..<100), columns: 10, scale: 2)
/// let file = sheet.png
/// ```
public struct ImageSheet: Sendable, Hashable {
  /// An 8-bit colour.
  public struct Color: Sendable, Hashable {
    /// The amount of red, green and blue, 0 to 255.
    public var red: UInt8, green: UInt8, blue: UInt8

    /// A colour from its three parts, each 0 to 255.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    /// A shade of grey, 0 black to 255 white.
    public static func gray(_ level: UInt8) -> Color { Color(red: level, green: level, blue: level) }

    func part(_ channel: Int) -> UInt8 { channel == 0 ? red : channel == 1 ? green : blue }
  }

  /// Columns of the picture.
  public let width: Int
  /// Rows of the picture.
  public let height: Int
  /// 1 grey or 3 red, green, blue.
  public let channels: Int
  /// `height * width * channels` bytes, row by row.
  public let pixels: [UInt8]

  /// Lays images out row by row.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]` with `C` 1 or 3; values outside [0, 1] are clamped, NaN is drawn as 0. `N` may be 0.
  ///   - columns: images in a row; by default as many as make the sheet about square.
  ///   - padding: pixels between images and around the sheet (not scaled).
  ///   - scale: each pixel becomes a square of this side.
  ///   - background: the colour of the padding.
  ///   - borders: one optional colour per image, drawn into its half of the padding around it, one or two pixels wide.
  ///     Colours make a sheet of grey images a colour picture. Precondition: empty, or one per image, with `padding > 0`.
  public init(
    _ images: Tensor, columns: Int? = nil, padding: Int = 2, scale: Int = 1, background: Color = .gray(64),
    borders: [Color?] = []
  ) {
    let shape = images.shape
    precondition(shape.count == 4, "a sheet shows images [N, H, W, C], not \(shape)")
    precondition(shape[3] == 1 || shape[3] == 3, "a sheet shows 1 or 3 channels, not \(shape)")
    precondition(scale >= 1 && padding >= 0, "scale \(scale) must be positive and padding \(padding) not negative")
    precondition(borders.isEmpty || borders.count == shape[0], "\(borders.count) borders for images \(shape)")
    precondition(borders.isEmpty || padding > 0, "borders are drawn into the padding, which is 0")
    let count = shape[0]
    let across = Swift.max(1, columns ?? Int(Double(count).squareRoot().rounded(.up)))
    let down = Swift.max(1, (count + across - 1) / across)
    let tile = (height: shape[1] * scale, width: shape[2] * scale)
    let pitch = (height: tile.height + padding, width: tile.width + padding)
    let colored =
      shape[3] == 3 || borders.contains { $0 != nil }
      || Set([background.red, background.green, background.blue]).count > 1
    channels = colored ? 3 : 1
    width = Swift.max(1, across * pitch.width + padding)
    height = Swift.max(1, down * pitch.height + padding)
    var canvas = Canvas(width: width, height: height, channels: channels, background: background)
    images.withUnsafeScalars { scalars in
      for index in 0..<count {
        let top = padding + index / across * pitch.height
        let left = padding + index % across * pitch.width
        if !borders.isEmpty, let color = borders[index] {
          let reach = Swift.min(2, Swift.max(1, padding / 2))
          canvas.fill(
            rows: top - reach..<top + tile.height + reach, columns: left - reach..<left + tile.width + reach, color)
        }
        let image = UnsafeBufferPointer(rebasing: scalars[index * shape.imageCount..<(index + 1) * shape.imageCount])
        canvas.draw(image, shape: shape, scale: scale, top: top, left: left)
      }
    }
    pixels = canvas.pixels
  }

  /// The picture as a PNG file.
  public var png: [UInt8] { PNG.encode(width: width, height: height, channels: channels, pixels) }
}

extension Shape {
  /// Scalars in one image of `[N, H, W, C]`.
  fileprivate var imageCount: Int { self[1] * self[2] * self[3] }
}

private struct Canvas {
  let width: Int
  let height: Int
  let channels: Int
  var pixels: [UInt8]

  init(width: Int, height: Int, channels: Int, background: ImageSheet.Color) {
    self.width = width
    self.height = height
    self.channels = channels
    pixels = [UInt8](repeating: 0, count: width * height * channels)
    fill(rows: 0..<height, columns: 0..<width, background)
  }

  mutating func fill(rows: Range<Int>, columns: Range<Int>, _ color: ImageSheet.Color) {
    for row in rows {
      for column in columns {
        for channel in 0..<channels { pixels[(row * width + column) * channels + channel] = color.part(channel) }
      }
    }
  }

  mutating func draw(_ image: UnsafeBufferPointer<Float>, shape: Shape, scale: Int, top: Int, left: Int) {
    let (columns, depth) = (shape[2], shape[3])
    for row in 0..<shape[1] * scale {
      for column in 0..<columns * scale {
        let source = (row / scale * columns + column / scale) * depth
        let target = ((top + row) * width + left + column) * channels
        for channel in 0..<channels {
          pixels[target + channel] = image[source + (depth == 1 ? 0 : channel)].unitByte
        }
      }
    }
  }
}

extension Float {
  /// A number in [0, 1] as the nearest of 256 levels; clamped, NaN is 0.
  var unitByte: UInt8 { self > 0 ? UInt8(Swift.min(self, 1) * 255 + 0.5) : 0 }
}
