internal import CImageCodecs

/// Portable Network Graphics (ISO/IEC 15948), through libpng's simplified interface.
public enum PNG {
  /// libpng refuses to write or read more columns or rows than this.
  static let longestSide = 1_000_000

  /// The bytes of a PNG file with 8 bits a channel.
  ///
  /// - Parameters:
  ///   - width: columns, 1 to 1 000 000.
  ///   - height: rows, 1 to 1 000 000.
  ///   - channels: 1 grey, 2 grey and alpha, 3 red green blue, 4 with alpha.
  ///   - pixels: `width * height * channels` bytes, row by row, the channels of a pixel together.
  ///
  /// Precondition: the sizes agree, and there is memory for the file.
  public static func encode(width: Int, height: Int, channels: Int, _ pixels: [UInt8]) -> [UInt8] {
    precondition(
      (1...longestSide).contains(width) && (1...longestSide).contains(height),
      "a PNG has 1 to \(longestSide) columns and rows, not \(width)x\(height)")
    precondition((1...4).contains(channels), "a PNG has 1 to 4 channels, not \(channels)")
    precondition(
      pixels.count == width * height * channels,
      "\(pixels.count) bytes do not fill \(width)x\(height) pixels of \(channels) channels")
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    // The format is a set of flags: 1 alpha, 2 colour. Channel counts less one are the same numbers.
    image.format = UInt32(channels - 1)
    // Deflate never grows its input by more than a few bytes per stored block; the rest is headers.
    let raw = (width * channels + 1) * height
    var size = raw + raw / 1000 * 5 + 4096
    let file = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let written = png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, pixels, 0, nil)
      count = written != 0 ? size : 0
    }
    png_image_free(&image)
    precondition(!file.isEmpty, "libpng had no memory to write \(width)x\(height) pixels")
    return file
  }
}
